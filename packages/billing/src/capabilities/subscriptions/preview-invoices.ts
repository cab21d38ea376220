/**
 * The invoices that Stripe previews for a change, and what their lines tell of its time.
 *
 * See https://docs.stripe.com/api/invoices/create_preview
 */
import type Stripe from "stripe";
import { withAllLines } from "../../selling/invoice-lines.js";
import { previewInvoice } from "../../selling/preview-invoice.js";
import { isMetered } from "../../selling/prove-prices.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { type InvoiceLine, subscriptionItemOf, toInvoiceLine } from "../../views/invoice-line.js";
import type { Subscription } from "../../views/subscription.js";
import { toItemParams } from "./items.js";
import type { PreparedChange } from "./prepare-change.js";
import { toTrialEndParam } from "./update.js";

export type Preview = Stripe.Invoice & {
  /** Where API versions before 2025-03-31 have the instant. */
  readonly subscription_proration_date?: number | undefined;
};

type PreviewParams = Stripe.InvoiceCreatePreviewParams;
type Details = Stripe.InvoiceCreatePreviewParams.SubscriptionDetails;

/** What the previews of a change came to. */
export interface PreviewedChange {
  /** The invoice whose lines are shown. */
  readonly shown: Preview | undefined;
  readonly amountDueNow: number;
  readonly nextAmount: number | null;
  readonly nextInvoiceAt: Date | null;
  readonly recurringAmount: number | null;
  /** The instant that prorations are reckoned from. */
  readonly prorationDate?: Date | undefined;
}

/** The change as an update would make it. One request. */
export function previewChange(
  scope: TenantScope,
  plan: PreparedChange,
  mode: "next" | "recurring",
): Promise<Preview | undefined> {
  const { proration, prorationDate } = plan.change;
  const isProrated = mode === "next";
  return previewInvoice(
    scope,
    {
      ...changeParams(plan),
      preview_mode: mode,
      subscription_details: {
        ...itemParams(plan),
        ...toTrialEndParam(plan.change),
        ...(isProrated && proration !== undefined && { proration_behavior: proration }),
        ...(isProrated && prorationDate !== undefined && { proration_date: toEpochSeconds(prorationDate) }),
      },
    },
    mode,
  );
}

/** The change without prorations: the next invoice, or the one that a new interval begins with. One request. */
export function previewUnprorated(scope: TenantScope, plan: PreparedChange): Promise<Preview | undefined> {
  const details = { ...itemParams(plan), proration_behavior: "none" as const };
  return previewInvoice(
    scope,
    { ...changeParams(plan), preview_mode: "next", subscription_details: details },
    "unprorated",
  );
}

/** An invoice of a period that all items begin together, but for those whose own period goes on. One request. */
export function previewFreshPeriod(
  scope: TenantScope,
  plan: PreparedChange,
  mode: "next" | "recurring",
  goingOn: readonly string[] = [],
): Promise<Preview | undefined> {
  const { items = [] } = itemParams(plan);
  const details = {
    billing_cycle_anchor: { type: "now" as const },
    items: [...items, ...goingOn.map((id) => ({ id, deleted: true }))],
    proration_behavior: "none" as const,
  };
  return previewInvoice(
    scope,
    { ...changeParams(plan), preview_mode: mode, subscription_details: details },
    `fresh period, ${mode}`,
  );
}

/** The next invoice if nothing changes until then. One request. */
export function previewUnchanged(
  scope: TenantScope,
  { before }: PreparedChange,
): Promise<Preview | undefined> {
  return previewInvoice(scope, { subscription: before.id, preview_mode: "next" }, "unchanged");
}

/** With the lines that the answer has no room for, where there are any. */
export async function withLines(
  scope: TenantScope,
  preview: Preview | undefined,
): Promise<Preview | undefined> {
  return preview && withAllLines(scope, preview);
}

function changeParams({ before, discounts }: PreparedChange): PreviewParams {
  return { subscription: before.id, ...(discounts !== undefined && { discounts }) };
}

function itemParams({ items, prices }: PreparedChange): { items?: NonNullable<Details["items"]> } {
  if (items.length === 0) return {};
  return { items: toItemParams(items, (priceId) => isMetered(prices, priceId)) };
}

/** The instant that Stripe reckoned prorations from, as Unix time; undefined where there are none. */
export function prorationInstant(preview: Preview | undefined): number | undefined {
  const details = preview?.parent?.subscription_details;
  return details?.subscription_proration_date ?? preview?.subscription_proration_date;
}

/** A period of an item that a preview bills: one that begins now, or with the next billing date. */
export interface BilledPeriod {
  readonly itemId: string;
  readonly start: Date;
  readonly end: Date;
}

/** The periods that a preview bills, without those that are only settled. */
export function billedPeriods(preview: Preview | undefined): BilledPeriod[] {
  return (preview?.lines.data ?? []).flatMap((raw) => {
    const itemId = subscriptionItemOf(raw);
    const { periodEnd: end, periodStart: start, proration } = toInvoiceLine(raw);
    return itemId === null || proration ? [] : [{ itemId, start, end }];
  });
}

/** Those of them that begin with the change, and so are billed at once. */
export function newPeriods(
  preview: Preview | undefined,
  before: Subscription,
  trialEnd: Date | undefined,
): BilledPeriod[] {
  const ends = [before.currentPeriodEnd, trialEnd].flatMap((end) => (end ? Number(end) : []));
  const nextBilling = Math.min(...ends);
  return billedPeriods(preview).filter(
    (period) => Number(period.start) < nextBilling && !isPresent(period, before),
  );
}

/** Whether an item is in the period already. Its usage is billed at the end of it. */
export function isPresent({ itemId, start, end }: BilledPeriod, { items }: Subscription): boolean {
  const item = items.find(({ id }) => id === itemId);
  return Number(item?.currentPeriodStart) === Number(start) && Number(item?.currentPeriodEnd) === Number(end);
}

/** Whether some line settles a change that was made at the instant. */
export function hasProrationFrom(preview: Preview | undefined, instant: number | undefined): boolean {
  return (preview?.lines.data ?? []).some(
    (line) => line.period.start === instant && toInvoiceLine(line).proration,
  );
}

/** When the time ends that a change charges for, of items that the subscription has not had. */
export function endsOfAdded(preview: Preview | undefined, before: Subscription): Date[] {
  return linesOfAdded(preview, before).map(({ periodEnd }) => periodEnd);
}

/** When the time begins that a preview charges for, of items that the subscription has not had. */
export function startsOfAdded(preview: Preview | undefined, before: Subscription): Date[] {
  return linesOfAdded(preview, before).map(({ periodStart }) => periodStart);
}

function linesOfAdded(preview: Preview | undefined, { items }: Subscription): InvoiceLine[] {
  return (preview?.lines.data ?? []).flatMap((raw) => {
    const itemId = subscriptionItemOf(raw);
    const isAdded = itemId !== null && items.every(({ id }) => id !== itemId);
    return isAdded ? [toInvoiceLine(raw)] : [];
  });
}
