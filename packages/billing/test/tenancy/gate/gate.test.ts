import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import {
  type AuditEvent,
  directoryTenancy,
  memoryDirectory,
  metadataTenancy,
  type StripeClient,
} from "../../../src/index.js";
import type { StripeParams } from "../../../src/stripe/calls.js";
import type { SearchQuery } from "../../../src/stripe/search-query.js";
import { createTransport } from "../../../src/stripe/transport.js";
import { Gate, type GateOptions } from "../../../src/tenancy/gate/gate.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { answer, clientThat } from "../../isolation/intercepted-client.js";
import { EVENT_NAME, type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";

/**
 * The second wall alone: capabilities written wrong on purpose, which forget, mix up or drop what the real ones check.
 * Each is for acme and names something of globex's; none may get anything past the gate.
 */
type WrongCapability = (gate: Gate) => Promise<unknown>;

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let foreignConfiguration: string;
let ownConfiguration: string;
let audit: AuditEvent[];
let gate: Gate;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  const configurationOf = async (tenantId: string) => {
    const configuration = await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { tenantId },
    });
    return configuration.id;
  };
  ownConfiguration = await configurationOf("acme");
  foreignConfiguration = await configurationOf("globex");
});

beforeEach(() => {
  audit = [];
  gate = gateFor("acme");
  world.takeRequests();
});

afterAll(() => world.close());

/** What every tenant sees is taken from the tests after. */
async function takeAway(configurationId: string): Promise<void> {
  await world.stripe.billingPortal.configurations.update(configurationId, { metadata: { tenantId: "" } });
}

function gateFor(
  tenantId: string,
  { client = world.stripe, ...options }: Partial<GateOptions> & { readonly client?: StripeClient } = {},
): Gate {
  return new Gate({
    transport: createTransport(client),
    tenancy: metadataTenancy(),
    tenantId,
    account: undefined,
    mode: "test",
    cache: new OwnershipCache(300_000),
    configurations: new OwnershipCache(300_000),
    deadline: new Deadline(5_000),
    onAudit: (event) => audit.push(event),
    trusted: [],
    ...options,
  });
}

const ownCustomer = () => gate.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
const ownSubscription = () =>
  gate.retrieve(
    "GET /v1/subscriptions/{subscription}",
    { subscription: acme.subscriptionId },
    { expand: ["customer"] },
  );
const updateOwn = (params: StripeParams<"POST /v1/subscriptions/{subscription}">) =>
  gate.write("POST /v1/subscriptions/{subscription}", { subscription: acme.subscriptionId }, params);
const reportUsage = (payload: Record<string, string>) =>
  gate.write("POST /v1/billing/meter_events", {}, { event_name: EVENT_NAME, payload });
const readMethod = (payment_method: string) =>
  gate.retrieve("GET /v1/payment_methods/{payment_method}", { payment_method }, { expand: ["customer"] });
const openPortal = (params: StripeParams<"POST /v1/billing_portal/sessions">) =>
  gate.write("POST /v1/billing_portal/sessions", {}, params);

const openCheckout = (params: StripeParams<"POST /v1/checkout/sessions">) =>
  gate.write("POST /v1/checkout/sessions", {}, params);

const LINES = "GET /v1/invoices/{invoice}/lines";
const CONFIGURATIONS = "GET /v1/billing_portal/configurations";
const CONFIGURATION = "POST /v1/billing_portal/configurations/{configuration}";
/** But for the account's default, which is everyone's. */
async function listed(params: StripeParams<typeof CONFIGURATIONS>, through = gate): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of through.listAccount(CONFIGURATIONS, { is_default: false, ...params })) {
    ids.push(...page.map(({ id }) => id));
  }
  return ids;
}

