import * as z from "zod/mini";
import { callFields, callOptions, checkInput, onFirstUse, optionsObject, text } from "../../input.js";
import { sideBySide } from "../../side-by-side.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseCouponId, parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Coupon, toCoupon } from "../../views/coupon.js";
import { type PromotionCode, toPromotionCode } from "../../views/promotion-code.js";

export interface FindPromotionCodeOptions extends CallOptions {
  /** What the customer typed, in any letter case: 1 to 100 letters, digits and hyphens. */
  readonly code: string;
  /** Also finds a code that only this customer may use. Default: finds only codes that everybody may use. */
  readonly customerId?: string | undefined;
}

const findOptions = onFirstUse(() =>
  optionsObject({
    ...callFields(),
    code: text("code must be 1 to 100 letters, digits and hyphens.", /^[A-Za-z0-9-]{1,100}$/),
    customerId: z.optional(z.unknown()),
  }),
);

export async function getCoupon(scope: TenantScope, coupon: string, options: CallOptions): Promise<Coupon> {
  const couponId = parseCouponId(coupon);
  checkInput(callOptions, options);
  // guard (as table): a coupon to read is the tenant's or shared
  return toCoupon(await scope.discounts.coupon(couponId), scope);
}

export async function getPromotionCode(
  scope: TenantScope,
  promotionCode: string,
  options: CallOptions,
): Promise<PromotionCode> {
  const codeId = parseObjectId("promotion_code", promotionCode, "promotionCodeId");
  checkInput(callOptions, options);
  // guard (as table): a promotion code to read is the tenant's or shared
  return toPromotionCode(await scope.discounts.promotionCode(codeId), scope);
}

export async function findPromotionCode(
  scope: TenantScope,
  options: FindPromotionCodeOptions,
): Promise<PromotionCode | null> {
  const { code, customerId: given } = checkInput(findOptions, options);
  const customerId = given === undefined ? null : await scope.customerId(given);
  const [, codes] = await sideBySide(
    // guard: a promotion code is found for a customer of the tenant's
    customerId === null ? undefined : scope.proveCustomer(customerId),
    scope.discounts.activePromotionCodes(code),
  );
  const forCustomer = (id: string | null) => codes.find(({ customer }) => referencedId(customer) === id);
  // guard (as codes[0]): a promotion code of one customer is found for that one
  const found = forCustomer(customerId) ?? forCustomer(null);
  return found === undefined ? null : toPromotionCode(found, scope);
}
