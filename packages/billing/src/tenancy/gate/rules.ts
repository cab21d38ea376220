import type { ListCall, RetrieveCall, StripeCall, WriteCall } from "../../stripe/calls.js";

/** A list of the whole account, which no filter can keep to one tenant: its members are checked one by one. */
export type AccountListCall = "GET /v1/billing_portal/configurations" | "GET /v1/promotion_codes";
/** A list that its rule keeps to one tenant. */
export type ScopedListCall = Exclude<ListCall, AccountListCall>;

/** The rule that keeps other tenants' objects out of a list. */
export interface ListRule {
  /** The parameter, or the id in the path, that has to be the tenant's; `account` where only its own account will do. */
  readonly scopedBy: string;
  /** Allows the list without `scopedBy` in the tenant's own connected account. */
  readonly orByAccount?: boolean;
  /** The kind of object it lists, where that names no owner: being on the tenant's own list is the proof. */
  readonly holds?: string;
}

/** The rule for a write: the mark that its object gets, and the parameters that have to be the tenant's. */
export interface WriteRule {
  /**
   * `create` merges the tenant's mark over the metadata. `share` does, with everyone's mark where every id in the
   * parameters is shared by all. Without either the mark is not sent: an update would take an object back that was given
   * to another tenant meanwhile.
   */
  readonly mark?: "create" | "share";
  /** Reads the new object, where Stripe replays a stored answer that proves nothing: its own metadata tells its owner. */
  readonly readBy?: RetrieveCall;
  /** Reads the object where Stripe says that it replays a stored answer: it may have been changed or canceled since. */
  readonly readAgainBy?: RetrieveCall;
  /** The parameter that names the new object's parent, which must be the tenant's own. */
  readonly within?: string;
  /** The parameter that holds the customer's id under a key which the caller chooses. */
  readonly customerIn?: string;
}

