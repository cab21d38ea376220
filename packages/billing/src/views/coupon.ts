import type Stripe from "stripe";
import { toDate, toDateOrNull } from "./epoch.js";
import type { Reserved } from "./reserved.js";

/** A discount that can be given to subscriptions, invoices and Checkout sessions. */
export interface Coupon {
  readonly id: string;
  /** The name that customers see on receipts. */
  readonly name: string | null;
  /** Null if the discount is an amount. */
  readonly percentOff: number | null;
  /** In the minor unit of `currency`; null if the discount is a percentage. */
  readonly amountOff: number | null;
  readonly currency: string | null;
  readonly duration: "once" | "repeating" | "forever";
  /** Null unless `duration` is `"repeating"`. */
  readonly durationInMonths: number | null;
  readonly maxRedemptions: number | null;
  readonly timesRedeemed: number;
  /** When it can be redeemed at the latest. */
  readonly redeemBy: Date | null;
  /** False once its redemptions are used up or `redeemBy` has passed. */
  readonly valid: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

export function toCoupon(coupon: Stripe.Coupon, own: Reserved): Coupon {
  return Object.freeze({
    id: coupon.id,
    name: coupon.name,
    percentOff: coupon.percent_off,
    amountOff: coupon.amount_off,
    currency: coupon.currency,
    duration: coupon.duration as Coupon["duration"], // there are these three
    durationInMonths: coupon.duration_in_months,
    maxRedemptions: coupon.max_redemptions,
    timesRedeemed: coupon.times_redeemed,
    redeemBy: toDateOrNull(coupon.redeem_by),
    valid: coupon.valid,
    metadata: own.withoutReserved(coupon.metadata ?? {}),
    createdAt: toDate(coupon.created),
    livemode: coupon.livemode,
  });
}
