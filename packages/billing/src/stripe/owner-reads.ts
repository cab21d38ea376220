/**
 * The reads that find the owner of an event, before a tenant and so a gate is known. They are no calls of the gate's
 * table, and nothing of their answers leaves the search for the owner.
 */
export const OWNER_READS = {
  customer: "GET /v1/customers/{customer}",
  account: "GET /v2/core/accounts/{account}",
  event: "GET /v1/events/{event}",
  events: "GET /v1/events",
  charge: "GET /v1/charges/{charge}",
  "checkout.session": "GET /v1/checkout/sessions/{session}",
  coupon: "GET /v1/coupons/{coupon}",
  credit_note: "GET /v1/credit_notes/{credit_note}",
  dispute: "GET /v1/disputes/{dispute}",
  invoice: "GET /v1/invoices/{invoice}",
  invoice_payment: "GET /v1/invoice_payments/{invoice_payment}",
  invoiceitem: "GET /v1/invoiceitems/{invoiceitem}",
  mandate: "GET /v1/mandates/{mandate}",
  payment_intent: "GET /v1/payment_intents/{payment_intent}",
  payment_method: "GET /v1/payment_methods/{payment_method}",
  price: "GET /v1/prices/{price}",
  product: "GET /v1/products/{product}",
  promotion_code: "GET /v1/promotion_codes/{promotion_code}",
  quote: "GET /v1/quotes/{quote}",
  "radar.early_fraud_warning": "GET /v1/radar/early_fraud_warnings/{early_fraud_warning}",
  refund: "GET /v1/refunds/{refund}",
  review: "GET /v1/reviews/{review}",
  setup_intent: "GET /v1/setup_intents/{setup_intent}",
  subscription: "GET /v1/subscriptions/{subscription}",
  subscription_schedule: "GET /v1/subscription_schedules/{schedule}",
} as const;

export type OwnerRead = (typeof OWNER_READS)[keyof typeof OWNER_READS];

/** Sends one read; resolves to `undefined` when Stripe has no such object. */
export type ReadOwnerObject = (call: OwnerRead, path: string, params?: object) => Promise<object | undefined>;

/** Not kinds of objects that lead to an owner, but the ways to find a customer that was deleted, and a twin. */
const NOT_KINDS: ReadonlySet<string> = new Set(["event", "events", "account"]);

/** The read of an object of this kind; `undefined` for a kind that is not read, or what is no id. */
export function ownerReadPath(
  kind: string,
  id: string,
): { readonly call: OwnerRead; readonly path: string } | undefined {
  if (!isReadable(kind) || NOT_KINDS.has(kind) || !/^[A-Za-z0-9_-]{1,255}$/.test(id)) return undefined;
  const call = OWNER_READS[kind];
  return { call, path: call.slice("GET ".length).replace(/\{\w+\}/, id) };
}

function isReadable(kind: string): kind is keyof typeof OWNER_READS {
  return Object.hasOwn(OWNER_READS, kind);
}
