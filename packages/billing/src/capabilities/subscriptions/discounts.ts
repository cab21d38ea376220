import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { boundedList, onFirstUse, text } from "../../input.js";
import { type NewDiscount, proveNewDiscount } from "../../selling/prove-discount.js";
import { sideBySide } from "../../side-by-side.js";
import { isObjectId } from "../../stripe/object-id.js";
import { notFound } from "../../stripe/translate-error.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/** A new discount, or one (`di_…`) that the subscription keeps. */
export type SubscriptionDiscount = NewDiscount | { readonly discountId: string };

type CheckedDiscount = { couponId: string } | { promotionCodeId: string } | { discountId: string };

const MANY = "discounts must be a list of at most 20.";

const newDiscount = onFirstUse(
  () =>
    [
      z.strictObject({
        couponId: text("A coupon's id is 1 to 200 letters, digits, _ and -.", /^[\w-]{1,200}$/),
      }),
      z.strictObject({
        promotionCodeId: z.custom<string>(
          (value) => typeof value === "string" && isObjectId("promotion_code", value),
          'promotionCodeId must be the id of a Stripe promotion code, such as "promo_…".',
        ),
      }),
    ] as const,
);

export const newDiscounts: () => z.ZodMiniType<Exclude<CheckedDiscount, { discountId: string }>[]> =
  onFirstUse(() =>
    listOf(z.union(newDiscount(), "Each of discounts must be { couponId } or { promotionCodeId }.")),
  );

export const subscriptionDiscounts: () => z.ZodMiniType<CheckedDiscount[]> = onFirstUse(() => {
  const discountId = text(
    'discountId must be the id of a Stripe discount, such as "di_…".',
    /^di_\w{1,250}$/,
  );
  const kept = z.strictObject({ discountId });
  return listOf(
    z.union(
      [...newDiscount(), kept],
      "Each of discounts must be { couponId }, { promotionCodeId } or { discountId }.",
    ),
  );
});

function listOf<T>(discount: z.ZodMiniType<T>): z.ZodMiniType<T[]> {
  return boundedList(discount, { most: 20 }, MANY);
}

/** The customer who gets the discounts, and the discounts that the subscription has. */
export interface DiscountTarget {
  readonly customerId: string;
  readonly discountIds: readonly string[];
}

/**
 * Proves the discounts and builds their parameters. One request for each coupon and promotion code.
 *
 * An empty list removes all discounts. It is sent as a blank, because form encoding cannot express an empty list.
 *
 * @throws NotFoundError for one that is missing, another tenant's, nobody's or another customer's.
 */
export async function proveDiscounts(
  scope: TenantScope,
  discounts: readonly CheckedDiscount[],
  target: DiscountTarget,
): Promise<Stripe.SubscriptionUpdateParams.Discount[] | ""> {
  if (discounts.length === 0) return "";
  const named = discounts.map((discount) => Object.values(discount).join());
  if (new Set(named).size < named.length) {
    throw new InvalidArgumentError("discounts must name each of them at most once.");
  }
  return sideBySide(...discounts.map((discount) => proveDiscount(scope, discount, target)));
}

async function proveDiscount(
  scope: TenantScope,
  discount: CheckedDiscount,
  { customerId, discountIds }: DiscountTarget,
): Promise<Stripe.SubscriptionUpdateParams.Discount> {
  // guard (as table): a discount to begin is one that the tenant may give
  if (!("discountId" in discount)) return proveNewDiscount(scope, discount, customerId);
  // guard: a discount to keep is the subscription's own
  if (!discountIds.includes(discount.discountId)) throw notFound();
  return { discount: discount.discountId };
}
