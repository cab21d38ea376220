import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditEvent, ConfigurationError, metadataTenancy } from "../../../src/index.js";
import { type StripeWorld, startStripeWorld } from "../../stripe-world.js";
import { addMarkedProducts, describeTenancyContract } from "../tenancy-contract.js";

it("gives a customer to the tenant of its mark, and to no other", async () => {
  const customer = (tenantId: string) => ({ id: "cus_1", metadata: { tenantId } });
  const accessTo = async (tenantId: string) => metadataTenancy().customerAccess("acme", customer(tenantId));
  expect([await accessTo("acme"), await accessTo("globex"), await accessTo("*")]).toEqual([
    "own",
    "none",
    "none",
  ]);
});

describeTenancyContract("metadataTenancy", async () => {
  const world = await startStripeWorld();
  const { stripe } = world;
  const unmarked = await stripe.customers.create({ name: "Of another application" });
  const deleted = await world.addTenant("acme");
  await stripe.customers.del(deleted.customerId);
  return {
    world,
    tenancy: metadataTenancy(),
    addTenant: (tenantId) => world.addTenant(tenantId),
    addStray: async (tenantId) => {
      const stray = await world.addTenant(tenantId, { metadata: {} });
      const adopt = async () => {
        await stripe.customers.update(stray.customerId, { metadata: { tenantId } });
      };
      return { stray, adopt };
    },
    addProducts: (tenantId) => addMarkedProducts(world, tenantId),
    events: {
      "about a customer's object": ({ acme }) => ({
        origin: { customerId: acme.customerId },
        expected: "acme",
      }),
      "about a customer": ({ globex }) => ({
        origin: { customerId: globex.customerId, metadata: { tenantId: "globex" } },
        expected: "globex",
      }),
      "about a product": () => ({ origin: { metadata: { tenantId: "acme" } }, expected: "acme" }),
      "about a shared product": () => ({ origin: { metadata: { tenantId: "*" } }, expected: "nobody" }),
      "about a product without a mark": () => ({ origin: { metadata: {} }, expected: "nobody" }),
      "about a product with an impossible mark": () => ({
        origin: { metadata: { tenantId: "a b" } },
        expected: "nobody",
      }),
      "about another application's customer": () => ({
        origin: { customerId: unmarked.id },
        expected: "nobody",
      }),
      "about a customer that is deleted": () => ({
        origin: { customerId: deleted.customerId },
        expected: "acme",
      }),
      "about a customer that Stripe does not have": () => ({
        origin: { customerId: "cus_missing" },
        expected: "unknown",
      }),
      "on a connected account": ({ acme }) => ({
        origin: { account: "acct_1", customerId: acme.customerId },
        expected: "nobody",
      }),
    },
    whereIs: () => ({}),
    close: () => world.close(),
  };
});

describe("metadataTenancy", () => {
  let world: StripeWorld;
  beforeAll(async () => {
    world = await startStripeWorld();
  });
  afterAll(() => world.close());

  it.each(["tenantId", "constructor", "toString", "hasOwnProperty", "a", "Org-Id_7", "k".repeat(40)])(
    "finds the tenant under the key %s, and under no other",
    async (key) => {
      const tenancy = metadataTenancy({ key });
      const own = await world.addTenant("acme", { metadata: { [key]: "acme" } });
      const elsewhere = await world.addTenant("acme", { metadata: { [`${key.slice(1)}x`]: "acme" } });
      const billing = world.service({ tenancy }).forTenant("acme");

      await expect(billing.getSubscription(own.subscriptionId)).resolves.toMatchObject({
        id: own.subscriptionId,
      });
      await expect(billing.getSubscription(elsewhere.subscriptionId)).rejects.toMatchObject({
        code: "not_found",
      });
      const { data } = await billing.listTenantProducts();
      expect(data.map(({ id }) => id)).toContain(own.productId);
      expect(data.map(({ id }) => id)).not.toContain(elsewhere.productId);
      const shown = data.find(({ id }) => id === own.productId)?.metadata;
      expect(shown).toBeDefined();
      expect(Object.keys(shown ?? {})).not.toContain(key);
    },
  );

  it("takes nothing inherited for a mark, whatever the key", async () => {
    const { subscriptionId } = await world.addTenant("acme", { metadata: {} });
    for (const key of ["constructor", "toString", "valueOf", "__defineGetter__"]) {
      const billing = world.service({ tenancy: metadataTenancy({ key }) }).forTenant("acme");
      await expect(billing.getSubscription(subscriptionId)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it.each(["", " ", "a b", "a[b]", "a]", "ä", "a.b", 'a"', "a\\", "a:b", "k".repeat(41), "__proto__"])(
    "refuses %j for a key",
    (key) => {
      expect(() => metadataTenancy({ key })).toThrow(ConfigurationError);
    },
  );

  it.each([null, 7, {}, ["tenantId"], Symbol("tenantId")])("refuses %s for a key", (key) => {
    expect(() => Reflect.apply(metadataTenancy, undefined, [{ key }])).toThrow(ConfigurationError);
  });

  it("keeps tenants apart that differ in letter case alone, which Stripe's search does not", async () => {
    const lower = await world.addTenant("initech");
    const upper = await world.addTenant("INITECH");
    const audits: AuditEvent[] = [];
    const service = world.service({ onAudit: (event) => audits.push(event) });

    for (const [tenant, other] of [
      [lower, upper],
      [upper, lower],
    ] as const) {
      const billing = service.forTenant(tenant.tenantId);
      const { data } = await billing.listTenantProducts();
      expect(data.map(({ id }) => id)).toContain(tenant.productId);
      expect(data.map(({ id }) => id)).not.toContain(other.productId);
      await expect(billing.getSubscription(other.subscriptionId)).rejects.toMatchObject({
        code: "not_found",
      });
      expect(await service.resolveTenant({ customerId: tenant.customerId })).toEqual({
        status: "tenant",
        tenantId: tenant.tenantId,
      });
    }
    expect(audits.filter(({ type }) => type === "foreign_search_hit")).toEqual([
      { type: "foreign_search_hit", tenantId: "initech", call: "GET /v1/products/search", count: 1 },
      { type: "foreign_search_hit", tenantId: "INITECH", call: "GET /v1/products/search", count: 1 },
    ]);
  });
});
