import type { StripeBillingService } from "../../index.js";

/** One tenant and its Stripe objects. Objects that are left out are not attacked. */
export interface TenantUnderTest {
  readonly tenantId: string;
  readonly customerId: string;
  readonly subscriptionId?: string | undefined;
  readonly invoiceId?: string | undefined;
  readonly paymentMethodId?: string | undefined;
}

/** A public method, to be called with the id of a tenant's object. */
interface MethodCall {
  readonly method: keyof StripeBillingService;
  readonly takes: "customerId" | "subscriptionId" | "invoiceId" | "paymentMethodId";
  readonly make: (bound: StripeBillingService, id: string) => PromiseLike<unknown>;
}

export const READS: readonly MethodCall[] = [
  { method: "getCustomer", takes: "customerId", make: (bound, id) => bound.getCustomer(id) },
  {
    method: "listCustomerSubscriptions",
    takes: "customerId",
    make: (bound, id) => bound.listCustomerSubscriptions(id, { status: "all" }),
  },
  { method: "getSubscription", takes: "subscriptionId", make: (bound, id) => bound.getSubscription(id) },
  { method: "listInvoices", takes: "customerId", make: (bound, id) => bound.listInvoices(id) },
  { method: "getInvoice", takes: "invoiceId", make: (bound, id) => bound.getInvoice(id) },
  { method: "listPaymentMethods", takes: "customerId", make: (bound, id) => bound.listPaymentMethods(id) },
  { method: "listEntitlements", takes: "customerId", make: (bound, id) => bound.listEntitlements(id) },
];

export const WRITES: readonly MethodCall[] = [
  {
    method: "createCustomerPortalSession",
    takes: "customerId",
    make: (bound, id) => bound.createCustomerPortalSession(id),
  },
  {
    method: "updateCustomer",
    takes: "customerId",
    make: (bound, id) => bound.updateCustomer(id, { metadata: {} }),
  },
  {
    method: "cancelSubscription",
    takes: "subscriptionId",
    make: (bound, id) => bound.cancelSubscription(id, { when: "period_end" }),
  },
  {
    method: "setDefaultPaymentMethod",
    takes: "paymentMethodId",
    make: (bound, id) => bound.setDefaultPaymentMethod(id),
  },
];
