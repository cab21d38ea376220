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
  "GET /v1/promotion_codes/{promotion_code}": {
    params: Stripe.PromotionCodeRetrieveParams;
    answer: Stripe.PromotionCode;
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

export type Call = keyof Calls;
export type RetrieveCall = Extract<Call, `GET ${string}}`>;
export type ListCall = Exclude<Extract<Call, `GET ${string}`>, RetrieveCall | SearchCall | SiftCall>;
/** A list that nothing keeps other tenants' objects out of, so that its members are candidates as a search's hits are. */
export type SiftCall = "GET /v1/billing_portal/configurations";
export type SearchCall = Extract<Call, `GET ${string}/search`>;
export type WriteCall = Extract<Call, `POST ${string}` | `DELETE ${string}`>;

export type Params<C extends Call> = Calls[C]["params"];
export type Answer<C extends Call> = Calls[C]["answer"];

/** The ids in a call's path: `{ subscription: string }` for `GET /v1/subscriptions/{subscription}`. */
export type PathIds<C extends string> = C extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathIds<Rest>
  : object;

/**
 * The table's keys at run time, with what the gate has to know of each. A list says what keeps other tenants' objects
 * out of it: a filter that must be there, or the tenant's own connected account. A write to an object that carries its
 * tenant's mark in its metadata says so, and the gate sees to the mark.
 */
export const CALLS: {
  readonly [C in Call]: C extends ListCall ? ListRule : C extends WriteCall ? WriteRule : object;
} = {
  "GET /v1/customers/{customer}": {},
  "GET /v1/customers/search": {},
  "POST /v1/customers": { mark: "create" }, // guard (as {}): a new customer is marked
  "POST /v1/customers/{customer}": { mark: "update" }, // guard (as {}): a customer's new metadata is marked
  "GET /v1/subscriptions": { scopedBy: "customer" },
  "GET /v1/subscriptions/{subscription}": {},
  "POST /v1/subscriptions/{subscription}": {},
  "DELETE /v1/subscriptions/{subscription}": {},
  "POST /v1/subscriptions": {},
  "POST /v1/subscriptions/{subscription}/pause": {},
  "POST /v1/subscriptions/{subscription}/resume": {},
  "POST /v1/subscription_schedules": {},
  "POST /v1/subscription_schedules/{schedule}": {},
  "POST /v1/subscription_schedules/{schedule}/release": {},
  "POST /v1/invoices/create_preview": { changes: "nothing" },
  "GET /v1/invoices": { scopedBy: "customer" },
  "GET /v1/invoices/{invoice}": {},
  "GET /v1/invoices/{invoice}/lines": { scopedBy: "invoice", holds: "line_item" },
  "GET /v1/payment_methods": { scopedBy: "customer" },
  "GET /v1/payment_methods/{payment_method}": {},
  "POST /v1/payment_methods/{payment_method}/detach": {},
  "GET /v1/products": { scopedBy: "account" },
  "GET /v1/products/search": {},
  "GET /v1/products/{product}": {},
  "POST /v1/products": { mark: "create" }, // guard (as {}): a new product is marked
  "POST /v1/products/{product}": { mark: "update" }, // guard (as {}): a product's new metadata is marked
  "GET /v1/prices": { scopedBy: "product", orByAccount: true },
  "GET /v1/prices/search": {},
  "POST /v1/prices": { mark: "create", within: "product" }, // guard (part 1): a new price is marked; guard (part 2): a new price is of a product of the tenant's own
  "POST /v1/prices/{price}": { mark: "update" }, // guard (as {}): a price's new metadata is marked
  "GET /v1/prices/{price}": {},
  "GET /v1/coupons/{coupon}": {},
  "GET /v1/promotion_codes/{promotion_code}": {},
  "GET /v1/entitlements/active_entitlements": {
    scopedBy: "customer",
    holds: "entitlements.active_entitlement",
  },
  "POST /v1/billing/meter_events": { customerIn: "payload" }, // guard (as {}): usage is of a customer of the tenant's
  "GET /v1/checkout/sessions": { scopedBy: "customer" },
  "GET /v1/checkout/sessions/{session}": {},
  "POST /v1/checkout/sessions": { mark: "create", within: "customer" }, // guard (part 2): a Checkout session is for a customer of the tenant's; guard (part 1): a Checkout session is marked
  "POST /v1/checkout/sessions/{session}/expire": {},
  "GET /v1/billing_portal/configurations": {},
  "GET /v1/billing_portal/configurations/{configuration}": {},
  "POST /v1/billing_portal/configurations": { mark: "share" }, // guard (as {}): a new portal configuration is marked
  "POST /v1/billing_portal/configurations/{configuration}": {},
  "POST /v1/billing_portal/sessions": {},
};

export interface ListRule {
  /** A parameter, or an id of the path. */
  readonly scopedBy: string;
  /** The tenant's own connected account is filter enough, where it has one. */
  readonly orByAccount?: boolean;
  /** The kind of object it lists, where that says nothing of whose it is: to be on the tenant's own list is the proof. */
  readonly holds?: string;
}

export interface WriteRule {
  /** A write in its method alone, after which there is nothing to be unsure of. */
  readonly changes?: "nothing";
  /**
   * On `create` the mark is always written, on `update` only with other metadata; it is merged last, over anything else.
   * On `share` it is written as on `create`, as everyone's where nothing is named that is the tenant's alone.
   */
  readonly mark?: "create" | "update" | "share";
  /** The parameter that names what the new object becomes a part of, which must be the tenant's own. */
  readonly within?: string;
  /** The parameter that names its customer under a key which is the caller's to choose. */
  readonly customerIn?: string;
}

/** Whether a failure of the call may have changed something all the same. */
export function changesSomething(call: Call): boolean {
  return !call.startsWith("GET ") && !("changes" in CALLS[call]);
}
