import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate, toDateOrNull } from "./epoch.js";
import type { Reserved } from "./reserved.js";

/** A code that customers type to get the discount of a coupon. */
export interface PromotionCode {
  readonly id: string;
  /** The text that customers type, in any letter case. */
  readonly code: string;
  readonly couponId: string | null;
  /** The only customer who may use it; null if everybody may. */
  readonly customerId: string | null;
  readonly active: boolean;
  readonly expiresAt: Date | null;
  readonly maxRedemptions: number | null;
  readonly timesRedeemed: number;
  /** True if it only applies to a customer's first purchase. */
  readonly firstTimeOnly: boolean;
  /** The minimum amount of the purchase, in the minor unit of `minimumAmountCurrency`; null if there is none. */
  readonly minimumAmount: number | null;
  readonly minimumAmountCurrency: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/** Before API version 2025-09-30 the coupon stood on the code itself. */
export type AnyPromotionCode = Stripe.PromotionCode & { readonly coupon?: string | Stripe.Coupon | null };

export function toPromotionCode(code: AnyPromotionCode, own: Reserved): PromotionCode {
  return Object.freeze({
    id: code.id,
    code: code.code,
    couponId: referencedId(code.promotion?.coupon ?? code.coupon ?? null),
    customerId: referencedId(code.customer),
    active: code.active,
    expiresAt: toDateOrNull(code.expires_at),
    maxRedemptions: code.max_redemptions,
    timesRedeemed: code.times_redeemed,
    firstTimeOnly: code.restrictions.first_time_transaction,
    minimumAmount: code.restrictions.minimum_amount,
    minimumAmountCurrency: code.restrictions.minimum_amount_currency,
    metadata: own.withoutReserved(code.metadata ?? {}),
    createdAt: toDate(code.created),
    livemode: code.livemode,
  });
}
