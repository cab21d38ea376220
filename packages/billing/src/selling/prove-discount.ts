import { referencedId } from "../stripe/reference.js";
import { notFound } from "../stripe/translate-error.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/**
 * A new discount. Coupons and promotion codes belong, like products, to the tenant that their metadata names, or with `"*"`
 * to all; one without that mark is refused. A promotion code for one customer is for that customer only.
 */
export type NewDiscount = { readonly couponId: string } | { readonly promotionCodeId: string };

/**
 * Proves a discount and builds its parameter. One request.
 *
 * @throws NotFoundError for one that is missing, another tenant's, nobody's or another customer's.
 */
export async function proveNewDiscount(
  scope: TenantScope,
  discount: NewDiscount,
  customerId: string,
): Promise<{ coupon: string } | { promotion_code: string }> {
  if ("couponId" in discount) {
    // guard: a coupon is the tenant's or shared
    await scope.discounts.coupon(discount.couponId);
    return { coupon: discount.couponId };
  }
  // guard (as { customer: null }): a promotion code is the tenant's or shared
  const { customer } = await scope.discounts.promotionCode(discount.promotionCodeId);
  // guard: a promotion code of one customer is for that one
  if (customer !== null && referencedId(customer) !== customerId) {
    throw notFound();
  }
  return { promotion_code: discount.promotionCodeId };
}
