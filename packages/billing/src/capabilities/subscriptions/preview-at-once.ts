import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toDate } from "../../views/epoch.js";
import type { Subscription } from "../../views/subscription.js";
import type { PreparedChange } from "./prepare-change.js";
import {
  type BilledPeriod,
  billedPeriods,
  endsOfAdded,
  hasProrationFrom,
  isPresent,
  newPeriods,
  type Preview,
  type PreviewedChange,
  previewChange,
  prorationInstant,
  startsOfAdded,
  withLines,
} from "./preview-invoices.js";
import { recurringAmount } from "./recurring-amount.js";

/** A change that is made now: billed at once where a period begins with it, else with the next invoice. */
export async function previewAtOnce(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<PreviewedChange> {
  const { proration, prorationDate, trialEnd } = plan.change;
  const [recurring, next] = await Promise.all([
    previewChange(scope, plan, "recurring").then((preview) => withLines(scope, preview)),
    previewChange(scope, plan, "next").then((preview) => withLines(scope, preview)),
  ]);
  const instant = prorationInstant(next);
  const begun = newPeriods(next, before, trialEnd instanceof Date ? trialEnd : undefined);
  // Without anything to prorate no invoice is made at once, and the next is the one of the next period.
  const billsProrations =
    proration === "always_invoice" && billedPeriods(next).length === 0 && hasProrationFrom(next, instant);
  const isBilledNow = begun.length > 0 || billsProrations;
  const later = isBilledNow ? recurring : next;
  return {
    shown: next,
    amountDueNow: isBilledNow ? (next?.amount_due ?? 0) : 0,
    nextAmount: isBilledNow && recurring ? afterBalance(recurring, next) : (later?.amount_due ?? null),
    nextInvoiceAt:
      later === undefined
        ? null
        : nextBilling(plan, before, { next, recurring }, isBilledNow ? begun : undefined),
    recurringAmount: recurringAmount(plan, recurring),
    prorationDate: instant === undefined ? prorationDate : toDate(instant),
  };
}

/**
 * When the next period is billed: as the preview says, or, where that is of an invoice at once, at the end of the trial that
 * begins with the change, or else when the first period ends, of an item that begins one with the change, is added to one, or
 * goes on as it is. An item that is added without prorations is on no invoice at once, but on the recurring one.
 */
function nextBilling(
  { change: { trialEnd }, items }: PreparedChange,
  before: Subscription,
  { next, recurring }: { readonly next: Preview | undefined; readonly recurring: Preview | undefined },
  begun: readonly BilledPeriod[] | undefined,
): Date | null {
  const trialEndsAt = trialEnd instanceof Date ? trialEnd : undefined;
  if (begun !== undefined && trialEndsAt !== undefined) return trialEndsAt;
  const over = new Set(begun?.map(({ itemId }) => itemId));
  for (const one of items) if (one.does === "remove") over.add(one.item.id);
  const goingOn = before.items.filter(({ id }) => !over.has(id));
  const moments =
    begun === undefined
      ? billedPeriods(next).map((period) => (isPresent(period, before) ? period.end : period.start))
      : [
          ...begun.map(({ end }) => end),
          ...endsOfAdded(next, before),
          ...startsOfAdded(recurring, before).filter((start) => begun.some((one) => start > one.start)),
          ...goingOn.flatMap((item) => item.currentPeriodEnd ?? []),
        ];
  // Of a subscription that ends with the trial, only what is settled then is left.
  return moments.length === 0
    ? (trialEndsAt ?? before.currentPeriodEnd)
    : new Date(Math.min(...moments.map(Number)));
}

/** What is due of an invoice after what the one before it leaves: a credit, or an amount that was too small to charge. */
function afterBalance(invoice: Preview, before: Preview | undefined): number {
  if (before === undefined) return invoice.amount_due;
  const balance = before.starting_balance + before.total - before.amount_due;
  return Math.max(0, invoice.total + balance);
}
