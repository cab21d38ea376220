import type Stripe from "stripe";
import { referencedId } from "../../stripe/reference.js";
import { toEpochSeconds } from "../../views/epoch.js";
import type { CheckedChange } from "./change.js";
import type { CheckedItemChange, ItemReference } from "./items.js";

/**
 * Tells if a subscription already has everything that a change names. A retry finds it so when the first try was made and
 * its answer was lost: the items named by their old price are gone, and the added ones are there.
 *
 * @param before with its discounts expanded.
 */
export function isAlreadySo(before: Stripe.Subscription, change: CheckedChange): boolean {
  const items = change.items ?? [];
  return (
    change.when !== "period_end" &&
    // guard (as true): a change that was made has made all its items
    items.every((one) => isItemSo(before.items.data, one)) &&
    // guard (as true): a change that was made has set the end of the trial
    isTrialSo(before, change.trialEnd) &&
    // guard (as true): a change that was made has set its discounts
    areDiscountsSo(before, change.discounts) &&
    // guard (as true): a change that was made has set the payment method
    (change.defaultPaymentMethodId === undefined ||
      referencedId(before.default_payment_method) === change.defaultPaymentMethodId) &&
    // guard (as true): a change that was made has set its metadata
    Object.entries(change.metadata ?? {}).every(([key, value]) => (before.metadata[key] ?? "") === value)
  );
}

function isItemSo(current: readonly Stripe.SubscriptionItem[], change: CheckedItemChange): boolean {
  if ("remove" in change) return find(current, change.remove) === undefined;
  if ("add" in change) return hasQuantity(find(current, { priceId: change.add }), change.quantity ?? 1);
  // An item whose price was changed can no longer be found by the old price.
  const isRenamed = typeof change.change !== "string" && change.priceId !== undefined;
  const reference = isRenamed ? { priceId: change.priceId ?? "" } : change.change;
  const item = find(current, reference);
  const isPriced = change.priceId === undefined || item?.price.id === change.priceId;
  return isPriced && hasQuantity(item, change.quantity);
}

/** A metered item has no quantity. */
function hasQuantity(item: Stripe.SubscriptionItem | undefined, quantity: number | undefined): boolean {
  if (item === undefined) return false;
  return quantity === undefined || item.quantity === undefined || item.quantity === quantity;
}

function find(
  current: readonly Stripe.SubscriptionItem[],
  reference: ItemReference,
): Stripe.SubscriptionItem | undefined {
  return current.find(({ id, price }) =>
    typeof reference === "string" ? id === reference : price.id === reference.priceId,
  );
}

function isTrialSo(
  { status, trial_end: end }: Stripe.Subscription,
  wanted: CheckedChange["trialEnd"],
): boolean {
  if (wanted === undefined) return true;
  return wanted === "now" ? status !== "trialing" : end === toEpochSeconds(wanted);
}

function areDiscountsSo({ discounts }: Stripe.Subscription, wanted: CheckedChange["discounts"]): boolean {
  if (wanted === undefined) return true;
  return (
    discounts.length === wanted.length &&
    wanted.every((one) =>
      discounts.some((discount) => typeof discount === "object" && isDiscount(discount, one)),
    )
  );
}

function isDiscount(
  { id, promotion_code: code, source }: Stripe.Discount,
  wanted: NonNullable<CheckedChange["discounts"]>[number],
): boolean {
  if ("discountId" in wanted) return id === wanted.discountId;
  if ("promotionCodeId" in wanted) return referencedId(code) === wanted.promotionCodeId;
  return referencedId(source.coupon) === wanted.couponId;
}