/** The tenants' rule for every call that this package can send. The gate sends nothing that is not in this table. */
export const RULES: {
  readonly [C in StripeCall]: C extends ScopedListCall ? ListRule : C extends WriteCall ? WriteRule : object;
} = {
  "GET /v1/customers/{customer}": {},
  "GET /v1/customers/search": {},
  "POST /v1/customers": { mark: "create", readBy: "GET /v1/customers/{customer}" }, // guard (part 1): a new customer is marked; guard (part 2): a replay of a new customer proves nothing
  "POST /v1/customers/{customer}": { readAgainBy: "GET /v1/customers/{customer}" },
  "DELETE /v1/customers/{customer}": {},
  "GET /v1/customers/{customer}/tax_ids": { scopedBy: "customer" },
  "GET /v1/tax_ids/{tax_id}": {},
  "POST /v1/customers/{customer}/tax_ids": { readAgainBy: "GET /v1/tax_ids/{tax_id}" },
  "DELETE /v1/tax_ids/{tax_id}": {},
  "GET /v1/subscriptions": { scopedBy: "customer" },
  "GET /v1/subscriptions/{subscription}": {},
  "POST /v1/subscriptions/{subscription}": { readAgainBy: "GET /v1/subscriptions/{subscription}" },
  "DELETE /v1/subscriptions/{subscription}": {},
  "POST /v1/subscriptions": { readAgainBy: "GET /v1/subscriptions/{subscription}" },
  "POST /v1/subscriptions/{subscription}/pause": { readAgainBy: "GET /v1/subscriptions/{subscription}" },
  "POST /v1/subscriptions/{subscription}/resume": { readAgainBy: "GET /v1/subscriptions/{subscription}" },
  "POST /v1/subscription_schedules": {},
  "POST /v1/subscription_schedules/{schedule}": {},
  "POST /v1/subscription_schedules/{schedule}/release": {},
  "POST /v1/invoices/create_preview": {},
  "GET /v1/invoices": { scopedBy: "customer" },
  "GET /v1/invoices/{invoice}": {},
  "POST /v1/invoices/{invoice}/pay": { readAgainBy: "GET /v1/invoices/{invoice}" },
  "POST /v1/invoices/{invoice}/void": { readAgainBy: "GET /v1/invoices/{invoice}" },
  "GET /v1/invoices/{invoice}/lines": { scopedBy: "invoice", holds: "line_item" },
  "GET /v1/payment_methods": { scopedBy: "customer" },
  "GET /v1/payment_methods/{payment_method}": {},
  // Marked before it is detached, when it has no other owner left.
  "POST /v1/payment_methods/{payment_method}": { mark: "create" }, // guard (as {}): a payment method to detach is marked
  "POST /v1/payment_methods/{payment_method}/detach": {},
  "GET /v1/products": { scopedBy: "account" },
  "GET /v1/products/search": {},
  "GET /v1/products/{product}": {},
  "POST /v1/products": { mark: "create", readBy: "GET /v1/products/{product}" }, // guard (part 1): a new product is marked; guard (part 2): a replay of a new product proves nothing
  "POST /v1/products/{product}": { readAgainBy: "GET /v1/products/{product}" },
  "GET /v1/prices": { scopedBy: "product", orByAccount: true },
  "GET /v1/prices/search": {},
  "POST /v1/prices": { mark: "create", within: "product", readAgainBy: "GET /v1/prices/{price}" }, // guard (part 1): a new price is marked; guard (part 2): a new price is of a product of the tenant's own
  "POST /v1/prices/{price}": { readAgainBy: "GET /v1/prices/{price}" },
  "GET /v1/prices/{price}": {},
  "GET /v1/coupons/{coupon}": {},
  "GET /v1/promotion_codes": {},
  "GET /v1/promotion_codes/{promotion_code}": {},
  "GET /v1/charges/{charge}": {},
  "GET /v1/disputes/{dispute}": {},
  "GET /v1/refunds": { scopedBy: "charge" },
  "POST /v1/refunds": { mark: "create", within: "charge", readAgainBy: "GET /v1/refunds/{refund}" }, // guard (part 2): a refund is of a charge of the tenant's; guard (part 1): a refund is marked
  "GET /v1/refunds/{refund}": {},
  "GET /v1/credit_notes/{credit_note}": {},
  "GET /v1/invoiceitems/{invoiceitem}": {},
  "GET /v1/payment_intents/{payment_intent}": {},
  "GET /v1/setup_intents/{setup_intent}": {},
  "GET /v1/subscription_schedules/{schedule}": {},
  "GET /v1/entitlements/active_entitlements": {
    scopedBy: "customer",
    holds: "entitlements.active_entitlement",
  },
  "POST /v1/billing/meter_events": { customerIn: "payload" }, // guard (as {}): usage is of a customer of the tenant's
  "GET /v1/checkout/sessions": { scopedBy: "customer" },
  "GET /v1/checkout/sessions/{session}": {},
  "GET /v1/checkout/sessions/{session}/line_items": { scopedBy: "session", holds: "item" },
  "POST /v1/checkout/sessions": { mark: "create", within: "customer" }, // guard (part 2): a Checkout session is for a customer of the tenant's; guard (part 1): a Checkout session is marked
  "POST /v1/checkout/sessions/{session}/expire": {},
  "GET /v1/billing_portal/configurations": {},
  "GET /v1/billing_portal/configurations/{configuration}": {},
  "POST /v1/billing_portal/configurations": {
    mark: "share", // guard: a new portal configuration is marked
    // guard: a replay of a new portal configuration proves nothing
    readBy: "GET /v1/billing_portal/configurations/{configuration}",
  },
  "POST /v1/billing_portal/configurations/{configuration}": {},
  "POST /v1/billing_portal/sessions": {},
};

/** The calls about a catalog and the portal's configurations: all that can be about what tenants share. */
const SHARED_CALLS: ReadonlySet<string> = new Set<StripeCall>([
  "GET /v1/billing_portal/configurations",
  "GET /v1/billing_portal/configurations/{configuration}",
  "GET /v1/prices",
  "GET /v1/prices/search",
  "GET /v1/prices/{price}",
  "GET /v1/products/search",
  "GET /v1/products/{product}",
  "POST /v1/billing_portal/configurations/{configuration}",
  "POST /v1/prices",
  "POST /v1/prices/{price}",
  "POST /v1/products",
  "POST /v1/products/{product}",
]);

/** Tells if a call without a tenant may be sent: an operator's may write, a visitor's only reads. */
export function isAboutShared(call: string, access: "read" | "write"): boolean {
  // guard (operand 1): a visitor changes nothing
  return (access === "write" || call.startsWith("GET ")) && SHARED_CALLS.has(call);
}
