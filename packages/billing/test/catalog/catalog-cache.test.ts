import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CatalogCache } from "../../src/capabilities/catalog/catalog-cache.js";
import { connectTenancy, type StripeBillingService } from "../../src/index.js";
import { createWebhookReceiver, memoryInbox } from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { deliveryWarnings } from "../webhooks/delivery-warnings.js";
import { eventBody, headerFor, now, SECRET } from "../webhooks/signed-delivery.js";

let world: StripeWorld;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  await world.addTenant("acme");
  await world.addTenant("globex");
});

beforeEach(() => {
  vi.useRealTimers();
  billing = world.service();
  world.local.faults.clear();
  world.takeRequests();
});

afterAll(() => world.close());

async function names(service: StripeBillingService): Promise<string[]> {
  return (await service.listTenantProducts({ limit: 100 })).data.map(({ name }) => name);
}

/** How many requests a piece of work takes. */
async function requestsOf(work: () => PromiseLike<unknown>): Promise<number> {
  world.takeRequests();
  await work();
  return world.takeRequests().length;
}

describe("the catalogue's cache", () => {
  it("serves what it has to its own tenant alone", async () => {
    expect(await names(billing.forTenant("acme"))).toEqual(["acme Pro"]);
    expect(await requestsOf(() => names(billing.forTenant("acme")))).toBe(0);
    expect(await names(billing.forTenant("globex"))).toEqual(["globex Pro"]);
    expect(await names(billing.forTenant("ACME"))).toEqual([]);
    expect(await names(billing.forTenant("acme"))).toEqual(["acme Pro"]);
  });

  it("keeps whole programs of several tenants apart, and shows what is there", async () => {
    const tenants = ["one", "two", "three"];
    const commands = fc.array(
      fc.record({
        tenantId: fc.constantFrom(...tenants),
        act: fc.constantFrom("list", "list", "list", "create", "forget", "forget all"),
        limit: fc.constantFrom(1, 2, 100),
      }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (program) => {
        const fresh = await startStripeWorld();
        try {
          const service = fresh.service();
          const expected = new Map<string, string[]>(tenants.map((tenantId) => [tenantId, []]));
          for (const [step, { tenantId, act, limit }] of program.entries()) {
            const bound = service.forTenant(tenantId);
            if (act === "create") {
              await bound.createProduct({ name: `${tenantId} ${step}` });
              expected.get(tenantId)?.push(`${tenantId} ${step}`);
            } else if (act === "forget") await bound.forgetCatalog();
            else if (act === "forget all") await service.forgetCatalog();
            const listed: string[] = [];
            for await (const { name } of bound.listTenantProducts({ limit })) listed.push(name);
            expect(listed.sort()).toEqual([...(expected.get(tenantId) ?? [])].sort());
          }
        } finally {
          await fresh.close();
        }
      }),
      { numRuns: 15 },
    );
  });

  it("keeps a tenant's connected accounts apart", async () => {
    const accounts = [world.local.connectAccount(), world.local.connectAccount()];
    let account = accounts[0];
    for (const stripeAccount of accounts) {
      await world.stripe.products.create({ name: `of ${stripeAccount}` }, { stripeAccount });
    }
    const tenancy = connectTenancy({ accountOf: () => account, tenantOf: () => "mover" });
    const service = world.service({ tenancy }).forTenant("mover");
    expect(await names(service)).toEqual([`of ${accounts[0]}`]);
    account = accounts[1];
    expect(await names(service)).toEqual([`of ${accounts[1]}`]);
  });

  it("answers every filter from one page, and remembers each page apart", async () => {
    const product = await world.stripe.products.create({ name: "Old", metadata: { tenantId: "filter" } });
    await world.stripe.products.update(product.id, { active: false });
    await world.stripe.products.create({ name: "New", metadata: { tenantId: "filter" } });
    const service = billing.forTenant("filter");
    const list = async (active: boolean | "all") =>
      (await service.listTenantProducts({ active })).data.map(({ name }) => name);
    expect(await list("all")).toEqual(["New", "Old"]);
    const requests = await requestsOf(async () => {
      expect(await list(true)).toEqual(["New"]);
      expect(await list(false)).toEqual(["Old"]);
    });
    expect(requests).toBe(0);
    expect(await requestsOf(() => service.listTenantProducts({ limit: 1 }))).toBe(2);
  });

  it("gives nobody a view that another can change", async () => {
    const service = billing.forTenant("acme");
    const [first] = (await service.listTenantProducts()).data;
    const createdAt = first?.createdAt.getTime();
    first?.createdAt.setFullYear(1999);
    expect(() => Object.assign(first ?? {}, { name: "Mine" })).toThrow(TypeError);
    expect(() => Object.assign(first?.metadata ?? {}, { tier: "free" })).toThrow(TypeError);
    const [second] = (await service.listTenantProducts()).data;
    expect(second).toMatchObject({ name: "acme Pro", metadata: { tier: "pro" } });
    expect(second?.createdAt.getTime()).toBe(createdAt);
  });

  it("asks Stripe once for fifty calls at once", async () => {
    const service = billing.forTenant("acme");
    const lists = () => Promise.all(Array.from({ length: 50 }, () => names(service)));
    expect(await requestsOf(lists)).toBe(2);
  });

  it("keeps no failure", async () => {
    world.local.faults.add({ kind: "server_error", when: "before", path: /search/, times: 5 });
    await expect(names(billing.forTenant("acme"))).rejects.toMatchObject({ code: "stripe_unavailable" });
    world.local.faults.clear();
    expect(await names(billing.forTenant("acme"))).toEqual(["acme Pro"]);
  });

  it("ends with its time, and may be turned off", async () => {
    const now = vi.spyOn(performance, "now");
    try {
      const service = world.service({ catalog: { cacheSeconds: 10 } }).forTenant("acme");
      const startMs = performance.now();
      await names(service);
      now.mockImplementation(() => startMs + 9_000);
      expect(await requestsOf(() => names(service))).toBe(0);
      now.mockImplementation(() => startMs + 11_000);
      expect(await requestsOf(() => names(service))).toBe(2);
    } finally {
      now.mockRestore();
    }
    const off = world.service({ catalog: { cacheSeconds: 0 } }).forTenant("acme");
    await names(off);
    expect(await requestsOf(() => names(off))).toBe(2);
  });

  it.each([-1, 3_601, Number.NaN, "60"])("cannot last %j seconds", (cacheSeconds) => {
    expect(() => world.service({ catalog: { cacheSeconds: cacheSeconds as never } })).toThrow(
      expect.objectContaining({ code: "configuration" }),
    );
  });

  it("is dropped by the tenant's own writes and nobody else's, and keeps nothing while the search may lag", async () => {
    const service = billing.forTenant("writer");
    const { id } = await service.createProduct({ name: "First", price: { currency: "usd", unitAmount: 1 } });
    const now = vi.spyOn(performance, "now");
    try {
      const startMs = performance.now();
      now.mockImplementation(() => startMs + 61_000);
      await names(service);
      await names(billing.forTenant("acme"));
      const writes: (() => Promise<unknown>)[] = [
        () => service.updateProduct(id, { name: "Second" }),
        () => service.createPrice(id, { currency: "usd", unitAmount: 2 }),
        () => service.archiveProduct(id),
      ];
      let elapsedMs = 61_000;
      for (const write of writes) {
        expect(await requestsOf(() => names(service))).toBe(0);
        await write();
        expect(await requestsOf(() => names(service))).toBeGreaterThan(0);
        expect(await requestsOf(() => names(service))).toBeGreaterThan(0);
        elapsedMs += 61_000;
        now.mockImplementation(() => startMs + elapsedMs);
        await names(service);
      }
    } finally {
      now.mockRestore();
    }
  });

  it("is not filled with what was asked for before a write", async () => {
    const service = billing.forTenant("slow");
    await world.stripe.products.create({ name: "Before", metadata: { tenantId: "slow" } });
    world.local.faults.add({ kind: "latency", milliseconds: 200, path: "/v1/prices/search" });
    const listing = names(service);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await service.createProduct({ name: "After" });
    await listing;
    expect((await names(service)).sort()).toEqual(["After", "Before"]);
  });

  it("forgets its oldest tenants before long metadata fills the memory", async () => {
    const service = billing.forTenant("acme");
    await names(service);
    const long = Array.from({ length: 40 }, (_, index) => [`key${index}`, "x".repeat(500)]);
    const metadata = { ...Object.fromEntries(long), tenantId: "big" };
    for (let index = 0; index < 100; index++)
      await world.stripe.products.create({ name: `${index}`, metadata });
    for (let limit = 100; limit > 90; limit--) await billing.forTenant("big").listTenantProducts({ limit });
    expect(await requestsOf(() => names(service))).toBe(2);
  });

  it("keeps no tenant for good that has no products", () => {
    const cache = new CatalogCache(60_000);
    const nameOf = (index: number) => ({
      tenantId: `t${index}`,
      account: undefined,
      limit: 10,
      after: undefined,
    });
    const empty = { products: [], nextCursor: null, pricesByProduct: new Map() };
    for (let index = 0; index < 50_000; index++) cache.keep(nameOf(index), empty, performance.now());
    expect(cache.find(nameOf(0))).toBeUndefined();
    expect(cache.find(nameOf(49_999))).toBe(empty);
  });
});

