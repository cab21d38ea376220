import { invalid } from "../http/api-error.js";
import type { CheckoutLineRecord, CheckoutSessionRecord, CouponRecord } from "../store/records.js";
import type { World } from "../store/world.js";

export interface NewDiscount {
  readonly coupon?: string;
  readonly promotion_code?: string;
}

type Discounts = NonNullable<CheckoutSessionRecord["discounts"]>;

/** The one coupon or promotion code that a session begins with, for a customer who may redeem it. */
export function newDiscounts(world: World, given: readonly NewDiscount[], customer: string): Discounts {
  return given.map(({ coupon, promotion_code: code }) => {
    if ((coupon === undefined) === (code === undefined)) {
      throw invalid("You must specify either `coupon` or `promotion_code` for a discount.", "discounts[0]");
    }
    if (coupon !== undefined) {
      redeemable(world, coupon, "discounts[0][coupon]");
      return { coupon, promotion_code: null };
    }
    const promotionCode = world.named("promotion_code", code ?? "", "discounts[0][promotion_code]");
    const isOver = promotionCode.expires_at !== null && promotionCode.expires_at <= world.now;
    if (!promotionCode.active || isOver) {
      throw invalid("This promotion code is inactive or has expired.", "discounts[0][promotion_code]");
    }
    if (promotionCode.customer !== null && promotionCode.customer !== customer) {
      throw invalid(
        "This promotion code cannot be redeemed by this customer.",
        "discounts[0][promotion_code]",
      );
    }
    redeemable(world, String(promotionCode.promotion.coupon), "discounts[0][promotion_code]");
    return { coupon: null, promotion_code: promotionCode.id };
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

function redeemable(world: World, id: string, param: string): void {
  const coupon = world.named("coupon", id, param);
  if (coupon.redeem_by === null || coupon.redeem_by > world.now) return;
  throw invalid(`Coupon ${id} is expired and cannot be applied.`, param, "coupon_expired");
}
