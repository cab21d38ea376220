import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { assertFuture } from "../../selling/assert-future.js";
import { assertRecurring, type Prices, proveForSale } from "../../selling/prove-prices.js";
import { sideBySide } from "../../side-by-side.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { futurePhases } from "../../views/scheduled-change.js";
import { toSubscription } from "../../views/subscription.js";
import { isAlreadySo } from "./already-so.js";
import { type CheckedChange, checkChange, isBilled, type UpdateSubscriptionOptions } from "./change.js";
import { proveDiscounts } from "./discounts.js";
import { type ResolvedItem, resolveItems } from "./items.js";
import { provePaymentMethod } from "./prove-payment-method.js";

/** A change with everything read and proved, ready to be written. */
export interface PreparedChange {
  /** The subscription, with its schedule and discounts expanded. */
  readonly before: Stripe.Subscription;
  readonly change: CheckedChange;
  readonly items: readonly ResolvedItem[];
  /** The new prices of items. */
  readonly prices: Prices;
  /** Undefined if they stay, blank if all end. */
  readonly discounts: Stripe.SubscriptionUpdateParams.Discount[] | "" | undefined;
  /** True if the change was made before, under the same idempotency key. It is then not sent again. */
  readonly isMade: boolean;
  /** Reads and proves it all anew, where Stripe refuses it: another call may have changed what was proved. */
  readonly prepareAnew: () => Promise<PreparedChange>;
}

/**
 * Reads and proves everything that a change names. One request, and one for each price, coupon, promotion code and payment
 * method that it names.
 *
 * @throws ConflictError when the subscription is not in a state to be changed so.
 */
export async function prepareChange(
  scope: TenantScope,
  subscription: string,
  options: UpdateSubscriptionOptions,
): Promise<PreparedChange> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const change = checkChange(scope, options);
  // Only the subscription tells which prices are new to it, so the likely ones are read beside it.
  const reading = scope.subscription(subscriptionId, ["schedule", "discounts"]);
  const ahead = new Map(listNewPriceIds(change).map((priceId) => [priceId, scope.price(priceId)]));
  const [before] = await sideBySide(reading, Promise.allSettled(ahead.values()));
  await assertFuture(change.trialEnd, PAST_TRIAL_END, async () => before);
  assertChangeable(scope, before, change);
  const items = resolveUnlessMade(before, change);
  const prepareAnew = () => prepareChange(scope, subscription, options);
  if (items === undefined)
    return { before, change, items: [], prices: new Map(), discounts: undefined, isMade: true, prepareAnew };
  assertAnyLeft(before, items);
  const { customerId, discountIds } = toSubscription(before, scope);
  const { discounts, defaultPaymentMethodId } = change;
  const [prices, discountParams] = await sideBySide(
    // guard (as new Map()): a change has only prices that the tenant may sell
    proveForSale(
      scope,
      items.flatMap((one) => (one.does === "remove" ? [] : (one.priceId ?? []))),
      ahead,
    ),
    // guard (as table): a change begins discounts that the tenant may give
    discounts && proveDiscounts(scope, discounts, { customerId, discountIds }),
    defaultPaymentMethodId === undefined
      ? undefined
      : provePaymentMethod(scope, defaultPaymentMethodId, customerId), // guard (as undefined): a change is charged on a payment method of the customer's
  );
  assertRecurring(prices);
  return { before, change, items, prices, discounts: discountParams, isMade: false, prepareAnew };
}

/**
 * Finds the items that a change names; undefined if the change was made already, so that they are no longer as it names
 * them. Only a call with an idempotency key can be a retry; any other call gets the error.
 */
function resolveUnlessMade(
  before: Stripe.Subscription,
  change: CheckedChange,
): readonly ResolvedItem[] | undefined {
  try {
    return resolveItems(before.items.data, change);
  } catch (error) {
    // guard (operand 1): only a retry takes what is already so for its own work
    if (change.idempotencyKey !== undefined && isAlreadySo(before, change)) return undefined;
    throw error;
  }
}

/** Lists the prices that a change names, except for items named by id, for which a confirmation names their present price. */
function listNewPriceIds({ priceId, items }: CheckedChange): readonly string[] {
  const added = (items ?? []).flatMap((item) => ("add" in item ? item.add : []));
  return [...new Set(priceId === undefined || items !== undefined ? added : [priceId])];
}

const PAST_TRIAL_END = 'trialEnd must be a Date in the future. Use "now" to end the trial at once.';

/** Returns the schedule that governs a subscription, if it is expanded. */
export function expandedSchedule({ schedule }: Stripe.Subscription): Stripe.SubscriptionSchedule | undefined {
  return typeof schedule === "object" && schedule !== null ? schedule : undefined;
}

/** Marks the schedules that this package creates, so that it never replaces another one. */
export const SCHEDULE_MARK: Readonly<Record<string, string>> = { scheduledBy: "@repo/billing" };

/** @throws ConflictError when the subscription is not in a state to be changed so. */
function assertChangeable(scope: TenantScope, before: Stripe.Subscription, change: CheckedChange): void {
  const { endedAt, cancelsAt } = toSubscription(before, scope);
  const touchesMore = isBilled(change) || change.defaultPaymentMethodId !== undefined;
  if (endedAt !== null && (touchesMore || change.when === "period_end")) {
    throw new ConflictError("The subscription has ended, so only its metadata can change. Create a new one.");
  }
  if (change.when === "period_end" && cancelsAt !== null) {
    throw goingToEnd();
  }
  const schedule = expandedSchedule(before);
  if (schedule === undefined || change.scheduledChange === null || futurePhases(schedule).length === 0)
    return;
  if (change.when === "period_end") {
    if (Object.entries(SCHEDULE_MARK).every(([key, value]) => schedule.metadata?.[key] === value)) return;
    throw new ConflictError(
      "A schedule that was made elsewhere governs the subscription. Change it there, or drop it with scheduledChange: null.",
      { conflictingId: schedule.id },
    );
  }
  if (isBilled(change)) {
    throw new ConflictError(
      "A change is scheduled, which would undo this one. Drop it with scheduledChange: null.",
      { conflictingId: schedule.id },
    );
  }
}

export function goingToEnd(): ConflictError {
  return new ConflictError(
    "The subscription is scheduled to end, so a change cannot follow. Resume it first.",
  );
}

function assertAnyLeft(before: Stripe.Subscription, items: readonly ResolvedItem[]): void {
  const added = items.filter(({ does }) => does === "add").length;
  const removed = items.filter(({ does }) => does === "remove").length;
  if (before.items.data.length + added > removed) return;
  throw new InvalidArgumentError("A subscription keeps at least one item. To end it, cancel it.");
}
