import type Stripe from "stripe";
import type { TenantWorld } from "../stripe-world.js";
import { countedUsage } from "./counted-usage.js";

/** The ids of what one tenant has: its customer, subscription and so on, as `stripe-world.ts` makes them. */
export type TenantIds = TenantWorld;

/** A kind of id. A new field of `TenantWorld` becomes one, and the table below asks how its object is read. */
export type IdName = Exclude<keyof TenantWorld & `${string}Id`, "tenantId">;

type Read = (stripe: Stripe, own: TenantIds, options: Stripe.RequestOptions) => Promise<unknown>;

const SUBSCRIPTIONS: Read = (stripe, { customerId: customer }, options) =>
  stripe.subscriptions.list({ customer, status: "all", limit: 100 }, options);

const PRICES: Read = (stripe, { productId: product }, options) =>
  stripe.prices.list({ product, limit: 100 }, options);

/** How each object is looked at behind the library's back, with whatever hangs on it that a call could change. */
export const TENANT_OBJECTS: Readonly<Record<IdName, Read>> = {
  customerId: async (stripe, { customerId }, options) => [
    await stripe.customers.retrieve(customerId, {}, options),
    await stripe.entitlements.activeEntitlements.list({ customer: customerId }, options),
    await countedUsage(stripe, customerId, options),
  ],
  subscriptionId: SUBSCRIPTIONS,
  itemId: SUBSCRIPTIONS,
  productId: (stripe, { productId }, options) => stripe.products.retrieve(productId, {}, options),
  priceId: PRICES,
  otherPriceId: PRICES,
  paymentMethodId: (stripe, { customerId: customer }, options) =>
    stripe.paymentMethods.list({ customer }, options),
  invoiceId: (stripe, { customerId: customer }, options) =>
    stripe.invoices.list({ customer, limit: 100 }, options),
  paymentIntentId: (stripe, { paymentIntentId }, options) =>
    stripe.paymentIntents.retrieve(paymentIntentId, {}, options),
  chargeId: (stripe, { chargeId }, options) => stripe.charges.retrieve(chargeId, {}, options),
  refundId: (stripe, { chargeId: charge }, options) => stripe.refunds.list({ charge, limit: 100 }, options),
  couponId: (stripe, { couponId }, options) => stripe.coupons.retrieve(couponId, {}, options),
  promotionCodeId: (stripe, { promotionCodeId }, options) =>
    stripe.promotionCodes.retrieve(promotionCodeId, {}, options),
  taxIdId: (stripe, { customerId }, options) => stripe.customers.listTaxIds(customerId, {}, options),
  checkoutSessionId: (stripe, { customerId: customer }, options) =>
    stripe.checkout.sessions.list({ customer, limit: 100 }, options),
};

/** An id of the same kind that nobody has. */
export function missingId(like: string): string {
  return `${prefixOf(like)}_1MissingMissingMissing000`;
}

/** What stands before the first underscore, and says the kind. */
export function prefixOf(objectId: string): string {
  return objectId.slice(0, objectId.indexOf("_"));
}
