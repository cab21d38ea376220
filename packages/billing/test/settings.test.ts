import { startLocalStripe } from "@repo/local-stripe";
import { describe, expect, it } from "vitest";
import { ConfigurationError, directoryTenancy, metadataTenancy, StripeBillingService } from "../src/index.js";

describe("the key of a service", () => {
  it.each([
    [{}, "Give secretKey, or stripe with a client of your own."],
    [
      { secretKey: "sk_test_12345678", stripe: { rawRequest: async () => ({}) } },
      "Give either secretKey or stripe, not both.",
    ],
  ])("is refused in one sentence: %o", (config, sentence) => {
    expect(() => new StripeBillingService(config)).toThrow(new ConfigurationError(sentence));
  });
});

describe("a service whose key is undefined, as while an application is built", () => {
  const directory = { customersOf: async () => ["cus_acme1234"], tenantOf: async () => "acme" };
  const made = (tenancy = metadataTenancy()) => new StripeBillingService({ secretKey: undefined, tenancy });
  const sentence = "secretKey is undefined. Check that the environment variable it is read from is set.";
  const operator = () => made().asOperator({ actor: "ada" });

  it.each<[string, () => Promise<unknown>]>([
    ["a tenant's call", () => made().forTenant("acme").getCustomer("cus_acme1234")],
    ["a list", async () => made().forTenant("acme").listInvoices("cus_acme1234")],
    ["a visitor's list", async () => made().listSharedProducts()],
    [
      "an operator's call",
      () => operator().linkCustomer("cus_acme1234", { tenantId: "acme", reference: "workspace-7" }),
    ],
    ["a change of what is shared", () => operator().sharedCatalog.createProduct({ name: "Team" })],
    [
      "the tenant of an event, though a directory knows it",
      () => made(directoryTenancy(directory)).resolveTenant({ customerId: "cus_acme1234" }),
    ],
  ])("refuses %s in one sentence", async (_, call) => {
    await expect(call()).rejects.toEqual(new ConfigurationError(sentence));
  });

  it("is told its other mistakes when it is made", () => {
    const config = { secretKey: undefined, timeoutMs: 0 };
    expect(() => new StripeBillingService(config)).toThrow(/^timeoutMs must be/);
  });

  it("refuses a call without a tenant as it does with a key", async () => {
    await expect(made().getCustomer("cus_acme1234")).rejects.toThrow(/has no tenant/);
  });
});

describe("the server to ask", () => {
  it("is asked in the place of Stripe", async () => {
    const local = await startLocalStripe();
    const billing = new StripeBillingService({ secretKey: local.secretKey, apiBase: local.url });
    const customer = await billing.forTenant("acme").ensureCustomer({ reference: "workspace-7" });
    expect(local.requests.at(-1)).toMatchObject({ method: "POST", path: "/v1/customers" });
    expect(customer.id).toMatch(/^cus_/);
    await local.close();
  });

  it.each([
    "http://stripe.example.com",
    "https://stripe.example.com/v1",
    "https://ada:pw@stripe.example.com",
    "https://stripe.example.com?key=1",
    "127.0.0.1:4243",
    "ftp://127.0.0.1",
    "",
    42,
  ])("is an origin to which a key may be sent, not %j", (apiBase) => {
    const config = { secretKey: "sk_test_12345678", apiBase };
    expect(() => Reflect.construct(StripeBillingService, [config])).toThrow(
      new ConfigurationError(
        'apiBase must be an origin with https, or with http on this machine, such as "http://127.0.0.1:4243".',
      ),
    );
  });

  it("is not told beside a client, which has its own", () => {
    const stripe = { rawRequest: async () => ({}) };
    expect(() => new StripeBillingService({ stripe, apiBase: "https://stripe.example.com" })).toThrow(
      new ConfigurationError(
        "apiBase goes with secretKey. A client of your own has its own host: leave apiBase out.",
      ),
    );
  });
});

describe("a key that is none of Stripe's secret keys", () => {
  it.each([
    ["", "an empty string"],
    ["pk_test_12345678", "a publishable key, which only browsers use"],
    ["sk_test_12345678\n", "a key with white space around it"],
    ["sk_org_test_12345678", "an organization's key, which is not supported"],
    ["sk_live_", "incomplete"],
    ["whsec_12345678", "another string"],
    [Object("sk_test_12345678"), "an object"],
  ])("is told apart, and not shown: %j", (secretKey, kind) => {
    expect(() => new StripeBillingService({ secretKey })).toThrow(
      `secretKey must be a secret or restricted Stripe key, such as "sk_test_…" or "rk_live_…", and it is ${kind}.`,
    );
  });

  it("is not excused by a mode that contradicts it", () => {
    expect(() => new StripeBillingService({ secretKey: "sk_live_12345678", mode: "test" })).toThrow(
      'secretKey is a live key, and mode is "test". Use a test key here, or correct mode.',
    );
  });
});

describe("the settings of ownership", () => {
  const secretKey = "sk_test_12345678";

  it.each([0, 0.5, 30, 300])("remember a proof for %d seconds", (rememberSeconds) => {
    expect(() => new StripeBillingService({ secretKey, ownership: { rememberSeconds } })).not.toThrow();
  });

  it.each([-1, 300.1, 301, Number.NaN, Number.POSITIVE_INFINITY, "30", null])(
    "refuse to remember one for %o seconds",
    (rememberSeconds) => {
      const ownership = { rememberSeconds } as never; // hostile values are of no type that it takes
      expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(
        new ConfigurationError("ownership.rememberSeconds must be a number from 0 to 300."),
      );
    },
  );

  it.each(["yes", 1, null])("refuse to trust it in writes as %o", (trustInWrites) => {
    const ownership = { trustInWrites } as never; // a hostile value is of no type that it takes
    expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(
      new ConfigurationError("ownership.trustInWrites must be true or false."),
    );
  });

  it("refuse a name that they do not know", () => {
    const ownership = { rememberMs: 5 } as never; // an unknown name is of no type that it takes
    expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(/rememberMs/);
  });
});
