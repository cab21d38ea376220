import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan } from "../subscriptions/plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
});

beforeEach(() => {
  billing = world.service();
  world.takeRequests();
});

afterAll(() => world.close());

/** A customer of acme's that subscribes to a product with features of these keys. */
async function customerWith(...keys: string[]): Promise<string> {
  const { stripe } = world;
  const { productId, priceId } = await addPlan(world, "acme");
  for (const lookup_key of keys) {
    const feature = await stripe.entitlements.features.create({ lookup_key, name: lookup_key });
    await stripe.products.createFeature(productId, { entitlement_feature: feature.id });
  }
  const { id: customer } = await stripe.customers.create({ metadata: { tenantId: "acme" } });
  await stripe.subscriptions.create({ customer, items: [{ price: priceId }] });
  world.takeRequests();
  return customer;
}

describe("listEntitlements", () => {
  it("tells what a customer has access to, in frozen views without the Stripe object", async () => {
    const [stored] = (await world.stripe.entitlements.activeEntitlements.list({ customer: acme.customerId }))
      .data;
    const entitlements = await billing.forTenant("acme").listEntitlements(acme.customerId);

    expect(entitlements).toEqual([
      { id: stored?.id, lookupKey: acme.lookupKey, featureId: stored?.feature, livemode: false },
    ]);
    expect(Object.isFrozen(entitlements) && Object.isFrozen(entitlements[0])).toBe(true);
  });

  it("has all of them, over as many pages as there are", async () => {
    const keys = Array.from({ length: 130 }, (_, at) => `feature-${at}`);
    const customer = await customerWith(...keys);

    const entitlements = await billing.forTenant("acme").listEntitlements(customer);

    expect(entitlements.map(({ lookupKey }) => lookupKey).sort()).toEqual(keys.sort());
    const list = "GET /v1/entitlements/active_entitlements";
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${customer}`, list, list]);
  });

  it("takes one request for a customer that was seen lately", async () => {
    const service = billing.forTenant("acme");
    await service.listEntitlements(acme.customerId);
    world.takeRequests();

    await service.listEntitlements(acme.customerId);

    expect(world.takeRequests()).toEqual(["GET /v1/entitlements/active_entitlements"]);
  });

  it("has none for a customer without a subscription", async () => {
    const { id } = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    expect(await billing.forTenant("acme").listEntitlements(id)).toEqual([]);
  });
});

describe("hasEntitlement", () => {
  it("knows what a customer's subscription gives access to, and until when", async () => {
    const customer = await customerWith("audit-log");
    const has = () => billing.forTenant("acme").hasEntitlement(customer, "audit-log");

    expect(await has()).toBe(true);
    const [subscription] = (await world.stripe.subscriptions.list({ customer })).data;
    await world.stripe.subscriptions.cancel(subscription?.id ?? "");
    expect(await has()).toBe(false);
  });

  it("compares keys as they are, letter by letter", async () => {
    const customer = await customerWith("Reports");
    const has = (key: string) => billing.forTenant("acme").hasEntitlement(customer, key);

    expect(await has("Reports")).toBe(true);
    for (const other of ["reports", "Report", "Reports ", "*", "__proto__"])
      expect(await has(other)).toBe(false);
  });

  it("looks at later pages, and no further than it has to", async () => {
    const keys = Array.from({ length: 101 }, (_, at) => `paged-${at}`);
    const customer = await customerWith(...keys);
    const service = billing.forTenant("acme");
    const [newest] = await service.listEntitlements(customer);
    const oldest = (await service.listEntitlements(customer)).at(-1);
    const requestsFor = async (key = "") => {
      world.takeRequests();
      expect(await service.hasEntitlement(customer, key)).toBe(true);
      return world.takeRequests().length;
    };

    expect([await requestsFor(newest?.lookupKey), await requestsFor(oldest?.lookupKey)]).toEqual([1, 2]);
  });

  it.each([
    ["nothing", undefined],
    ["an empty key", ""],
    ["a key that is too long", "x".repeat(81)],
    ["a key of several lines", "a\nb"],
    ["a number", 7],
    ["a list", ["sso"]],
  ])("refuses %s for a lookup key, and sends nothing", async (_, key) => {
    await expect(
      billing.forTenant("acme").hasEntitlement(acme.customerId, key as never),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("lookupKey must be"),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("between tenants", () => {
  it("another tenant's customer is as a missing one, whatever is asked of it", async () => {
    const service = billing.forTenant("acme");
    for (const customer of [globex.customerId, "cus_missing"]) {
      await expect(service.listEntitlements(customer)).rejects.toMatchObject({ code: "not_found" });
      await expect(service.hasEntitlement(customer, globex.lookupKey)).rejects.toMatchObject({
        code: "not_found",
      });
      const list = "GET /v1/entitlements/active_entitlements";
      const proof = `GET /v1/customers/${customer}`;
      expect(world.takeRequests().sort()).toEqual([proof, proof, list, list]);
    }
  });

  it("nobody has a feature because another tenant's customer has it", async () => {
    expect(await billing.forTenant("globex").hasEntitlement(globex.customerId, globex.lookupKey)).toBe(true);
    expect(await billing.forTenant("acme").hasEntitlement(acme.customerId, globex.lookupKey)).toBe(false);
  });

  it("a feature of the account that both have is each one's own entitlement", async () => {
    const feature = await world.stripe.entitlements.features.create({ lookup_key: "shared", name: "Shared" });
    const ids = [];
    for (const tenant of ["acme", "globex"]) {
      const { productId, priceId } = await addPlan(world, tenant);
      await world.stripe.products.createFeature(productId, { entitlement_feature: feature.id });
      const { id: customer } = await world.stripe.customers.create({ metadata: { tenantId: tenant } });
      await world.stripe.subscriptions.create({ customer, items: [{ price: priceId }] });
      const [entitlement] = await billing.forTenant(tenant).listEntitlements(customer);
      expect(entitlement).toMatchObject({ lookupKey: "shared", featureId: feature.id });
      ids.push(entitlement?.id);
    }
    expect(new Set(ids).size).toBe(2);
  });
});
