import type Stripe from "stripe";

/**
 * Every request this package can send, with its parameters and answer as the SDK types them. What is not in this table
 * cannot be sent: the gate takes its keys and nothing else, and the contract suite sends each of them to stripe-mock.
 */
export interface Calls {
  "GET /v1/customers/{customer}": {
    params: Stripe.CustomerRetrieveParams;
    answer: Stripe.Customer | Stripe.DeletedCustomer;
  };
  "GET /v1/customers/search": {
    params: Stripe.CustomerSearchParams;
    answer: Stripe.ApiSearchResult<Stripe.Customer>;
  };
  "POST /v1/customers": {
    params: Stripe.CustomerCreateParams;
    answer: Stripe.Customer;
  };
  "POST /v1/customers/{customer}": {
    params: Stripe.CustomerUpdateParams;
    answer: Stripe.Customer;
  };
  "DELETE /v1/customers/{customer}": {
    params: Stripe.CustomerDeleteParams;
    answer: Stripe.DeletedCustomer;
  };
  "GET /v1/customers/{customer}/tax_ids": {
    params: Stripe.CustomerListTaxIdsParams;
    answer: Stripe.ApiList<Stripe.TaxId>;
  };
  "GET /v1/tax_ids/{tax_id}": {
    params: Stripe.TaxIdRetrieveParams;
    answer: Stripe.TaxId;
  };
  "POST /v1/customers/{customer}/tax_ids": {
    params: Stripe.CustomerCreateTaxIdParams;
    answer: Stripe.TaxId;
  };
  "DELETE /v1/tax_ids/{tax_id}": {
    params: Stripe.TaxIdDeleteParams;
    answer: Stripe.DeletedTaxId;
  };
  "GET /v1/subscriptions": {
    params: Stripe.SubscriptionListParams;
    answer: Stripe.ApiList<Stripe.Subscription>;
  };
  "GET /v1/subscriptions/{subscription}": {
    params: Stripe.SubscriptionRetrieveParams;
    answer: Stripe.Subscription;
  };
  "POST /v1/subscriptions/{subscription}": {
    params: Stripe.SubscriptionUpdateParams;
    answer: Stripe.Subscription;
  };
  "DELETE /v1/subscriptions/{subscription}": {
    params: Stripe.SubscriptionCancelParams;
    answer: Stripe.Subscription;
  };
  "POST /v1/subscriptions": {
    params: Stripe.SubscriptionCreateParams;
    answer: Stripe.Subscription;
  };
  "POST /v1/subscriptions/{subscription}/pause": {
    params: Stripe.SubscriptionPauseParams;
    answer: Stripe.Subscription;
  };
  "POST /v1/subscriptions/{subscription}/resume": {
    params: Stripe.SubscriptionResumeParams;
    answer: Stripe.Subscription;
  };
  "POST /v1/subscription_schedules": {
    params: Stripe.SubscriptionScheduleCreateParams;
    answer: Stripe.SubscriptionSchedule;
  };
  "POST /v1/subscription_schedules/{schedule}": {
    params: Stripe.SubscriptionScheduleUpdateParams;
    answer: Stripe.SubscriptionSchedule;
  };
  "POST /v1/subscription_schedules/{schedule}/release": {
    params: Stripe.SubscriptionScheduleReleaseParams;
    answer: Stripe.SubscriptionSchedule;
  };
  "POST /v1/invoices/create_preview": {
    params: Stripe.InvoiceCreatePreviewParams;
    answer: Stripe.Invoice;
  };
  "GET /v1/invoices": {
    params: Stripe.InvoiceListParams;
    answer: Stripe.ApiList<Stripe.Invoice>;
  };
  "GET /v1/invoices/{invoice}": {
    params: Stripe.InvoiceRetrieveParams;
    answer: Stripe.Invoice;
  };
  "POST /v1/invoices/{invoice}/pay": {
    params: Stripe.InvoicePayParams;
    answer: Stripe.Invoice;
  };
  "POST /v1/invoices/{invoice}/void": {
    params: Stripe.InvoiceVoidInvoiceParams;
    answer: Stripe.Invoice;
  };
  "GET /v1/invoices/{invoice}/lines": {
    params: Stripe.InvoiceListLineItemsParams;
    answer: Stripe.ApiList<Stripe.InvoiceLineItem>;
  };
  "GET /v1/payment_methods": {
    params: Stripe.PaymentMethodListParams;
    answer: Stripe.ApiList<Stripe.PaymentMethod>;
  };
  "GET /v1/payment_methods/{payment_method}": {
    params: Stripe.PaymentMethodRetrieveParams;
    answer: Stripe.PaymentMethod;
  };
  "POST /v1/payment_methods/{payment_method}": {
    params: Stripe.PaymentMethodUpdateParams;
    answer: Stripe.PaymentMethod;
  };
  "POST /v1/payment_methods/{payment_method}/detach": {
    params: Stripe.PaymentMethodDetachParams;
    answer: Stripe.PaymentMethod;
  };
  "GET /v1/products": {
    params: Stripe.ProductListParams;
    answer: Stripe.ApiList<Stripe.Product>;
  };
  "GET /v1/products/{product}": {
    params: Stripe.ProductRetrieveParams;
    answer: Stripe.Product;
  };
  "POST /v1/products": {
    params: Omit<Stripe.ProductCreateParams, "default_price_data"> & {
      default_price_data?: WithDecimalText<Stripe.ProductCreateParams.DefaultPriceData>;
    };
    answer: Stripe.Product;
  };
  "POST /v1/products/{product}": {
    params: Stripe.ProductUpdateParams;
    answer: Stripe.Product;
  };
  "GET /v1/prices": {
    params: Stripe.PriceListParams;
    answer: Stripe.ApiList<Stripe.Price>;
  };
  "GET /v1/prices/search": {
    params: Stripe.PriceSearchParams;
    answer: Stripe.ApiSearchResult<Stripe.Price>;
  };
  "POST /v1/prices": {
    params: WithDecimalText<Stripe.PriceCreateParams>;
    answer: Stripe.Price;
  };
  "POST /v1/prices/{price}": {
    params: Stripe.PriceUpdateParams;
    answer: Stripe.Price;
  };
  "GET /v1/products/search": {
    params: Stripe.ProductSearchParams;
    answer: Stripe.ApiSearchResult<Stripe.Product>;
  };
  "GET /v1/prices/{price}": {
    params: Stripe.PriceRetrieveParams;
    answer: Stripe.Price;
  };
  "GET /v1/coupons/{coupon}": {
    params: Stripe.CouponRetrieveParams;
    answer: Stripe.Coupon;
  };
  "GET /v1/promotion_codes": {
    params: Stripe.PromotionCodeListParams;
    answer: Stripe.ApiList<Stripe.PromotionCode>;
  };
  "GET /v1/promotion_codes/{promotion_code}": {
    params: Stripe.PromotionCodeRetrieveParams;
    answer: Stripe.PromotionCode;
  };
  "GET /v1/charges/{charge}": {
    params: Stripe.ChargeRetrieveParams;
    answer: Stripe.Charge;
  };
  "GET /v1/disputes/{dispute}": {
    params: Stripe.DisputeRetrieveParams;
    answer: Stripe.Dispute;
  };
  "GET /v1/refunds": {
    params: Stripe.RefundListParams;
    answer: Stripe.ApiList<Stripe.Refund>;
  };
  "POST /v1/refunds": {
    params: Stripe.RefundCreateParams;
    answer: Stripe.Refund;
  };
  "GET /v1/refunds/{refund}": {
    params: Stripe.RefundRetrieveParams;
    answer: Stripe.Refund;
  };
  "GET /v1/credit_notes/{credit_note}": {
    params: Stripe.CreditNoteRetrieveParams;
    answer: Stripe.CreditNote;
  };
  "GET /v1/invoiceitems/{invoiceitem}": {
    params: Stripe.InvoiceItemRetrieveParams;
    answer: Stripe.InvoiceItem;
  };
  "GET /v1/payment_intents/{payment_intent}": {
    params: Stripe.PaymentIntentRetrieveParams;
    answer: Stripe.PaymentIntent;
  };
  "GET /v1/setup_intents/{setup_intent}": {
    params: Stripe.SetupIntentRetrieveParams;
    answer: Stripe.SetupIntent;
  };
  "GET /v1/subscription_schedules/{schedule}": {
    params: Stripe.SubscriptionScheduleRetrieveParams;
    answer: Stripe.SubscriptionSchedule;
  };
  "GET /v1/entitlements/active_entitlements": {
    params: Stripe.Entitlements.ActiveEntitlementListParams;
    answer: Stripe.ApiList<Stripe.Entitlements.ActiveEntitlement>;
  };
  "POST /v1/billing/meter_events": {
    params: Stripe.Billing.MeterEventCreateParams;
    answer: Stripe.Billing.MeterEvent;
  };
  "GET /v1/checkout/sessions": {
    params: Stripe.Checkout.SessionListParams;
    answer: Stripe.ApiList<Stripe.Checkout.Session>;
  };
  "GET /v1/checkout/sessions/{session}": {
    params: Stripe.Checkout.SessionRetrieveParams;
    answer: Stripe.Checkout.Session;
  };
  "GET /v1/checkout/sessions/{session}/line_items": {
    params: Stripe.Checkout.SessionListLineItemsParams;
    answer: Stripe.ApiList<Stripe.LineItem>;
  };
  "POST /v1/checkout/sessions": {
    params: Stripe.Checkout.SessionCreateParams;
    answer: Stripe.Checkout.Session;
  };
  "POST /v1/checkout/sessions/{session}/expire": {
    params: Stripe.Checkout.SessionExpireParams;
    answer: Stripe.Checkout.Session;
  };
  "GET /v1/billing_portal/configurations": {
    params: Stripe.BillingPortal.ConfigurationListParams;
    answer: Stripe.ApiList<Stripe.BillingPortal.Configuration>;
  };
  "GET /v1/billing_portal/configurations/{configuration}": {
    params: Stripe.BillingPortal.ConfigurationRetrieveParams;
    answer: Stripe.BillingPortal.Configuration;
  };
  "POST /v1/billing_portal/configurations": {
    params: Stripe.BillingPortal.ConfigurationCreateParams;
    answer: Stripe.BillingPortal.Configuration;
  };
  "POST /v1/billing_portal/configurations/{configuration}": {
    params: Stripe.BillingPortal.ConfigurationUpdateParams;
    answer: Stripe.BillingPortal.Configuration;
  };
  "POST /v1/billing_portal/sessions": {
    params: Stripe.BillingPortal.SessionCreateParams;
    answer: Stripe.BillingPortal.Session;
  };
}

/** A decimal is text on the wire, and an object of the SDK's own in its types. */
type WithDecimalText<T> = Omit<T, "unit_amount_decimal"> & { unit_amount_decimal?: string };

export type StripeCall = keyof Calls;
export type RetrieveCall = Extract<StripeCall, `GET ${string}}`>;
export type SearchCall = Extract<StripeCall, `GET ${string}/search`>;
export type ListCall = Exclude<Extract<StripeCall, `GET ${string}`>, RetrieveCall | SearchCall>;
export type WriteCall = Extract<StripeCall, `POST ${string}` | `DELETE ${string}`>;

export type StripeParams<C extends StripeCall> = Calls[C]["params"];
export type StripeAnswer<C extends StripeCall> = Calls[C]["answer"];

/** The ids in a call's path: `{ subscription: string }` for `GET /v1/subscriptions/{subscription}`. */
export type PathIds<C extends string> = C extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathIds<Rest>
  : object;

/** Whether a failure of the call may have changed something all the same. A preview is a POST in its method alone. */
export function changesSomething(call: string): boolean {
  return !call.startsWith("GET ") && call !== "POST /v1/invoices/create_preview";
}
