import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toDate } from "../../views/epoch.js";
import type { Subscription } from "../../views/subscription.js";
import type { ResolvedItem } from "./items.js";
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

/** An invoice that is made with the change, and the periods that begin with it. */
interface InvoiceAtOnce {
  readonly invoice: Preview;
  readonly begun: readonly BilledPeriod[];
}

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
  const atOnce = next && (begun.length > 0 || billsProrations) ? { invoice: next, begun } : undefined;
  const later = atOnce === undefined ? next : recurring;
  return {
    shown: next,
    amountDueNow: atOnce?.invoice.amount_due ?? 0,
    nextAmount: atOnce && recurring ? afterBalance(recurring, atOnce.invoice) : (later?.amount_due ?? null),
    nextInvoiceAt: later === undefined ? null : nextBilling(plan, before, { later, atOnce }),
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
  { later, atOnce }: { readonly later: Preview; readonly atOnce: InvoiceAtOnce | undefined },
): Date | null {
  const trialEndsAt = trialEnd instanceof Date ? trialEnd : undefined;
  if (atOnce !== undefined && trialEndsAt !== undefined) return trialEndsAt;
  const moments =
    atOnce === undefined
      ? billedPeriods(later).map((period) => (isPresent(period, before) ? period.end : period.start))
      : [
          ...atOnce.begun.map(({ end }) => end),
          ...endsOfAdded(atOnce.invoice, before),
          ...startsOfAdded(later, before).filter((start) => atOnce.begun.some((one) => start > one.start)),
          ...endsOfKept(items, atOnce.begun, before),
        ];
  if (moments.length > 0) return new Date(Math.min(...moments.map(Number)));
  // Of a subscription that ends before it renews, only what is settled then is left.
  const periodEnd = trialEndsAt ?? before.currentPeriodEnd;
  const { cancelsAt } = before;
  return periodEnd !== null && cancelsAt !== null && cancelsAt < periodEnd ? cancelsAt : periodEnd;
}

/** When the periods end of items that go on as they are. */
function endsOfKept(
  items: readonly ResolvedItem[],
  begun: readonly BilledPeriod[],
  before: Subscription,
): Date[] {
  const isOver = (id: string) =>
    begun.some(({ itemId }) => itemId === id) ||
    items.some((one) => one.does === "remove" && one.item.id === id);
  return before.items.flatMap(({ id, currentPeriodEnd }) => (isOver(id) ? [] : (currentPeriodEnd ?? [])));
}

/** What is due of an invoice after what the one before it leaves: a credit, or an amount that was too small to charge. */
function afterBalance(invoice: Preview, before: Preview): number {
  const balance = before.starting_balance + before.total - before.amount_due;
  return Math.max(0, invoice.total + balance);
}
