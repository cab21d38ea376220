import type Stripe from "stripe";

/**
 * What an operator may read over all tenants. A table of its own, and not the tenants': no tenant's gate can send these,
 * since most of them are lists of the whole account.
 */
export interface OperatorReads {
  "GET /v1/billing_portal/configurations": {
    params: Stripe.BillingPortal.ConfigurationListParams;
    answer: Stripe.ApiList<Stripe.BillingPortal.Configuration>;
  };
  "GET /v1/coupons": { params: Stripe.CouponListParams; answer: Stripe.ApiList<Stripe.Coupon> };
  "GET /v1/coupons/{coupon}": { params: Stripe.CouponRetrieveParams; answer: Stripe.Coupon };
  "GET /v1/customers": { params: Stripe.CustomerListParams; answer: Stripe.ApiList<Stripe.Customer> };
  "GET /v1/customers/search": {
    params: Stripe.CustomerSearchParams;
    answer: Stripe.ApiSearchResult<Stripe.Customer>;
  };
  "GET /v1/customers/{customer}": {
    params: Stripe.CustomerRetrieveParams;
    answer: Stripe.Customer | Stripe.DeletedCustomer;
  };
  "GET /v1/invoices": { params: Stripe.InvoiceListParams; answer: Stripe.ApiList<Stripe.Invoice> };
  "GET /v1/invoices/{invoice}": { params: Stripe.InvoiceRetrieveParams; answer: Stripe.Invoice };
  "GET /v1/prices": { params: Stripe.PriceListParams; answer: Stripe.ApiList<Stripe.Price> };
  "GET /v1/prices/{price}": { params: Stripe.PriceRetrieveParams; answer: Stripe.Price };
  "GET /v1/products": { params: Stripe.ProductListParams; answer: Stripe.ApiList<Stripe.Product> };
  "GET /v1/products/{product}": {
    params: Stripe.ProductRetrieveParams;
    answer: Stripe.Product | Stripe.DeletedProduct;
  };
  "GET /v1/promotion_codes": {
    params: Stripe.PromotionCodeListParams;
    answer: Stripe.ApiList<Stripe.PromotionCode>;
  };
  "GET /v1/promotion_codes/{promotion_code}": {
    params: Stripe.PromotionCodeRetrieveParams;
    answer: Stripe.PromotionCode;
  };
  "GET /v1/subscriptions": {
    params: Stripe.SubscriptionListParams;
    answer: Stripe.ApiList<Stripe.Subscription>;
  };
  "GET /v1/subscriptions/{subscription}": {
    params: Stripe.SubscriptionRetrieveParams;
    answer: Stripe.Subscription;
  };
}

/** What an operator may mark with its owner, and change nothing else of. */
export interface MarkWrites {
  "POST /v1/coupons/{coupon}": { answer: Stripe.Coupon };
  "POST /v1/customers/{customer}": { answer: Stripe.Customer };
  "POST /v1/prices/{price}": { answer: Stripe.Price };
  "POST /v1/products/{product}": { answer: Stripe.Product };
  "POST /v1/promotion_codes/{promotion_code}": { answer: Stripe.PromotionCode };
}

/** What an operator may make, change and delete of what all tenants share, beside products and prices. */
export interface SharedWrites {
  "POST /v1/coupons": { params: Stripe.CouponCreateParams; answer: Stripe.Coupon };
  "POST /v1/coupons/{coupon}": { params: Stripe.CouponUpdateParams; answer: Stripe.Coupon };
  "DELETE /v1/coupons/{coupon}": { params: object; answer: Stripe.DeletedCoupon };
  "POST /v1/promotion_codes": { params: Stripe.PromotionCodeCreateParams; answer: Stripe.PromotionCode };
  "POST /v1/promotion_codes/{promotion_code}": {
    params: Stripe.PromotionCodeUpdateParams;
    answer: Stripe.PromotionCode;
  };
}

export type SharedWrite = keyof SharedWrites;
export type OperatorRead = keyof OperatorReads;
export type OperatorList = Exclude<OperatorRead, `${string}}` | `${string}/search`>;
export type MarkWrite = keyof MarkWrites;
export type OperatorCall = OperatorRead | MarkWrite | SharedWrite;

/** What the operator's gate sends, and nothing else: the calls of the types above, at run time. */
export const OPERATOR_CALLS: Readonly<Record<OperatorRead | MarkWrite, "read" | "mark">> = {
  "GET /v1/billing_portal/configurations": "read",
  "GET /v1/coupons": "read",
  "GET /v1/coupons/{coupon}": "read",
  "GET /v1/customers": "read",
  "GET /v1/customers/search": "read",
  "GET /v1/customers/{customer}": "read",
  "GET /v1/invoices": "read",
  "GET /v1/invoices/{invoice}": "read",
  "GET /v1/prices": "read",
  "GET /v1/prices/{price}": "read",
  "GET /v1/products": "read",
  "GET /v1/products/{product}": "read",
  "GET /v1/promotion_codes": "read",
  "GET /v1/promotion_codes/{promotion_code}": "read",
  "GET /v1/subscriptions": "read",
  "GET /v1/subscriptions/{subscription}": "read",
  "POST /v1/coupons/{coupon}": "mark",
  "POST /v1/customers/{customer}": "mark",
  "POST /v1/prices/{price}": "mark",
  "POST /v1/products/{product}": "mark",
  "POST /v1/promotion_codes/{promotion_code}": "mark",
};

/** Those writes at run time: what makes something shared, and what changes or deletes it. */
export const SHARED_WRITES: Readonly<Record<SharedWrite, "make" | "change">> = {
  "DELETE /v1/coupons/{coupon}": "change",
  "POST /v1/coupons": "make",
  "POST /v1/coupons/{coupon}": "change",
  "POST /v1/promotion_codes": "make",
  "POST /v1/promotion_codes/{promotion_code}": "change",
};

/** What reads their objects again, where Stripe replays the answer that it stored for an idempotency key. */
export const READ_AGAIN_BY: Readonly<Record<string, OperatorRead>> = {
  "POST /v1/coupons": "GET /v1/coupons/{coupon}",
  "POST /v1/coupons/{coupon}": "GET /v1/coupons/{coupon}",
  "POST /v1/promotion_codes": "GET /v1/promotion_codes/{promotion_code}",
  "POST /v1/promotion_codes/{promotion_code}": "GET /v1/promotion_codes/{promotion_code}",
};
