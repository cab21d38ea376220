import type { ListCall, SearchCall, StripeAnswer, StripeCall } from "./calls.js";
import type { EventList } from "./event-lists.js";
import type { OperatorCall } from "./operator-calls.js";
import type { OwnerRead } from "./owner-reads.js";

type AnyCall = StripeCall | OwnerRead | OperatorCall | EventList;

/** The answer is none of Stripe's, so nobody knows what became of the request. */
class NotStripesAnswer extends Error {
  override readonly name = "NotStripesAnswer";
}

/**
 * Checks that what the SDK hands on as an answer is Stripe's answer to this call. The SDK takes any JSON without an
 * `error` for one, whatever its status: a gateway's excuse, or the object of another request that a cache mixed up.
 *
 * @throws NotStripesAnswer
 */
export function assertStripesAnswer(call: AnyCall, answer: unknown): asserts answer is object {
  // guard: an answer is Stripe's, of the kind that was asked for
  if (!isAnswerTo(call, answer))
    throw new NotStripesAnswer("The answer is not of the shape that Stripe gives it.");
}

function isAnswerTo(call: AnyCall, answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  // Lists of version 2 name no kind, but a next page.
  if (call === "GET /v2/core/events") {
    return "next_page_url" in answer && "data" in answer && Array.isArray(answer.data) && isSuccess(answer);
  }
  if (!("object" in answer) || answer.object !== KINDS[call] || !isSuccess(answer)) return false;
  if (isListing(call)) return "data" in answer && Array.isArray(answer.data);
  return WITHOUT_ID.has(call) || ("id" in answer && typeof answer.id === "string" && answer.id !== "");
}

/** Reads the status that the SDK keeps beside the answer; clients of another make may keep none. */
function isSuccess(answer: object): boolean {
  const last: unknown = "lastResponse" in answer ? answer.lastResponse : undefined;
  if (typeof last !== "object" || last === null || !("statusCode" in last)) return true;
  const { statusCode } = last;
  return typeof statusCode !== "number" || (statusCode >= 200 && statusCode < 300);
}

function isListing(call: AnyCall): boolean {
  return KINDS[call] === "list" || KINDS[call] === "search_result";
}

/** A usage event has an identifier of its own, and versions before 2025-03-31 give an upcoming invoice none. */
const WITHOUT_ID: ReadonlySet<AnyCall> = new Set([
  "POST /v1/billing/meter_events",
  "POST /v1/invoices/create_preview",
] as const);

/** The `object` of each call's answer, as the SDK's types have it. */
const KINDS: { readonly [C in StripeCall]: KindOf<C> } & Readonly<
  Record<OwnerRead | OperatorCall | EventList, string>
> = {
  "GET /v1/customers/{customer}": "customer",
  "GET /v1/customers/search": "search_result",
  "POST /v1/customers": "customer",
  "POST /v1/customers/{customer}": "customer",
  "DELETE /v1/customers/{customer}": "customer",
  "GET /v1/customers/{customer}/tax_ids": "list",
  "GET /v1/tax_ids/{tax_id}": "tax_id",
  "POST /v1/customers/{customer}/tax_ids": "tax_id",
  "DELETE /v1/tax_ids/{tax_id}": "tax_id",
  "GET /v1/subscriptions": "list",
  "GET /v1/subscriptions/{subscription}": "subscription",
  "POST /v1/subscriptions/{subscription}": "subscription",
  "DELETE /v1/subscriptions/{subscription}": "subscription",
  "POST /v1/subscriptions": "subscription",
  "POST /v1/subscriptions/{subscription}/pause": "subscription",
  "POST /v1/subscriptions/{subscription}/resume": "subscription",
  "POST /v1/subscription_schedules": "subscription_schedule",
  "POST /v1/subscription_schedules/{schedule}": "subscription_schedule",
  "POST /v1/subscription_schedules/{schedule}/release": "subscription_schedule",
  "POST /v1/invoices/create_preview": "invoice",
  "GET /v1/invoices": "list",
  "GET /v1/invoices/{invoice}": "invoice",
  "POST /v1/invoices/{invoice}/pay": "invoice",
  "POST /v1/invoices/{invoice}/void": "invoice",
  "GET /v1/invoices/{invoice}/lines": "list",
  "GET /v1/refunds": "list",
  "POST /v1/refunds": "refund",
  "GET /v1/payment_methods": "list",
  "GET /v1/payment_methods/{payment_method}": "payment_method",
  "POST /v1/payment_methods/{payment_method}": "payment_method",
  "POST /v1/payment_methods/{payment_method}/detach": "payment_method",
  "GET /v1/products": "list",
  "GET /v1/products/{product}": "product",
  "POST /v1/products": "product",
  "POST /v1/products/{product}": "product",
  "GET /v1/prices": "list",
  "GET /v1/prices/search": "search_result",
  "POST /v1/prices": "price",
  "POST /v1/prices/{price}": "price",
  "GET /v1/products/search": "search_result",
  "GET /v1/prices/{price}": "price",
  "GET /v1/coupons/{coupon}": "coupon",
  "GET /v1/promotion_codes/{promotion_code}": "promotion_code",
  "GET /v1/charges/{charge}": "charge",
  "GET /v1/credit_notes/{credit_note}": "credit_note",
  "GET /v1/invoiceitems/{invoiceitem}": "invoiceitem",
  "GET /v1/payment_intents/{payment_intent}": "payment_intent",
  "GET /v1/setup_intents/{setup_intent}": "setup_intent",
  "GET /v1/subscription_schedules/{schedule}": "subscription_schedule",
  "GET /v1/entitlements/active_entitlements": "list",
  "POST /v1/billing/meter_events": "billing.meter_event",
  "GET /v1/checkout/sessions": "list",
  "GET /v1/checkout/sessions/{session}": "checkout.session",
  "GET /v1/checkout/sessions/{session}/line_items": "list",
  "POST /v1/checkout/sessions": "checkout.session",
  "POST /v1/checkout/sessions/{session}/expire": "checkout.session",
  "GET /v1/billing_portal/configurations": "list",
  "GET /v1/billing_portal/configurations/{configuration}": "billing_portal.configuration",
  "POST /v1/billing_portal/configurations": "billing_portal.configuration",
  "POST /v1/billing_portal/configurations/{configuration}": "billing_portal.configuration",
  "POST /v1/billing_portal/sessions": "billing_portal.session",
  "GET /v1/coupons": "list",
  "GET /v1/customers": "list",
  "GET /v1/promotion_codes": "list",
  "DELETE /v1/coupons/{coupon}": "coupon",
  "POST /v1/coupons": "coupon",
  "POST /v1/coupons/{coupon}": "coupon",
  "POST /v1/promotion_codes": "promotion_code",
  "POST /v1/promotion_codes/{promotion_code}": "promotion_code",
  "GET /v2/core/accounts/{account}": "v2.core.account",
  "GET /v1/events/{event}": "event",
  "GET /v1/events": "list",
  "GET /v2/core/events": "list",
  "GET /v1/disputes/{dispute}": "dispute",
  "GET /v1/invoice_payments/{invoice_payment}": "invoice_payment",
  "GET /v1/mandates/{mandate}": "mandate",
  "GET /v1/quotes/{quote}": "quote",
  "GET /v1/radar/early_fraud_warnings/{early_fraud_warning}": "radar.early_fraud_warning",
  "GET /v1/refunds/{refund}": "refund",
  "GET /v1/reviews/{review}": "review",
};

type KindOf<C extends StripeCall> = C extends ListCall
  ? "list"
  : C extends SearchCall
    ? "search_result"
    : StripeAnswer<C>["object"];
