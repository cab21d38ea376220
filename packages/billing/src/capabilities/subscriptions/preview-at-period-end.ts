import { isMetered } from "../../selling/prove-prices.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { Subscription, SubscriptionItem } from "../../views/subscription.js";
import { changeMoment } from "./change-moment.js";
import { touchesItem } from "./items.js";
import type { PreparedChange } from "./prepare-change.js";
import {
  newPeriods,
  type Preview,
  type PreviewedChange,
  previewChange,
  previewFreshPeriod,
  previewUnchanged,
  previewUnprorated,
  withLines,
} from "./preview-invoices.js";
import { hasNewInterval, haveOneInterval, recurringAmount } from "./recurring-amount.js";

/** A change that waits for the end of the period that was paid for, so that nothing is due now. */
export async function previewAtPeriodEnd(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<PreviewedChange> {
  const changesAt = changeMoment(plan, before);
  const isNext = Number(changesAt) === Number(before.currentPeriodEnd);
  // What is removed at its end is on no invoice to come, so that all of them have the change.
  const isOnEveryInvoice = isNext || plan.items.every(({ does }) => does === "remove");
  const [recurring, next] = await Promise.all([
    isOnEveryInvoice ? previewRecurring(scope, plan, before) : null,
    isNext ? previewNext(scope, plan, before) : previewUnchanged(scope, plan),
  ]);
  const shown = await withLines(scope, next);
  return {
    shown,
    amountDueNow: 0,
    nextAmount: shown?.amount_due ?? null,
    nextInvoiceAt: shown === undefined ? null : nextBilling(plan, before, changesAt),
    recurringAmount: recurring,
  };
}

/**
 * The invoice that the change is made with. A new interval would begin at once, without the items that renew beside it, be
 * they unchanged or changed within their interval.
 */
async function previewNext(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<Preview | undefined> {
  const next = await withLines(scope, await previewUnprorated(scope, plan));
  const begun = newPeriods(next, before, undefined);
  if (begun.length === 0) return next;
  const unchanged = unchangedItems(plan, before);
  const renewing = unchanged.filter(
    (item) => Number(item.currentPeriodEnd) === Number(before.currentPeriodEnd),
  );
  if (renewing.length === 0 && begun.length >= countBilled(plan)) return next;
  const goingOn = unchanged.filter((item) => !renewing.includes(item)).map(({ id }) => id);
  return previewFreshPeriod(scope, plan, "next", goingOn);
}

/** How many items that are changed or added are billed ahead, which usage is not. */
function countBilled({ items, prices }: PreparedChange): number {
  return items.filter((one) => {
    if (one.does === "remove") return false;
    if (one.does === "change" && one.priceId === undefined) return one.item.quantity !== undefined;
    return !isMetered(prices, one.priceId ?? "");
  }).length;
}

/** What recurs from the change on. A new interval, which would begin at once, begins together with what renews then. */
async function previewRecurring(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<number | null> {
  const amount = recurringAmount(plan, await withLines(scope, await previewChange(scope, plan, "recurring")));
  const renewsLater = unchangedItems(plan, before).some(
    ({ currentPeriodEnd }) => Number(currentPeriodEnd) !== Number(before.currentPeriodEnd),
  );
  if (renewsLater) return plan.items.some(({ does }) => does === "change") ? null : amount;
  if (amount !== null || !haveOneInterval(plan) || !hasNewInterval(plan)) return amount;
  return recurringAmount(plan, await withLines(scope, await previewFreshPeriod(scope, plan, "recurring")));
}

/** When the next period is billed: with the change, unless that only removes items, or with an unchanged item. */
function nextBilling(plan: PreparedChange, before: Subscription, changesAt: Date | null): Date | null {
  const ends = unchangedItems(plan, before).map(({ currentPeriodEnd }) => currentPeriodEnd);
  if (plan.items.some(({ does }) => does !== "remove")) ends.push(changesAt);
  const moments = ends.flatMap((end) => end ?? []);
  return moments.length === 0 ? changesAt : new Date(Math.min(...moments.map(Number)));
}

function unchangedItems({ items }: PreparedChange, before: Subscription): SubscriptionItem[] {
  return before.items.filter(({ id }) => !touchesItem(items, id));
}