describe("a capability that checks nothing", () => {
  const WRONG: Readonly<Record<string, WrongCapability>> = {
    "cancels a foreign subscription": () =>
      gate.write("DELETE /v1/subscriptions/{subscription}", { subscription: globex.subscriptionId }, {}),
    "updates a foreign subscription": () =>
      gate.write(
        "POST /v1/subscriptions/{subscription}",
        { subscription: globex.subscriptionId },
        { cancel_at_period_end: true },
      ),
    "opens the portal for a foreign customer": () => openPortal({ customer: globex.customerId }),
    "opens the portal for nobody proved, its own customer included": () =>
      openPortal({ customer: acme.customerId }),
    "opens Checkout for a foreign customer": () =>
      openCheckout({ mode: "setup", currency: "usd", customer: globex.customerId }),
    "closes a foreign Checkout session": () =>
      gate.write("POST /v1/checkout/sessions/{session}/expire", { session: globex.checkoutSessionId }, {}),
    "lists a foreign customer's subscriptions": () =>
      gate.list("GET /v1/subscriptions", { customer: globex.customerId }),
    "lists what a foreign customer is entitled to": () =>
      gate.list("GET /v1/entitlements/active_entitlements", { customer: globex.customerId }),
    "reports a foreign customer's usage": () =>
      reportUsage({ stripe_customer_id: globex.customerId, value: "1" }),
    "lists by a foreign price": () => gate.list("GET /v1/subscriptions", { price: globex.priceId }),
    "lists every product of the platform": () => gate.list("GET /v1/products", {}),
    "searches from another tenant's object on": () =>
      gate.search("GET /v1/products/search", 'name~"Pro"' as SearchQuery, { page: globex.productId }),
    "lists the account from another tenant's object on": () =>
      listed({ starting_after: foreignConfiguration }),
    "lists the account back from another tenant's object": () =>
      listed({ ending_before: foreignConfiguration }),
    "lists the account by another tenant's customer": () => listed({ customer: globex.customerId } as never),
    "lists the account by an id in a parameter nobody knows": () =>
      listed({ whose: [globex.customerId] } as never),
    "lists the account by an operator": () => listed({ customer: { gte: "" } } as never),
    "lists the account a list that is not in the table": () =>
      gate.listAccount("GET /v1/customers" as never, {} as never).next(),
    "deactivates another tenant's portal configuration": () =>
      gate.write(CONFIGURATION, { configuration: foreignConfiguration }, { active: false }),
    "climbs out of the path": () =>
      gate.retrieve("GET /v1/customers/{customer}", { customer: "../subscriptions" }, {}),
    "leaves the id out of the path": () =>
      gate.retrieve("GET /v1/customers/{customer}", { customer: "" }, {}),
    "sends a call that is not in the table": () =>
      gate.write("PUT /v1/customers" as never, {} as never, {} as never),
  };
  it.each(Object.entries(WRONG))("%s: nothing is sent", async (_, wrong) => {
    await expect(wrong(gate)).rejects.toMatchObject({ code: "isolation" });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("a list that is sent beside the read of its customer", () => {
  const listBeside = (
    customer: string,
    call: "GET /v1/subscriptions" | "GET /v1/entitlements/active_entitlements",
  ) => {
    const reading = gate.retrieve("GET /v1/customers/{customer}", { customer }, {});
    return Promise.allSettled([gate.list(call, { customer }), reading]);
  };

  it("holds the tenant's own, and takes no longer than one answer", async () => {
    const [list] = await listBeside(acme.customerId, "GET /v1/subscriptions");
    expect(list).toMatchObject({ status: "fulfilled", value: { data: [{ id: acme.subscriptionId }] } });
  });

  it.each(["GET /v1/subscriptions", "GET /v1/entitlements/active_entitlements"] as const)(
    "is kept back for a foreign customer as for a missing one: %s",
    async (call) => {
      for (const customer of [globex.customerId, "cus_missing"]) {
        const [list] = await listBeside(customer, call);
        expect(list).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
        expect(JSON.stringify(list)).not.toContain(globex.subscriptionId);
        expect(world.takeRequests().sort()).toEqual([`GET /v1/customers/${customer}`, call]);
      }
    },
  );

  it.each(["GET /v1/subscriptions", "GET /v1/entitlements/active_entitlements"] as const)(
    "is kept back where another customer comes for the one that was asked for: %s",
    async (call) => {
      const own = await world.stripe.customers.retrieve(acme.customerId);
      gate = gateFor("acme", {
        client: clientThat(world.local, async ({ path }, send) =>
          path.startsWith(`/v1/customers/${globex.customerId}`) ? answer(200, own) : send(),
        ),
      });
      const [list] = await listBeside(globex.customerId, call);
      expect(list).toMatchObject({ status: "rejected" });
    },
  );

  it("lends its customer to no other parameter of it", async () => {
    const reading = gate.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
    const filter = { customer: acme.customerId, starting_after: globex.subscriptionId };
    await expect(gate.list("GET /v1/subscriptions", filter)).rejects.toMatchObject({ code: "isolation" });
    await reading;
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${acme.customerId}`]);
  });

  it("is no more to a write than nothing", async () => {
    const reading = gate.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
    await expect(openPortal({ customer: acme.customerId })).rejects.toMatchObject({ code: "isolation" });
    await reading;
  });
});

describe("a write that Stripe answers with what it stored", () => {
  it("reads a portal configuration anew, so that one that was given away is not the tenant's", async () => {
    const call = "POST /v1/billing_portal/configurations";
    const params = { features: { invoice_history: { enabled: true } } };
    const { id } = await gate.write(call, {}, params, "branding");
    expect(await gateFor("acme").write(call, {}, params, "branding")).toMatchObject({ id });
    await world.stripe.billingPortal.configurations.update(id, { metadata: { tenantId: "globex" } });

    await expect(gateFor("acme").write(call, {}, params, "branding")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("a capability that proved its own customer and subscription first, and then", () => {
  const WRONG: Readonly<Record<string, WrongCapability>> = {
    "acts on another id than the one it proved": () =>
      gate.write("DELETE /v1/subscriptions/{subscription}", { subscription: globex.subscriptionId }, {}),
    "drops the filter": () => gate.list("GET /v1/subscriptions", {}),
    "drops the filter by an undefined id": () =>
      gate.list("GET /v1/subscriptions", { customer: undefined } as never),
    "sends an empty filter": () => gate.list("GET /v1/subscriptions", { customer: "" }),
    "sends an operator for a filter": () =>
      gate.list("GET /v1/subscriptions", { customer: { gte: "" } } as never),
    "drops the filter of a list that tells no owners": () =>
      gate.list("GET /v1/entitlements/active_entitlements", {} as never),
    "filters such a list by something that is shared": () =>
      gate.list("GET /v1/entitlements/active_entitlements", { customer: acme.priceId }),
    "pages through such a list with a cursor that nothing proved": () =>
      gate.list("GET /v1/entitlements/active_entitlements", {
        customer: acme.customerId,
        starting_after: "ent_1",
      }),
    "reports usage of nobody": () => reportUsage({ value: "1" }),
    "reports usage of a customer by its name": () =>
      reportUsage({ stripe_customer_id: "globex", value: "1" }),
    "reports usage of another customer under another key": () =>
      reportUsage({ stripe_customer_id: acme.customerId, account: globex.customerId, value: "1" }),
    "reports usage of another customer that does not look like one": () =>
      reportUsage({ stripe_customer_id: acme.customerId, account: "globex", value: "1" }),
    "reports usage of its own subscription": () =>
      reportUsage({ stripe_customer_id: acme.subscriptionId, value: "1" }),
    "reports usage of two customers": () =>
      reportUsage({ stripe_customer_id: acme.customerId, account: acme.customerId, value: "1" }),
    "reports usage deeper inside": () =>
      reportUsage({ stripe_customer_id: acme.customerId, value: { id: globex.customerId } } as never),
    "reports usage of a payload that is none": () => reportUsage(acme.customerId as never),
    "names a foreign invoice beside its own": () =>
      gate.list(LINES, { invoice: globex.invoiceId } as never, { invoice: acme.invoiceId }),
    "pages with a foreign cursor": () =>
      gate.list("GET /v1/subscriptions", {
        customer: acme.customerId,
        starting_after: globex.subscriptionId,
      }),
    "lists a foreign customer's invoices": () =>
      gate.list("GET /v1/invoices", { customer: globex.customerId }),
    "lists every customer's invoices": () => gate.list("GET /v1/invoices", { status: "open" }),
    "lists the invoices of a foreign subscription": () =>
      gate.list("GET /v1/invoices", { customer: acme.customerId, subscription: globex.subscriptionId }),
    "lists the lines of a foreign invoice": () =>
      gate.list("GET /v1/invoices/{invoice}/lines", {}, { invoice: globex.invoiceId }),
    "lists the lines of a foreign invoice beside its own": () =>
      gate.list("GET /v1/invoices/{invoice}/lines", { invoice: acme.customerId } as never, {
        invoice: globex.invoiceId,
      }),
    "lists every customer's payment methods": () => gate.list("GET /v1/payment_methods", {}),
    "previews a foreign customer's invoice": () =>
      gate.write("POST /v1/invoices/create_preview", {}, { customer: globex.customerId }),
    "detaches a foreign card": () =>
      gate.write(
        "POST /v1/payment_methods/{payment_method}/detach",
        { payment_method: globex.paymentMethodId },
        {},
      ),
    "makes a foreign card its customer's default": () =>
      gate.write(
        "POST /v1/customers/{customer}",
        { customer: acme.customerId },
        { invoice_settings: { default_payment_method: globex.paymentMethodId } },
      ),
    "filters by a foreign price beside its own customer": () =>
      gate.list("GET /v1/subscriptions", { customer: acme.customerId, price: globex.priceId }),
    "forgets the id nested in a portal flow": () =>
      openPortal({
        customer: acme.customerId,
        flow_data: {
          type: "subscription_cancel",
          subscription_cancel: { subscription: globex.subscriptionId },
        },
      }),
    "forgets the portal configuration": () =>
      openPortal({ customer: acme.customerId, configuration: foreignConfiguration }),
    "acts on behalf of an account": () =>
      openPortal({ customer: acme.customerId, on_behalf_of: "acct_globex" }),
    "names another customer by the newer parameter": () =>
      openPortal({ customer: acme.customerId, customer_account: "globex" }),
    "refunds a foreign charge": () => gate.write("POST /v1/refunds", {}, { charge: globex.chargeId }),
    "refunds without a charge": () => gate.write("POST /v1/refunds", {}, { amount: 100 }),
    "opens Checkout for nobody": () => openCheckout({ mode: "setup", currency: "usd" }),
    "opens Checkout for whoever has an e-mail address": () =>
      openCheckout({ mode: "setup", currency: "usd", customer_email: "billing@acme.example" }),
    "sells a foreign price in Checkout": () =>
      openCheckout({ customer: acme.customerId, line_items: [{ price: globex.priceId, quantity: 1 }] }),
    "gives a foreign discount in Checkout": () =>
      openCheckout({ customer: acme.customerId, discounts: [{ promotion_code: globex.promotionCodeId }] }),
    "clears the tenant's key of what Checkout makes": () =>
      openCheckout({ customer: acme.customerId, subscription_data: { metadata: "" as never } }),
    "lists every customer's Checkout sessions": () => gate.list("GET /v1/checkout/sessions", {}),
    "lists Checkout sessions by a foreign subscription": () =>
      gate.list("GET /v1/checkout/sessions", {
        customer: acme.customerId,
        subscription: globex.subscriptionId,
      }),
    "changes a foreign item": () => updateOwn({ items: [{ id: globex.itemId, quantity: 9 }] }),
    "buys a foreign price": () => updateOwn({ items: [{ id: acme.itemId, price: globex.priceId }] }),
    "buys a foreign product with a price of its own": () =>
      updateOwn({
        items: [
          { price_data: { currency: "usd", product: globex.productId, recurring: { interval: "month" } } },
        ],
      }),
    "adds a foreign price to the next invoice": () =>
      updateOwn({ add_invoice_items: [{ price: globex.priceId }] }),
    "charges a foreign card": () => updateOwn({ default_payment_method: "pm_globex" }),
    "takes a foreign coupon": () => updateOwn({ discounts: [{ coupon: "GLOBEX50" }] }),
    "lets codes be typed in Checkout": () =>
      openCheckout({
        mode: "setup",
        currency: "usd",
        customer: acme.customerId,
        allow_promotion_codes: true,
      }),
    "lets codes be typed in Checkout, in another spelling": () =>
      openCheckout({ mode: "setup", customer: acme.customerId, allow_promotion_codes: "true" as never }),
    "lets codes be typed in the portal": () =>
      gate.write("POST /v1/billing_portal/configurations", {}, {
        features: {
          payment_method_update: { enabled: true },
          subscription_update: { enabled: true, default_allowed_updates: ["price", "promotion_code"] },
        },
      } as never),
    "takes a foreign promotion code": () => updateOwn({ discounts: [{ promotion_code: "promo_globex" }] }),
    "pays out to an account": () => updateOwn({ transfer_data: { destination: "acct_globex" } }),
    "hides an id under a parameter nobody knows": () =>
      updateOwn({ whatever: [{ deep: globex.itemId }] } as never),
    "writes the tenant's key": () => updateOwn({ metadata: { tenantId: "globex" } }),
    "blanks the tenant's key": () => updateOwn({ metadata: { tenantId: "" } }),
    "clears all metadata": () => updateOwn({ metadata: "" }),
  };
  it.each(Object.entries(WRONG))("%s: nothing is sent, and it is audited", async (_, wrong) => {
    await ownCustomer();
    await ownSubscription();
    await gate.retrieve("GET /v1/invoices/{invoice}", { invoice: acme.invoiceId }, {});
    world.takeRequests();
    audit.length = 0;

    await expect(wrong(gate)).rejects.toMatchObject({ code: "isolation" });
    expect(world.takeRequests()).toEqual([]);
    expect(audit).toEqual([
      expect.objectContaining({ type: "isolation_breach", tenantId: "acme", count: 1 }),
    ]);
  });

  it("adds a price to a product that all share: nothing is sent", async () => {
    const { id: product } = await world.stripe.products.create({
      name: "Everyone's",
      metadata: { tenantId: "*" },
    });
    await gate.retrieve("GET /v1/products/{product}", { product }, {});
    world.takeRequests();

    await expect(
      gate.write("POST /v1/prices", {}, { product, currency: "usd", unit_amount: 1 }),
    ).rejects.toMatchObject({ code: "isolation" });
    expect(world.takeRequests()).toEqual([]);
    await world.stripe.products.update(product, { metadata: { tenantId: "" } });
  });

  it("gives a price of its own product another tenant's lookup key: nothing is sent", async () => {
    const { product } = await gate.retrieve(
      "GET /v1/prices/{price}",
      { price: acme.priceId },
      { expand: ["product"] },
    );
    if (typeof product === "string") throw new Error("the product was expanded");
    world.takeRequests();
    const priced = { product: product.id, currency: "usd", unit_amount: 1, transfer_lookup_key: true };
    for (const lookup_key of ["globex//gold", "gold", "acme/gold"]) {
      await expect(gate.write("POST /v1/prices", {}, { ...priced, lookup_key })).rejects.toMatchObject({
        code: "isolation",
      });
    }
    expect(world.takeRequests()).toEqual([]);
    expect(await gate.write("POST /v1/prices", {}, { ...priced, lookup_key: "acme//gold" })).toMatchObject({
      lookup_key: "acme//gold",
    });
  });

  it("may still do what it proved, and keep any text in metadata", async () => {
    await ownCustomer();
    await ownSubscription();
    const change = { items: [{ id: acme.itemId, quantity: 4 }], metadata: { note: globex.itemId } };
    await expect(updateOwn(change)).resolves.toMatchObject({ id: acme.subscriptionId });
    await expect(openPortal({ customer: acme.customerId })).resolves.toMatchObject({
      customer: acme.customerId,
    });
    await expect(gate.list("GET /v1/subscriptions", { customer: acme.customerId })).resolves.toBeDefined();
    await expect(reportUsage({ account: acme.customerId, stripe_customer_id: "7" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(reportUsage({ stripe_customer_id: acme.customerId, value: "-7" })).resolves.toMatchObject({
      event_name: EVENT_NAME,
    });
  });
});

describe("an answer that is not the tenant's", () => {
  it.each([
    ["customer", () => gate.retrieve("GET /v1/customers/{customer}", { customer: globex.customerId }, {})],
    [
      "subscription",
      () =>
        gate.retrieve("GET /v1/subscriptions/{subscription}", { subscription: globex.subscriptionId }, {}),
    ],
    [
      "subscription with its customer",
      () =>
        gate.retrieve(
          "GET /v1/subscriptions/{subscription}",
          { subscription: globex.subscriptionId },
          { expand: ["customer"] },
        ),
    ],
    [
      "invoice",
      () =>
        gate.retrieve("GET /v1/invoices/{invoice}", { invoice: globex.invoiceId }, { expand: ["customer"] }),
    ],
    ["payment method", () => readMethod(globex.paymentMethodId)],
  ])("is withheld: a foreign %s reads like a missing one", async (_, read) => {
    await expect(read()).rejects.toMatchObject({ code: "not_found" });
    expect(audit).toEqual([expect.objectContaining({ type: "foreign_object", tenantId: "acme" })]);
  });

  it("is withheld where it is a payment method of nobody's, unless it was the tenant's in this call", async () => {
    const { id: loose } = await world.stripe.paymentMethods.create({
      type: "card",
      card: { token: "tok_visa" },
    });
    await expect(readMethod(loose)).rejects.toMatchObject({ code: "not_found" });

    const own = await world.stripe.paymentMethods.attach("pm_card_visa", { customer: acme.customerId });
    await readMethod(own.id);
    const call = "POST /v1/payment_methods/{payment_method}/detach";
    await expect(gate.write(call, { payment_method: loose }, {})).rejects.toMatchObject({
      code: "isolation",
    });
    await expect(gate.write(call, { payment_method: own.id }, {})).resolves.toMatchObject({ customer: null });
    gate = gateFor("acme");
    await expect(readMethod(own.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is withheld in a list, whatever was asked for", async () => {
    const foreign = await world.stripe.subscriptions.retrieve(globex.subscriptionId);
    const rawRequest: StripeClient["rawRequest"] = async (method, path, ...rest) =>
      path.startsWith("/v1/subscriptions?")
        ? { object: "list", data: [foreign] }
        : world.stripe.rawRequest(method, path, ...rest);
    gate = gateFor("acme", { client: { rawRequest } });
    await ownCustomer();
    await expect(gate.list("GET /v1/subscriptions", { customer: acme.customerId })).rejects.toMatchObject({
      code: "isolation",
    });
    expect(audit).toMatchObject([{ type: "isolation_breach", tenantId: "acme" }]);
  });

  it("is withheld where a write is answered with it", async () => {
    const foreign = await world.stripe.subscriptions.retrieve(globex.subscriptionId);
    const rawRequest: StripeClient["rawRequest"] = async (method, ...rest) =>
      method === "POST" ? foreign : world.stripe.rawRequest(method, ...rest);
    gate = gateFor("acme", { client: { rawRequest } });
    await ownSubscription();

    await expect(updateOwn({ cancel_at_period_end: true })).rejects.toMatchObject({ code: "isolation" });
    expect(audit).toMatchObject([{ type: "isolation_breach", tenantId: "acme" }]);
  });

  it("is withheld when only something expanded in it is foreign", async () => {
    const mixed = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: globex.priceId }],
    });
    const read = (expand: string[]) =>
      gate.retrieve("GET /v1/subscriptions/{subscription}", { subscription: mixed.id }, { expand });

    await expect(read(["customer"])).resolves.toMatchObject({ id: mixed.id });
    await expect(read(["customer", "items.data.price.product"])).rejects.toMatchObject({ code: "not_found" });
    await world.stripe.subscriptions.cancel(mixed.id);
  });

  it("is dropped from a search, however the query came about", async () => {
    const everything = 'name~"Pro"' as SearchQuery;
    const { hits } = await gate.search("GET /v1/products/search", everything, { limit: 100 });

    expect(hits.map(({ id }) => id)).toEqual([acme.productId]);
    expect(audit).toEqual([
      { type: "foreign_search_hit", tenantId: "acme", call: "GET /v1/products/search", count: 1 },
    ]);
  });

  it("is dropped from a list of the account, page by page, whatever was asked for", async () => {
    expect(await listed({ limit: 1 })).toEqual([ownConfiguration]);
    expect(await listed({ limit: 100, active: true })).toEqual([ownConfiguration]);
    expect(await listed({ active: false })).toEqual([]);
  });

  it("is not proved by having been dropped, neither to be named nor to be changed", async () => {
    await ownCustomer();
    expect(await listed({})).toEqual([ownConfiguration]);
    world.takeRequests();

    await expect(
      openPortal({ customer: acme.customerId, configuration: foreignConfiguration }),
    ).rejects.toMatchObject({ code: "isolation" });
    await expect(
      gate.write(CONFIGURATION, { configuration: foreignConfiguration }, { active: false }),
    ).rejects.toMatchObject({ code: "isolation" });
    expect(world.takeRequests()).toEqual([]);
    await expect(
      openPortal({ customer: acme.customerId, configuration: ownConfiguration }),
    ).resolves.toMatchObject({ configuration: ownConfiguration });
  });

  it("is used and not changed where it is every tenant's, in a list of the account as well", async () => {
    const { id } = await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { tenantId: "*" },
    });
    await ownCustomer();
    expect(await listed({})).toEqual([id, ownConfiguration]);
    await expect(openPortal({ customer: acme.customerId, configuration: id })).resolves.toBeDefined();
    await expect(gate.write(CONFIGURATION, { configuration: id }, { active: false })).rejects.toMatchObject({
      code: "isolation",
    });
    await takeAway(id);
  });

  it.each([
    [
      "a retrieved one",
      (live: Gate) => live.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {}),
    ],
    ["one in a list of the account", (live: Gate) => listed({}, live)],
  ])("is refused when it is of the other mode, %s", async (_, read) => {
    await expect(read(gateFor("acme", { mode: "live" }))).rejects.toMatchObject({ code: "mode_mismatch" });
  });
});

describe("a request", () => {
  /** Those of a change and of a look at what it made. */
  async function optionsSentFor(tenantId: string, account: string | undefined) {
    const sent: unknown[] = [];
    const rawRequest: StripeClient["rawRequest"] = async (_method, _path, _params, options) => {
      sent.push(options);
      return { object: "customer", id: "cus_1", metadata: { tenantId }, lastResponse: { headers: {} } };
    };
    const through = gateFor(tenantId, { account, client: { rawRequest } });
    await through.write("POST /v1/customers", {}, {}, "the same key");
    await through.retrieve("GET /v1/customers/{customer}", { customer: "cus_1" }, {});
    return sent;
  }

  it("goes to its tenant's account, and to the platform's where tenants share that", async () => {
    const inAccount = expect.objectContaining({ stripeAccount: "acct_1" });
    expect(await optionsSentFor("acme", "acct_1")).toEqual([inAccount, inAccount]);
    for (const options of await optionsSentFor("acme", undefined)) {
      expect(options).not.toHaveProperty("stripeAccount");
    }
  });

  it("that changes something has a key of its tenant's and account's, be the caller's the same", async () => {
    const keyOf = async (tenantId: string, account?: string) =>
      Reflect.get(Object((await optionsSentFor(tenantId, account))[0]), "idempotencyKey");
    const keys = [await keyOf("acme"), await keyOf("globex"), await keyOf("acme", "acct_1")];

    expect(new Set(keys).size).toBe(3);
    expect(await keyOf("acme")).toBe(keys[0]);
  });

  it("lists by what keeps others out, or in an account of its own where that is enough", async () => {
    const answering: StripeClient["rawRequest"] = async () => ({ object: "list", data: [], has_more: false });
    const inOwnAccount = gateFor("acme", { account: "acct_1", client: { rawRequest: answering } });
    await expect(inOwnAccount.list("GET /v1/prices", {})).resolves.toMatchObject({ data: [] });
    await expect(inOwnAccount.list("GET /v1/subscriptions", {})).rejects.toMatchObject({
      code: "isolation",
      message: expect.stringContaining("GET /v1/subscriptions named or returned an object"),
    });

    await gate.retrieve("GET /v1/products/{product}", { product: acme.productId }, {});
    const { data } = await gate.list("GET /v1/prices", { product: acme.productId });
    expect(data.map(({ id }) => id)).toContain(acme.priceId);
    await expect(gate.list("GET /v1/prices", {})).rejects.toMatchObject({ code: "isolation" });
  });

  it("takes a lookup key away, and gives none that is no text", async () => {
    const { productId, priceId } = await world.addTenant("keys", { metadata: { tenantId: "acme" } });
    await gate.retrieve("GET /v1/prices/{price}", { price: priceId }, { expand: ["product"] });
    const update = (lookup_key: string) =>
      gate.write("POST /v1/prices/{price}", { price: priceId }, { lookup_key }, randomUUID());
    await expect(update("")).resolves.toMatchObject({ id: priceId, lookup_key: null, product: productId });
    await expect(update(7 as never)).rejects.toMatchObject({ code: "isolation" });
  });

  it("for something of the tenant's own is refused under a key that it used for other content", async () => {
    await gate.retrieve("GET /v1/prices/{price}", { price: acme.priceId }, { expand: ["product"] });
    const products = [{ product: acme.productId, prices: [acme.priceId] }];
    const make = (name: string) =>
      gate.write(
        "POST /v1/billing_portal/configurations",
        {},
        {
          name,
          features: {
            payment_method_update: { enabled: true },
            subscription_update: { enabled: true, default_allowed_updates: ["price"], products },
          },
        },
        "one key for two",
      );
    const { id } = await make("first");
    await expect(make("second")).rejects.toMatchObject({ code: "conflict" });
    await takeAway(id);
  });

  it("of each step of a method has a key of its own, be the caller's the same", async () => {
    const keys: unknown[] = [];
    const rawRequest: StripeClient["rawRequest"] = async (_method, _path, _params, options) => {
      keys.push(options?.idempotencyKey);
      const lastResponse = { headers: {} };
      return { object: "customer", id: "cus_1", metadata: { tenantId: "acme" }, lastResponse };
    };
    const through = gateFor("acme", { client: { rawRequest } });
    for (const step of [undefined, "first", "second", "first"]) {
      await through.write("POST /v1/customers", {}, {}, "the same key", step);
    }
    expect(new Set(keys).size).toBe(3);
    expect(keys[3]).toBe(keys[1]);
  });

  it("that deletes has no key, which Stripe would not heed", async () => {
    const sent: unknown[] = [];
    const rawRequest: StripeClient["rawRequest"] = async (method, path, params, options) => {
      if (method === "DELETE") sent.push(options);
      return world.stripe.rawRequest(method === "DELETE" ? "GET" : method, path, params, options);
    };
    const through = gateFor("acme", { client: { rawRequest } });
    const ids = { subscription: acme.subscriptionId };
    await through.retrieve("GET /v1/subscriptions/{subscription}", ids, { expand: ["customer"] });
    await through.write("DELETE /v1/subscriptions/{subscription}", ids, {}, "the same key");
    expect(sent).toEqual([expect.not.objectContaining({ idempotencyKey: expect.anything() })]);
  });

  /** What a failure is called that comes after a write of the same call. */
  async function failureAfter(write: (through: Gate) => Promise<unknown>): Promise<unknown> {
    let isDown = false;
    const rawRequest: StripeClient["rawRequest"] = async (...request) => {
      if (isDown) throw Object.assign(new Error("down"), { type: "StripeAPIError", statusCode: 500 });
      return world.stripe.rawRequest(...request);
    };
    const transport = createTransport({ rawRequest }, { maxRetries: 0 });
    const through = gateFor("acme", { transport });
    await through.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
    await write(through);
    isDown = true;
    const reading = through.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
    return reading.then(
      () => undefined,
      ({ code, idempotencyKey }) => ({ code, idempotencyKey }),
    );
  }

  it("that fails after a change of the same call does not say that nothing was changed", async () => {
    const change = (through: Gate) =>
      through.write(
        "POST /v1/customers/{customer}",
        { customer: acme.customerId },
        { name: "Acme" },
        "a key",
      );
    expect(await failureAfter(change)).toEqual({ code: "indeterminate", idempotencyKey: "a key" });
  });

  it("that fails after what changes nothing is as safe to repeat as ever", async () => {
    const preview = async (through: Gate) => {
      const subscription = acme.subscriptionId;
      const expand = { expand: ["customer"] };
      await through.retrieve("GET /v1/subscriptions/{subscription}", { subscription }, expand);
      await through.write("POST /v1/invoices/create_preview", {}, { subscription });
    };
    expect(await failureAfter(preview)).toMatchObject({ code: "stripe_unavailable" });
  });
});

describe("a customer that the directory does not have", () => {
  it("is linked to the tenant where a search finds it with the tenant's mark, and no other is", async () => {
    const directory = memoryDirectory();
    await directory.link("globex", "cus_theirs");
    const found = [
      { object: "customer", id: "cus_own", metadata: { tenantId: "acme" } },
      { object: "customer", id: "cus_globex", metadata: { tenantId: "globex" } },
      { object: "customer", id: "cus_nobody", metadata: {} },
      { object: "customer", id: "cus_theirs", metadata: { tenantId: "acme" } },
      { object: "customer", id: "cus_deleted", metadata: { tenantId: "acme" }, deleted: true },
      { object: "customer", metadata: { tenantId: "acme" } },
      { object: "product", id: "prod_1", metadata: { tenantId: "globex" } },
      null,
      "cus_text",
    ];
    const rawRequest: StripeClient["rawRequest"] = async (_, path) => {
      const id = /^\/v1\/customers\/(cus_\w+)$/.exec(path)?.[1];
      if (id === undefined) return { object: "search_result", data: found };
      return found.find((one) => typeof one === "object" && one?.id === id);
    };
    const through = gateFor("acme", { tenancy: directoryTenancy(directory), client: { rawRequest } });

    const { hits } = await through.search("GET /v1/customers/search", "" as SearchQuery, {});

    expect(hits.map(({ id }) => id)).toEqual(["cus_own"]);
    expect(await directory.customersOf("acme")).toEqual(["cus_own"]);
    expect(await directory.customersOf("globex")).toEqual(["cus_theirs"]);
  });
});

describe("a directory that nothing can be linked in", () => {
  it("lets a search find nobody whom it does not have", async () => {
    const tenancy = directoryTenancy({ tenantOf: async () => undefined, customersOf: async () => [] });
    const found = [{ object: "customer", id: "cus_own", metadata: { tenantId: "acme" } }];
    const rawRequest: StripeClient["rawRequest"] = async (_, path) =>
      path.startsWith("/v1/customers/search")
        ? { object: "search_result", data: found, next_page: 7 }
        : found[0];
    const through = gateFor("acme", { tenancy, client: { rawRequest } });

    expect(await through.search("GET /v1/customers/search", "" as SearchQuery, {})).toEqual({
      hits: [],
      nextPage: null,
    });
  });
});

describe("what names only what every tenant shares", () => {
  const markOfOneWith = async (...products: readonly { product: string; prices: string[] }[]) => {
    const { id, metadata } = await gate.write(
      "POST /v1/billing_portal/configurations",
      {},
      {
        features: {
          payment_method_update: { enabled: true },
          subscription_update: {
            enabled: true,
            default_allowed_updates: ["price"],
            products: [...products],
          },
        },
      },
      randomUUID(),
    );
    await takeAway(id);
    return metadata?.["tenantId"];
  };

  it("is every tenant's, and with one thing of the tenant's own it is the tenant's", async () => {
    const { productId, priceId } = await world.addTenant("everyone", { metadata: { tenantId: "*" } });
    const shared = { product: productId, prices: [priceId] };
    const own = { product: acme.productId, prices: [acme.priceId] };
    for (const { prices } of [shared, own]) {
      for (const price of prices)
        await gate.retrieve("GET /v1/prices/{price}", { price }, { expand: ["product"] });
    }
    expect(await markOfOneWith(shared)).toBe("*");
    expect(await markOfOneWith(shared, own)).toBe("acme");
    expect(await markOfOneWith(own)).toBe("acme");
    await world.stripe.products.update(productId, { metadata: { tenantId: "" } });
  });
});

describe("an idempotency key for what every tenant shares", () => {
  const make = (tenantId: string, name: string) =>
    gateFor(tenantId).write(
      "POST /v1/billing_portal/configurations",
      {},
      { name, features: { invoice_history: { enabled: true } } },
      "the same key",
    );

  it("never meets another tenant's for something else, be the caller's key the same", async () => {
    const ofAcme = await make("acme", "acme's");
    const ofGlobex = await make("globex", "globex's");

    expect(ofAcme).toMatchObject({ name: "acme's", metadata: { tenantId: "*" } });
    expect(ofGlobex).toMatchObject({ name: "globex's", metadata: { tenantId: "*" } });
    expect(ofGlobex.id).not.toBe(ofAcme.id);
    const keys = world.local.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(2);
    for (const { id } of [ofAcme, ofGlobex]) await takeAway(id);
  });

  it("makes one where two tenants make the same", async () => {
    const first = await make("acme", "ours");
    const second = await make("globex", "ours");

    expect(second.id).toBe(first.id);
    await takeAway(first.id);
  });
});
