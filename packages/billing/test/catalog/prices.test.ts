import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectTenancy, isBillingError, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, sdkFor, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
let billing: StripeBillingService;
let acme: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
});

beforeEach(() => {
  billing = world.service();
  acme = billing.forTenant("acme");
  world.local.faults.clear();
  world.takeRequests();
});

afterAll(() => world.close());

/** A product of acme's with one monthly price, its default. */
async function aProduct(): Promise<{ productId: string; priceId: string }> {
  const product = await acme.createProduct({
    name: "Pro",
    price: { currency: "usd", unitAmount: 4_900, recurring: { interval: "month" } },
  });
  world.takeRequests();
  return { productId: product.id, priceId: product.defaultPrice?.id ?? "" };
}

describe("createPrice", () => {
  it("refuses an archived product as a conflict, and sends no write", async () => {
    const { productId } = await aProduct();
    await acme.archiveProduct(productId);
    world.takeRequests();
    await expect(acme.createPrice(productId, { currency: "usd", unitAmount: 1 })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("archived"),
    });
    expect(world.takeRequests()).toEqual([`GET /v1/products/${productId}`]);
  });

  it("adds a price to the tenant's own product, with the tenant's mark", async () => {
    const { productId } = await aProduct();
    const price = await acme.createPrice(productId, {
      currency: "USD",
      unitAmountDecimal: "0.05",
      recurring: { interval: "year" },
      taxBehavior: "exclusive",
      nickname: "price_yearly",
      lookupKey: "price_pro",
    });
    expect(price).toMatchObject({
      productId,
      active: true,
      currency: "usd",
      unitAmount: null,
      unitAmountDecimal: "0.05",
      recurring: { interval: "year", intervalCount: 1, usageType: "licensed", trialDays: null },
      taxBehavior: "exclusive",
      nickname: "price_yearly",
      lookupKey: "price_pro",
    });
    expect(world.takeRequests()).toEqual([`GET /v1/products/${productId}`, "POST /v1/prices"]);
    expect(await world.stripe.prices.retrieve(price.id)).toMatchObject({
      lookup_key: "acme//price_pro",
      metadata: { tenantId: "acme" },
    });
  });

  it("shows the lookup key that was given, slashes and all, in an account of the tenant's own", async () => {
    const account = world.local.connectAccount();
    const tenancy = connectTenancy({ accountOf: () => account, tenantOf: () => "acme" });
    const connected = world.service({ tenancy }).forTenant("acme");
    const { id } = await connected.createProduct({ name: "Pro" });
    const terms = { currency: "usd", unitAmount: 1, lookupKey: "v1//gold" };
    expect(await connected.createPrice(id, terms)).toMatchObject({ lookupKey: "v1//gold" });
    expect((await connected.getProduct(id)).prices).toMatchObject([{ lookupKey: "v1//gold" }]);
  });

  it("keeps tenants' lookup keys apart, and moves one only when it is told to", async () => {
    const { productId } = await aProduct();
    const globex = billing.forTenant("globex");
    const theirs = await globex.createProduct({ name: "Theirs" });
    const terms = { currency: "usd", unitAmount: 1, lookupKey: "shared_name" };
    const kept = await globex.createPrice(theirs.id, terms);
    const first = await acme.createPrice(productId, terms);
    await expect(acme.createPrice(productId, { ...terms, unitAmount: 2 })).rejects.toMatchObject({
      code: "conflict",
    });
    const second = await acme.createPrice(productId, { ...terms, unitAmount: 2, transferLookupKey: true });

    const product = await acme.getProduct(productId);
    const keys = new Map(product.prices.map(({ id, lookupKey }) => [id, lookupKey]));
    expect([keys.get(first.id), keys.get(second.id)]).toEqual([null, "shared_name"]);
    expect((await world.stripe.prices.retrieve(kept.id)).lookup_key).toBe("globex//shared_name");
  });
});

