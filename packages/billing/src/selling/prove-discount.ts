import { ConflictError } from "../errors.js";
import { referencedId } from "../stripe/reference.js";
import { notFound } from "../stripe/translate-error.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/**
 * A new discount. Coupons and promotion codes belong, like products, to the tenant that their metadata names, or with `"*"`
 * to all; one without that mark is refused. A promotion code for one customer is for that customer only.
 */
export type NewDiscount = { readonly couponId: string } | { readonly promotionCodeId: string };

type DiscountParam = { coupon: string } | { promotion_code: string };

/**
 * Proves a discount and builds its parameter. One request.
 *
 * @throws NotFoundError for one that is missing, another tenant's, nobody's or another customer's.
 */
export async function proveNewDiscount(
  scope: TenantScope,
  discount: NewDiscount,
  customerId: string,
): Promise<DiscountParam> {
  return (await find(scope, discount, customerId)).param;
}

/**
 * Proves a discount that is offered now and redeemed later, and builds its parameter. One request. Not for what redeems it
 * at once: a retry would find its own redemption in the way.
 *
 * @throws NotFoundError as {@link proveNewDiscount}.
 * @throws ConflictError for one that has expired, is used up or was switched off.
 */
export async function proveRedeemable(
  scope: TenantScope,
  discount: NewDiscount,
  customerId: string,
): Promise<DiscountParam> {
  const { param, isRedeemable } = await find(scope, discount, customerId);
  // guard: a discount that nobody can redeem is not offered
  if (!isRedeemable) {
    throw new ConflictError(
      "The coupon or promotion code has expired, is used up or inactive, so it cannot be redeemed any more. Offer another one.",
    );
  }
  return param;
}

async function find(
  scope: TenantScope,
  discount: NewDiscount,
  customerId: string,
): Promise<{ readonly param: DiscountParam; readonly isRedeemable: boolean }> {
  if ("couponId" in discount) {
    // guard (as { valid: true }): a coupon is the tenant's or shared
    const { valid } = await scope.discounts.coupon(discount.couponId);
    return { param: { coupon: discount.couponId }, isRedeemable: valid };
  }
  // guard (as { customer: null, active: true }): a promotion code is the tenant's or shared
  const { customer, active } = await scope.discounts.promotionCode(discount.promotionCodeId);
  // guard: a promotion code of one customer is for that one
  if (customer !== null && referencedId(customer) !== customerId) {
    throw notFound();
  }
  return { param: { promotion_code: discount.promotionCodeId }, isRedeemable: active };
}
