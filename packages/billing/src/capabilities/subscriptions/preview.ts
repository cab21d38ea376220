import type Stripe from "stripe";
import { previewInvoice } from "../../selling/preview-invoice.js";
import { isMetered } from "../../selling/prove-prices.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toDate, toEpochSeconds } from "../../views/epoch.js";
import { type InvoiceLine, toInvoiceLine } from "../../views/invoice-line.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";
import type { UpdateSubscriptionOptions } from "./change.js";
import { type SubscriptionConfirmation, toConfirmation } from "./confirmation.js";
import { toItemParams } from "./items.js";
import { type PreparedChange, prepareChange } from "./prepare-change.js";
import { toTrialEndParam } from "./update.js";

/** What a change would cost. Amounts are in the currency's minor unit. */
export interface SubscriptionPreview {
  readonly currency: string;
  /** Billed when the change is made; 0 when it is billed with the next invoice, or later. */
  readonly amountDueNow: number;
  /** The next invoice, with the change's prorations where they are not billed at once; null when none will come. */
  readonly nextAmount: number | null;
  readonly nextInvoiceAt: Date | null;
  /** Every invoice after that, as far as it can be known: without usage and without what is billed once. */
  readonly recurringAmount: number;
  /** What {@link amountDueNow} is made of, or else {@link nextAmount}. */
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these. The amounts have them all. */
  readonly hasMoreLines: boolean;
  /** Makes the change, as previewed and reckoned from the same instant, once: `updateSubscription(id, confirmation)`. */
  readonly confirmation: SubscriptionConfirmation;
}

type Preview = Stripe.Invoice & {
  /** Where API versions before 2025-03-31 have the instant. */
  readonly subscription_proration_date?: number | undefined;
};

export async function previewSubscriptionChange(
  scope: TenantScope,
  subscription: string,
  options: UpdateSubscriptionOptions,
): Promise<SubscriptionPreview> {
  const plan = await prepareChange(scope, subscription, options);
  const before = toSubscription(plan.before, scope);
  if (plan.change.when === "period_end") {
    return atPeriodEnd(plan, before, await previewChange(scope, plan, "recurring"));
  }
  const modes = ["recurring", "next"] as const;
  const [recurring, next] = await Promise.all(modes.map((mode) => previewChange(scope, plan, mode)));
  return atOnce(plan, before, recurring, next);
}

async function previewChange(
  scope: TenantScope,
  { before, change, items, prices, discounts }: PreparedChange,
  mode: "next" | "recurring",
): Promise<Preview | undefined> {
  const { proration, prorationDate } = change;
  const prorated = mode === "next" && change.when !== "period_end";
  const params = {
    subscription: before.id,
    preview_mode: mode,
    ...(discounts !== undefined && { discounts }),
    subscription_details: {
      ...(items.length > 0 && { items: toItemParams(items, (priceId) => isMetered(prices, priceId)) }),
      ...toTrialEndParam(change),
      ...(prorated && proration !== undefined && { proration_behavior: proration }),
      ...(prorated && prorationDate !== undefined && { proration_date: toEpochSeconds(prorationDate) }),
    },
  };
  return previewInvoice(scope, params, mode);
}

function atOnce(
  plan: PreparedChange,
  before: Subscription,
  recurring: Preview | undefined,
  next: Preview | undefined,
): SubscriptionPreview {
  const instant =
    next?.parent?.subscription_details?.subscription_proration_date ?? next?.subscription_proration_date;
  const prorationDate = instant === undefined ? plan.change.prorationDate : toDate(instant);
  const lines = linesOf(next);
  const endsTrial = before.status === "trialing" && plan.change.trialEnd === "now";
  const newPeriod = lines.find((line) => beginsPeriodNow(line, before, endsTrial));
  // Without anything to prorate no invoice is made at once, and the next is the one of the next period.
  const isProrationAlone = lines.length > 0 && lines.every(({ proration }) => proration);
  const billsProrations = plan.change.proration === "always_invoice" && isProrationAlone;
  const isBilledNow = newPeriod !== undefined || billsProrations;
  const later = isBilledNow ? recurring : next;
  const nextAmount = isBilledNow && recurring ? afterCredit(recurring, next) : (later?.amount_due ?? null);
  return toPreview(plan, {
    shown: next,
    amountDueNow: isBilledNow ? (next?.amount_due ?? 0) : 0,
    nextAmount,
    nextInvoiceAt: later === undefined ? null : (newPeriod?.periodEnd ?? nextPeriod(plan, before)),
    recurring,
    ...(prorationDate && { prorationDate }),
  });
}

function atPeriodEnd(
  plan: PreparedChange,
  before: Subscription,
  recurring: Preview | undefined,
): SubscriptionPreview {
  return toPreview(plan, {
    shown: recurring,
    amountDueNow: 0,
    nextAmount: recurring?.amount_due ?? null,
    nextInvoiceAt: recurring === undefined ? null : before.currentPeriodEnd,
    recurring,
  });
}

interface Findings {
  readonly shown: Preview | undefined;
  readonly amountDueNow: number;
  readonly nextAmount: number | null;
  readonly nextInvoiceAt: Date | null;
  readonly recurring: Preview | undefined;
  readonly prorationDate?: Date | undefined;
}

function toPreview(plan: PreparedChange, findings: Findings): SubscriptionPreview {
  const { shown, recurring, prorationDate, ...amounts } = findings;
  return Object.freeze({
    currency: plan.before.currency,
    ...amounts,
    recurringAmount: recurring?.total ?? 0,
    lines: Object.freeze(linesOf(shown)),
    hasMoreLines: shown?.lines.has_more ?? false,
    confirmation: toConfirmation(plan, prorationDate),
  });
}

/**
 * A regular line that begins within the current period begins a new one, which is billed at once; usage is billed from
 * the very beginning of the period.
 */
function beginsPeriodNow(
  { proration, periodStart }: InvoiceLine,
  { currentPeriodStart, currentPeriodEnd }: Subscription,
  endsTrial: boolean,
): boolean {
  if (proration || currentPeriodStart === null || currentPeriodEnd === null) return false;
  // A trial that ends with the second in which it began is over all the same.
  const isAfter = endsTrial ? periodStart >= currentPeriodStart : periodStart > currentPeriodStart;
  return isAfter && periodStart < currentPeriodEnd;
}

/** What an invoice comes to when the one before it leaves a credit. A negative balance is one. */
function afterCredit(invoice: Preview, before: Preview | undefined): number {
  if (before === undefined) return invoice.amount_due;
  const balance = Math.min(0, before.starting_balance + before.total);
  return Math.max(0, invoice.total + balance);
}

/** Where the billing cycle stays as it was, or a trial puts it off. */
function nextPeriod(
  { change: { trialEnd } }: PreparedChange,
  { currentPeriodEnd }: Subscription,
): Date | null {
  return trialEnd instanceof Date ? trialEnd : currentPeriodEnd;
}

function linesOf(invoice: Preview | undefined): InvoiceLine[] {
  return (invoice?.lines.data ?? []).map(toInvoiceLine);
}
