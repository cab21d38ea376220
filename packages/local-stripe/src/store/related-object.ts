import type { RelatedObject } from "./records/events.js";
import type { Wire } from "./wire.js";

/** The path of the API for each kind of object. Kinds without a path of their own are absent. */
const PATHS: Readonly<Record<string, (object: Wire) => string>> = {
  account: () => "/v1/accounts",
  "billing.meter": () => "/v1/billing/meters",
  "billing_portal.configuration": () => "/v1/billing_portal/configurations",
  charge: () => "/v1/charges",
  "checkout.session": () => "/v1/checkout/sessions",
  coupon: () => "/v1/coupons",
  customer: () => "/v1/customers",
  dispute: () => "/v1/disputes",
  "entitlements.feature": () => "/v1/entitlements/features",
  invoice_payment: () => "/v1/invoice_payments",
  invoice: () => "/v1/invoices",
  payment_intent: () => "/v1/payment_intents",
  payment_method: () => "/v1/payment_methods",
  price: () => "/v1/prices",
  product: () => "/v1/products",
  promotion_code: () => "/v1/promotion_codes",
  refund: () => "/v1/refunds",
  setup_intent: () => "/v1/setup_intents",
  subscription: () => "/v1/subscriptions",
  subscription_schedule: () => "/v1/subscription_schedules",
  tax_id: ({ customer }) => `/v1/customers/${String(customer)}/tax_ids`,
  "test_helpers.test_clock": () => "/v1/test_helpers/test_clocks",
};

/** The reference by which a thin event names its object; `null` for an object that cannot be fetched. */
export function relatedObject(object: Wire): RelatedObject | null {
  const { id, object: type } = object;
  if (typeof id !== "string" || typeof type !== "string") return null;
  if (type === "discount") return discountReference(object, id);
  const path = Object.hasOwn(PATHS, type) ? PATHS[type] : undefined;
  return path === undefined ? null : { id, type, url: `${path(object)}/${encodeURIComponent(id)}` };
}

/** A discount is fetched through what it belongs to. */
function discountReference({ customer, subscription }: Wire, id: string): RelatedObject {
  const owner =
    typeof subscription === "string" ? `subscriptions/${subscription}` : `customers/${String(customer)}`;
  return { id, type: "discount", url: `/v1/${owner}/discount` };
}
