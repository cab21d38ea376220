import type { NewDiscount } from "../billing/discount-params.js";
import { checkRedeemable } from "../billing/discounts.js";
import type { Act } from "../store/act.js";
import type { CheckoutLineRecord, CheckoutSessionRecord, CouponRecord } from "../store/records.js";
import type { World } from "../store/world.js";

type Discounts = NonNullable<CheckoutSessionRecord["discounts"]>;

/** The one coupon or promotion code that a session begins with, for a customer who may redeem it. */
export function newDiscounts(
  act: Act,
  given: readonly NewDiscount[],
  to: { readonly customer: string; readonly currency: string },
): Discounts {
  return given.map((discount) => {
    const holder = { ...to, subscription: null, item: null, testClock: null };
    checkRedeemable(act, discount, holder, "discounts[0]");
    return { coupon: discount.coupon ?? null, promotion_code: discount.promotion_code ?? null };
  });
}

/** The lines with what is taken off each. An amount is taken off the first lines until it is used up. */
export function discounted(
  world: World,
  lines: readonly CheckoutLineRecord[],
  [discount]: Discounts,
): readonly CheckoutLineRecord[] {
  if (discount === undefined) return lines;
  const { percent_off: percent, amount_off: amount } = couponOf(world, discount);
  let left = amount ?? 0;
  return lines.map((line) => {
    const { amount_subtotal: subtotal } = line;
    const off = percent === null ? Math.min(left, subtotal) : Math.round((subtotal * percent) / 100);
    left -= off;
    return { ...line, amount_discount: off, amount_total: subtotal - off };
  });
}

function couponOf(world: World, { coupon, promotion_code: code }: Discounts[number]): CouponRecord {
  const id = coupon ?? world.inPath("promotion_code", String(code)).promotion.coupon;
  return world.inPath("coupon", String(id));
}
