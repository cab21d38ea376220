import type { CallOptions } from "../../stripe/deadline.js";
import type { Coupon } from "../../views/coupon.js";
import type { PromotionCode } from "../../views/promotion-code.js";
import type { FindPromotionCodeOptions } from "./look-up.js";

/** The service's methods for coupons and promotion codes: a tenant's own, and those that all tenants share. */
export interface DiscountMethods {
  /**
   * Reads a coupon, such as to show what it takes off. One request.
   *
   * @throws NotFoundError when it is missing, deleted, or neither the tenant's nor shared.
   * @see https://docs.stripe.com/api/coupons/retrieve
   */
  getCoupon(couponId: string, options?: CallOptions): Promise<Coupon>;

  /**
   * Reads a promotion code by its id. One request. `couponId` names the coupon that it stands for.
   *
   * @throws NotFoundError when it is missing, neither the tenant's nor shared, or for another tenant's customer.
   * @see https://docs.stripe.com/api/promotion_codes/retrieve
   */
  getPromotionCode(promotionCodeId: string, options?: CallOptions): Promise<PromotionCode>;

  /**
   * Finds the active promotion code that a customer typed. Null where there is none that the tenant may give: an unknown
   * code, one that has ended, and another tenant's are told alike. Whether a customer may redeem it, Stripe decides at the
   * sale: see `firstTimeOnly` and `minimumAmount`. One request, or two for a `customerId` that was not used lately.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/promotion_codes/list
   */
  findPromotionCode(options: FindPromotionCodeOptions): Promise<PromotionCode | null>;
}
