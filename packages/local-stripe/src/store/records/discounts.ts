import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type CouponRecord = Readonly<
  Omit<Stored<Stripe.Coupon>, "applies_to" | "currency_options" | "deleted" | "valid">
>;

export type DiscountRecord = Readonly<Omit<Stored<Stripe.Discount>, "customer" | "deleted">> & {
  readonly created: number;
  readonly customer: string;
  /** The time at which it was removed or used up. */
  readonly endedAt: number | null;
  /** The terms of the coupon when it was redeemed; the coupon may be deleted since. */
  readonly terms: {
    readonly amountOff: number | null;
    readonly currency: string | null;
    readonly isOnce: boolean;
    readonly percentOff: number | null;
  };
  readonly test_clock: string | null;
};

export type PromotionCodeRecord = Readonly<Stored<Stripe.PromotionCode>>;
