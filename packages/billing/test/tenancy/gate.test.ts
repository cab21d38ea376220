import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuditEvent, metadataTenancy } from "../../src/index.js";
import type { Params } from "../../src/stripe/calls.js";
import { Deadline } from "../../src/stripe/deadline.js";
import type { SearchQuery } from "../../src/stripe/search-query.js";
import { createTransport } from "../../src/stripe/transport.js";
import { Gate } from "../../src/tenancy/gate.js";
import { OwnershipCache } from "../../src/tenancy/ownership-cache.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

/**
 * The second wall alone: capabilities written wrong on purpose, which forget, mix up or drop what the real ones check.
 * Each is for acme and names something of globex's; none may get anything past the gate.
 */
type WrongCapability = (gate: Gate) => Promise<unknown>;

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let foreignConfiguration: string;
let audit: AuditEvent[];
let gate: Gate;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  const configuration = await world.stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  });
  foreignConfiguration = configuration.id;
});

beforeEach(() => {
  audit = [];
  gate = gateFor("acme");
  world.takeRequests();
});

afterAll(() => world.close());

function gateFor(tenantId: string): Gate {
  return new Gate({
    transport: createTransport(world.stripe),
    tenancy: metadataTenancy(),
    tenantId,
    account: undefined,
    mode: "test",
    cache: new OwnershipCache(),
    deadline: new Deadline(5_000),
    onAudit: (event) => audit.push(event),
    trusted: [],
  });
}

const ownCustomer = () => gate.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {});
const ownSubscription = () =>
  gate.retrieve(
    "GET /v1/subscriptions/{subscription}",
    { subscription: acme.subscriptionId },
    { expand: ["customer"] },
  );
const updateOwn = (params: Params<"POST /v1/subscriptions/{subscription}">) =>
  gate.write("POST /v1/subscriptions/{subscription}", { subscription: acme.subscriptionId }, params);
const openPortal = (params: Params<"POST /v1/billing_portal/sessions">) =>
  gate.write("POST /v1/billing_portal/sessions", {}, params);

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
    "lists a foreign customer's subscriptions": () =>
      gate.list("GET /v1/subscriptions", { customer: globex.customerId }),
    "lists by a foreign price": () => gate.list("GET /v1/subscriptions", { price: globex.priceId }),
    "lists every product of the platform": () => gate.list("GET /v1/products", {}),
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
    "pages with a foreign cursor": () =>
      gate.list("GET /v1/subscriptions", {
        customer: acme.customerId,
        starting_after: globex.subscriptionId,
      }),
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
    world.takeRequests();
    audit.length = 0;

    await expect(wrong(gate)).rejects.toMatchObject({ code: "isolation" });
    expect(world.takeRequests()).toEqual([]);
    expect(audit).toEqual([
      expect.objectContaining({ type: "isolation_breach", tenantId: "acme", count: 1 }),
    ]);
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
  ])("is withheld: a foreign %s reads like a missing one", async (_, read) => {
    await expect(read()).rejects.toMatchObject({ code: "not_found" });
    expect(audit).toEqual([expect.objectContaining({ type: "foreign_object", tenantId: "acme" })]);
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

  it("is refused when it is of the other mode", async () => {
    const live = new Gate({
      transport: createTransport(world.stripe),
      tenancy: metadataTenancy(),
      tenantId: "acme",
      account: undefined,
      mode: "live",
      cache: new OwnershipCache(),
      deadline: new Deadline(5_000),
      onAudit: () => undefined,
      trusted: [],
    });
    await expect(
      live.retrieve("GET /v1/customers/{customer}", { customer: acme.customerId }, {}),
    ).rejects.toMatchObject({ code: "mode_mismatch" });
  });
});
