import type { CallOptions } from "../../stripe/deadline.js";
import type { Coupon } from "../../views/coupon.js";
import type { PromotionCode } from "../../views/promotion-code.js";
import type { FindPromotionCodeOptions } from "./look-up.js";

/** The service's methods for coupons and promotion codes: a tenant's own, and those that all tenants share. */
export interface DiscountMethods {
  /**
   * Reads a coupon, for example to show the discount. One request.
   *
   * @throws NotFoundError when it is missing, deleted, or neither the tenant's nor shared.
   * @see https://docs.stripe.com/api/coupons/retrieve
   */
  getCoupon(couponId: string, options?: CallOptions): Promise<Coupon>;

  /**
   * Reads a promotion code by its id. One request. Its `couponId` names the coupon that it applies.
   *
   * @throws NotFoundError when it is missing, neither the tenant's nor shared, or for another tenant's customer.
   * @see https://docs.stripe.com/api/promotion_codes/retrieve
   */
  getPromotionCode(promotionCodeId: string, options?: CallOptions): Promise<PromotionCode>;

  /**
   * Finds the active promotion code that a customer typed. Null if the tenant has no such code to give: an unknown
   * code, an expired one and another tenant's all give null. Stripe decides at checkout whether the customer may redeem
   * it: see `firstTimeOnly` and `minimumAmount`. One request, or two for a `customerId` that was not used recently.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/promotion_codes/list
   */
  findPromotionCode(options: FindPromotionCodeOptions): Promise<PromotionCode | null>;
}
