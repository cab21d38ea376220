import type Stripe from "stripe";
import type Stripe22 from "stripe-22";
import { describe, expectTypeOf, it } from "vitest";
import { getSubscription } from "../src/capabilities/subscriptions/read.js";
import {
  type AnyBillingError,
  type CreateCheckoutSessionOptions,
  isBillingError,
  type OpenCheckoutSession,
  type OpenEmbeddedCheckoutSession,
  type Page,
  type StripeBillingConfig,
  StripeBillingService,
  type Subscription,
} from "../src/index.js";
import type { Gate } from "../src/tenancy/gate/gate.js";
import type { TenantScope } from "../src/tenancy/scope/tenant-scope.js";

declare const billing: StripeBillingService;
declare const stripe: Stripe;
declare const stripe22: Stripe22;
declare const gate: Gate;

describe("a tenant's scope", () => {
  it("cannot be a string, a literal or a client", () => {
    // @ts-expect-error a raw tenant id is no proof
    void getSubscription("acme", "sub_1", {});
    // @ts-expect-error nor is an object that looks like one
    void getSubscription({ tenantId: "acme" }, "sub_1", {});
    // @ts-expect-error nor is a Stripe client
    void getSubscription(stripe, "sub_1", {});
    // @ts-expect-error nor is the gate
    void getSubscription(gate, "sub_1", {});
  });

  it("cannot be copied from another", () => {
    expectTypeOf<{ [K in keyof TenantScope]: TenantScope[K] }>().not.toExtend<TenantScope>();
  });
});

describe("the service", () => {
  it("takes the SDK's client as it is, of either version", () => {
    expectTypeOf(new StripeBillingService({ stripe })).toEqualTypeOf<StripeBillingService>();
    expectTypeOf(new StripeBillingService({ stripe: stripe22 })).toEqualTypeOf<StripeBillingService>();
  });

  it("takes an environment variable as it is, which may be undefined", () => {
    expectTypeOf({ secretKey: process.env["STRIPE_SECRET_KEY"] }).toExtend<StripeBillingConfig>();
    const options = { customerId: undefined, successUrl: undefined, expiresAt: undefined };
    expectTypeOf({ priceId: "price_1", ...options }).toExtend<CreateCheckoutSessionOptions>();
  });

  it("opens a page with a URL, or a form with a secret, as the options say", () => {
    const wanted = { customerId: "cus_1", priceId: "price_1" };
    const page = billing.createCheckoutSession({ ...wanted, successUrl: "/done" });
    expectTypeOf(page).resolves.toEqualTypeOf<OpenCheckoutSession>();
    const form = billing.createCheckoutSession({ ...wanted, uiMode: "embedded", returnUrl: "/done" });
    expectTypeOf(form).resolves.toEqualTypeOf<OpenEmbeddedCheckoutSession>();
    // @ts-expect-error a form has no success URL
    void billing.createCheckoutSession({ priceId: "price_1", uiMode: "embedded", successUrl: "/done" });
    // @ts-expect-error a page has no return URL
    void billing.createCheckoutSession({ priceId: "price_1", returnUrl: "/done" });
  });

  it("gives one page to await and every object to iterate over", async () => {
    const pages = billing.listCustomerSubscriptions("cus_1");
    expectTypeOf(await pages).toEqualTypeOf<Page<Subscription>>();
    for await (const subscription of pages) expectTypeOf(subscription).toEqualTypeOf<Subscription>();
  });

  it("has no option for what is the tenant's or the library's to say", () => {
    // @ts-expect-error the account comes from the tenancy
    void billing.getSubscription("sub_1", { stripeAccount: "acct_1" });
    // @ts-expect-error a tenant must be named in the object form
    void billing.createCustomerPortalSession({ customerId: "cus_1", returnUrl: "https://app.example.com" });
  });
});

describe("errors", () => {
  it("narrow by their code", () => {
    const handle = (error: unknown) => {
      if (!isBillingError(error)) return;
      expectTypeOf(error).toEqualTypeOf<AnyBillingError>();
      if (error.code === "indeterminate")
        expectTypeOf(error.idempotencyKey).toEqualTypeOf<string | undefined>();
    };
    expectTypeOf(handle).toBeFunction();
  });
});