describe("forgetCatalog", () => {
  it("forgets the bound tenant's catalogue, or everyone's", async () => {
    const both = () => Promise.all([names(billing.forTenant("acme")), names(billing.forTenant("globex"))]);
    await both();
    await billing.forTenant("acme").forgetCatalog();
    expect(await requestsOf(() => names(billing.forTenant("globex")))).toBe(0);
    expect(await requestsOf(() => names(billing.forTenant("acme")))).toBe(2);
    await billing.forgetCatalog();
    expect(await requestsOf(both)).toBe(4);
  });

  it.each([
    [
      "the tenant of a product",
      () => ({ data: { object: { object: "product", metadata: { tenantId: "acme" } } } }),
      ["acme"],
    ],
    [
      "the tenant that a price bears",
      () => ({ data: { object: { object: "price", metadata: { tenantId: "acme" } } } }),
      ["acme"],
    ],
    [
      "everyone for a shared product",
      () => ({ data: { object: { object: "product", metadata: { tenantId: "*" } } } }),
      ["acme", "globex"],
    ],
    [
      "everyone for a price made elsewhere",
      () => ({ data: { object: { object: "price", metadata: {} } } }),
      ["acme", "globex"],
    ],
    [
      "everyone for a product that changed hands",
      () => ({
        data: {
          object: { object: "product", metadata: { tenantId: "acme" } },
          previous_attributes: { metadata: { tenantId: "globex" } },
        },
      }),
      ["acme", "globex"],
    ],
    [
      "nobody for a product of a connected account, which holds no tenant's",
      () => ({
        account: "acct_someseller",
        data: {
          object: { object: "product", metadata: { tenantId: "acme" } },
          previous_attributes: { metadata: {} },
        },
      }),
      [],
    ],
  ])("forgets %s", async (_, event, forgotten) => {
    await names(billing.forTenant("acme"));
    await names(billing.forTenant("globex"));
    world.takeRequests();
    await billing.forgetCatalog(event());
    expect(world.takeRequests()).toEqual([]);
    for (const tenantId of ["acme", "globex"]) {
      const requests = await requestsOf(() => names(billing.forTenant(tenantId)));
      expect([tenantId, requests > 0]).toEqual([tenantId, forgotten.includes(tenantId)]);
    }
  });

  it("forgets under Connect the tenant of the event's account alone, and everyone if that cannot be told", async () => {
    const accounts = new Map([
      ["acct_acme", "acme"],
      ["acct_globex", "globex"],
    ]);
    let isDown = false;
    const tenancy = connectTenancy({
      accountOf: (tenantId) => `acct_${tenantId}`,
      tenantOf: (account) => {
        if (isDown) throw new Error("down");
        return accounts.get(account);
      },
    });
    for (const name of accounts.keys()) world.local.connectAccount(name);
    const service = world.service({ tenancy });
    const data = { object: { object: "product", metadata: {} }, previous_attributes: { metadata: {} } };
    const askedAfter = async (forget: () => Promise<void>) => {
      const tenants = [...accounts.values()];
      for (const tenantId of tenants) await names(service.forTenant(tenantId));
      await forget();
      const asked: string[] = [];
      for (const tenantId of tenants) {
        if ((await requestsOf(() => names(service.forTenant(tenantId)))) > 0) asked.push(tenantId);
      }
      return asked;
    };

    for (const account of [null, "acct_stranger"]) {
      expect(await askedAfter(() => service.forgetCatalog({ account, data }))).toEqual([]);
    }
    expect(await askedAfter(() => service.forgetCatalog({ account: "acct_acme", data }))).toEqual(["acme"]);
    const forgetWhileDown = async () => {
      isDown = true;
      await service.forgetCatalog({ account: "acct_acme", data });
      isDown = false;
    };
    expect(await askedAfter(forgetWhileDown)).toEqual(["acme", "globex"]);
  });

  it.each(["product.updated", "price.created"])(
    "is called by a webhook receiver for %s, though nobody listens to it",
    async (type) => {
      const service = billing.forTenant("acme");
      const options = { signingSecrets: [SECRET], inbox: memoryInbox(), on: {}, now };
      const { receive } = createWebhookReceiver({ billing, ...options });
      await names(service);
      const object = { id: "prod_1", object: type.split(".")[0], metadata: { tenantId: "acme" } };
      const body = eventBody({ type, data: { object } });

      expect(await receive(body, headerFor(body))).toMatchObject({ status: "ignored" });
      expect(await requestsOf(() => names(service))).toBe(2);
    },
  );

  it("is not called for an event whose signature is wrong, or that is about something else", async () => {
    const service = billing.forTenant("acme");
    const options = { signingSecrets: [SECRET], inbox: memoryInbox(), logger: deliveryWarnings, on: {}, now };
    const { receive } = createWebhookReceiver({ billing, ...options });
    await names(service);
    const body = eventBody({
      type: "product.updated",
      data: { object: { object: "product", metadata: {} } },
    });
    expect(await receive(body, headerFor(eventBody()))).toMatchObject({ status: "rejected" });
    expect(await receive(eventBody(), headerFor(eventBody()))).toMatchObject({ status: "ignored" });
    expect(await requestsOf(() => names(service))).toBe(0);
  });
});