describe("archivePrice and setDefaultPrice", () => {
  it("archive a price once, and refuse the default", async () => {
    const { productId, priceId } = await aProduct();
    const other = await acme.createPrice(productId, { currency: "usd", unitAmount: 1 });
    world.takeRequests();
    const archived = await acme.archivePrice(other.id);
    expect(archived).toEqual({ ...other, active: false });
    expect(world.takeRequests()).toEqual([`GET /v1/prices/${other.id}`, `POST /v1/prices/${other.id}`]);
    expect(await acme.archivePrice(other.id)).toEqual(archived);
    expect(world.takeRequests()).toEqual([`GET /v1/prices/${other.id}`]);

    await expect(acme.archivePrice(priceId)).rejects.toMatchObject({ code: "conflict" });
    await expect(acme.setDefaultPrice(other.id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("move the default, and succeed where it is there already", async () => {
    const { productId } = await aProduct();
    const other = await acme.createPrice(productId, { currency: "usd", unitAmount: 1 });
    world.takeRequests();
    const moved = await acme.setDefaultPrice(other.id);
    expect(moved.defaultPrice).toEqual(other);
    expect(world.takeRequests()).toEqual([
      `GET /v1/prices/${other.id}`,
      `POST /v1/products/${productId}`,
      "GET /v1/prices",
    ]);
    expect(await acme.setDefaultPrice(other.id)).toEqual(moved);
    expect(world.takeRequests()).toEqual([`GET /v1/prices/${other.id}`, "GET /v1/prices"]);
  });
});

describe("replacePrice", () => {
  it("takes over terms, nickname, metadata, lookup key and default, and archives the old price", async () => {
    const { productId, priceId } = await aProduct();
    await world.stripe.prices.update(priceId, {
      lookup_key: "acme//pro",
      nickname: "Pro",
      metadata: { kept: "yes" },
    });
    world.takeRequests();
    const price = await acme.replacePrice(priceId, { unitAmount: 5_900 });

    expect(price).toMatchObject({
      productId,
      active: true,
      currency: "usd",
      unitAmount: 5_900,
      recurring: { interval: "month", intervalCount: 1 },
      nickname: "Pro",
      lookupKey: "pro",
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/prices/${priceId}`,
      "POST /v1/prices",
      `POST /v1/prices/${price.id}`,
      `POST /v1/products/${productId}`,
      `POST /v1/prices/${priceId}`,
    ]);
    expect(await world.stripe.prices.retrieve(priceId)).toMatchObject({ active: false, lookup_key: null });
    expect(await world.stripe.prices.retrieve(price.id)).toMatchObject({
      metadata: { kept: "yes", tenantId: "acme" },
    });
    expect((await acme.getProduct(productId)).defaultPrice).toEqual(price);
  });

  it("changes the terms that it is given, and leaves a default that is another price", async () => {
    const { productId, priceId } = await aProduct();
    const other = await acme.createPrice(productId, { currency: "usd", unitAmount: 1, nickname: "One" });
    world.takeRequests();
    const price = await acme.replacePrice(other.id, {
      unitAmountDecimal: "0.5",
      currency: "eur",
      recurring: { interval: "week", intervalCount: 2 },
      taxBehavior: "inclusive",
      nickname: "Two",
    });
    expect(price).toMatchObject({
      unitAmountDecimal: "0.5",
      currency: "eur",
      recurring: { interval: "week", intervalCount: 2 },
      taxBehavior: "inclusive",
      nickname: "Two",
    });
    expect(world.takeRequests()).toHaveLength(4);
    expect((await acme.getProduct(productId)).defaultPrice?.id).toBe(priceId);
  });

  it("moves a lookup key that was given in the Dashboard as it is", async () => {
    const { priceId } = await aProduct();
    await world.stripe.prices.update(priceId, { lookup_key: "price_dashboard" });
    const price = await acme.replacePrice(priceId, { unitAmount: 1 });
    expect((await world.stripe.prices.retrieve(price.id)).lookup_key).toBe("price_dashboard");
  });

  it("makes one price however often and wherever it is stopped, with a key or with none", async () => {
    const steps = fc.record({
      failing: fc.integer({ min: 0, max: 4 }),
      when: fc.constantFrom("before", "after"),
      idempotencyKey: fc.option(fc.uuid(), { nil: undefined }),
      lookupKey: fc.boolean(),
      isDefault: fc.boolean(),
      again: fc.integer({ min: 0, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(steps, async ({ failing, when, idempotencyKey, lookupKey, isDefault, again }) => {
        const { productId, priceId: first } = await aProduct();
        const oldId = isDefault
          ? first
          : (await acme.createPrice(productId, { currency: "usd", unitAmount: 7 })).id;
        const key = `key-${oldId}`;
        if (lookupKey) await world.stripe.prices.update(oldId, { lookup_key: `acme//${key}` });
        const others = isDefault ? 0 : 1;

        const options = { unitAmount: 100, ...(idempotencyKey && { idempotencyKey }) };
        for (const index of [failing, again]) {
          await replaceStopping(oldId, options, index, when);
        }
        const price = await acme.replacePrice(oldId, options);
        const { prices, defaultPrice } = await acme.getProduct(productId);
        expect(prices.filter(({ unitAmount }) => unitAmount === 100)).toEqual([price]);
        expect(prices).toHaveLength(1 + others);
        expect(price.lookupKey).toBe(lookupKey ? key : null);
        expect(defaultPrice?.id).toBe(isDefault ? price.id : first);
        expect((await world.stripe.prices.retrieve(oldId)).active).toBe(false);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  /** Replaces with a client whose nth request never arrives, or whose answer is lost. */
  async function replaceStopping(
    priceId: string,
    options: { unitAmount: number; idempotencyKey?: string },
    nth: number,
    when: string,
  ): Promise<void> {
    const stripe = sdkFor(world.local);
    let sent = 0;
    const stopping = {
      rawRequest: async (...request: Parameters<typeof stripe.rawRequest>) => {
        const isIt = sent++ === nth;
        if (isIt && when === "before") throw new Error("The connection was reset.");
        const answer = await stripe.rawRequest(...request);
        if (isIt) throw new Error("The answer was lost.");
        return answer;
      },
    };
    await world
      .service({ stripe: stopping, maxRetries: 0 })
      .forTenant("acme")
      .replacePrice(priceId, options)
      .catch((error: unknown) => {
        if (!isBillingError(error) || !error.retryable) throw error;
      });
  }

  it("names the key with which the whole can be repeated, whichever step was lost", async () => {
    for (const step of ["/v1/prices", "/v1/products"]) {
      const { productId, priceId } = await aProduct();
      const path = step === "/v1/prices" ? step : `${step}/${productId}`;
      world.local.faults.add({ kind: "stall", when: "after", method: "POST", path });
      const error: unknown = await acme
        .replacePrice(priceId, { unitAmount: 3, timeoutMs: 300 })
        .catch((caught) => caught);
      if (!isBillingError(error) || error.code !== "indeterminate") throw error;
      const { idempotencyKey = "" } = error;
      const price = await acme.replacePrice(priceId, { unitAmount: 3, idempotencyKey });
      expect((await acme.getProduct(productId)).prices).toEqual([price]);
    }
  });

  it("says so when the same replacement was made before and undone since", async () => {
    const { productId, priceId } = await aProduct();
    const first = await acme.replacePrice(priceId, { unitAmount: 3 });
    await world.stripe.prices.update(priceId, { active: true });
    await acme.setDefaultPrice(priceId);
    await acme.archivePrice(first.id);

    await expect(acme.replacePrice(priceId, { unitAmount: 3 })).rejects.toMatchObject({ code: "conflict" });
    const second = await acme.replacePrice(priceId, { unitAmount: 3, idempotencyKey: "again" });
    expect((await acme.getProduct(productId)).prices).toEqual([second]);
  });
});
