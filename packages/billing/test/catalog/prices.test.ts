import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectTenancy, isBillingError, type StripeBillingService } from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
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

/** acme's service, whose Stripe shows prices with more in them, and may refuse to make any. */
function showing(more: object, refusal?: object): StripeBillingService {
  const stripe = clientThat(world.local, async ({ method, path }, send) => {
    if (refusal !== undefined && method === "POST" && path === "/v1/prices") {
      return answer(400, { error: { type: "invalid_request_error", ...refusal } });
    }
    const response = await send();
    if (method !== "GET" || !path.startsWith("/v1/prices/")) return response;
    return answer(200, { ...Object(await response.toJSON()), ...more });
  });
  return world.service({ stripe }).forTenant("acme");
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
      message: "Another price has this lookup key. Use another key, or transferLookupKey.",
      cause: { code: "invalid_argument" },
    });
    const refusing = showing({}, { param: "currency" });
    await expect(
      refusing.createPrice(productId, { currency: "usd", unitAmount: 2, lookupKey: "other" }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
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

    await expect(acme.archivePrice(priceId)).rejects.toMatchObject({
      code: "conflict",
      message:
        "This is its product's default price, which cannot be archived. Set another one first, or replace it.",
    });
    await expect(acme.setDefaultPrice(other.id)).rejects.toMatchObject({
      code: "conflict",
      message: "An archived price cannot be its product's default.",
    });
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

  it("takes over every term that it can have, and nothing that the old price has not", async () => {
    const { productId } = await aProduct();
    const sentFor = async (shown: object) => {
      const { id } = await acme.createPrice(productId, { currency: "eur", unitAmount: 100 });
      // Whatever is said of terms that a local Stripe does not know.
      await showing(shown)
        .replacePrice(id, { unitAmount: 200 })
        .catch(() => undefined);
      return world.local.requests.findLast(({ method, path }) => method === "POST" && path === "/v1/prices")
        ?.params;
    };
    const bare = { product: productId, currency: "eur", unit_amount: "200", metadata: { tenantId: "acme" } };
    expect(await sentFor({ tax_behavior: null })).toEqual(bare);
    expect(
      await sentFor({
        currency_options: { eur: {} },
        recurring: { interval: "week", interval_count: 2, usage_type: "licensed" },
        tax_behavior: "exclusive",
        transform_quantity: { divide_by: 10, round: "up" },
      }),
    ).toEqual({
      ...bare,
      recurring: { interval: "week", interval_count: "2" },
      tax_behavior: "exclusive",
      transform_quantity: { divide_by: "10", round: "up" },
    });
  });

  it("leaves a price alone that is archived already, and moves nothing that there is not", async () => {
    const { productId } = await aProduct();
    const old = await acme.createPrice(productId, { currency: "usd", unitAmount: 7 });
    await acme.archivePrice(old.id);
    world.takeRequests();
    await acme.replacePrice(old.id, { unitAmount: 8 });
    expect(world.takeRequests()).toEqual([`GET /v1/prices/${old.id}`, "POST /v1/prices"]);
  });

  it.each<[string, object]>([
    ["tiers, or an amount that customers choose", { unit_amount: null, unit_amount_decimal: null }],
    ["a meter", { recurring: { interval: "month", interval_count: 1, usage_type: "metered" } }],
    ["several currencies", { currency_options: { usd: {}, eur: {} } }],
  ])("refuses a price of %s, before it writes", async (_, shown) => {
    const { priceId } = await aProduct();
    await expect(showing(shown).replacePrice(priceId, { unitAmount: 1 })).rejects.toMatchObject({
      code: "conflict",
      message:
        "A price with tiers, a meter, an amount that customers choose, or amounts in several currencies cannot be " +
        "replaced by one of a single amount.",
    });
    expect(world.takeRequests()).toEqual([`GET /v1/prices/${priceId}`]);
  });

  it.each([
    ["its details", ["the new price", "the product's default price"]],
    ["the product's default price", ["the new price", "its details"]],
    ["the end of the old price", ["the new price", "its details", "the product's default price"]],
  ])("says what is done where %s is refused", async (failed, completed) => {
    const { productId, priceId } = await aProduct();
    await world.stripe.prices.update(priceId, { nickname: "Pro" });
    const isRefused = (path: string) => {
      if (failed === "the product's default price") return path === `/v1/products/${productId}`;
      if (failed === "the end of the old price") return path === `/v1/prices/${priceId}`;
      return path.startsWith("/v1/prices/") && path !== `/v1/prices/${priceId}`;
    };
    const sdk = sdkFor(world.local);
    const stripe = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        method === "POST" && isRefused(path)
          ? Promise.reject({ statusCode: 400, rawType: "invalid_request_error" })
          : sdk.rawRequest(method, path, ...rest),
    };
    const refusing = world.service({ stripe }).forTenant("acme");
    await expect(refusing.replacePrice(priceId, { unitAmount: 9 })).rejects.toMatchObject({
      code: "indeterminate",
      completed,
      failed,
    });
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

    await expect(acme.replacePrice(priceId, { unitAmount: 3 })).rejects.toMatchObject({
      code: "conflict",
      message:
        "The same replacement was made before, and its price has been archived since. Use another idempotencyKey to repeat it.",
    });
    const second = await acme.replacePrice(priceId, { unitAmount: 3, idempotencyKey: "again" });
    expect((await acme.getProduct(productId)).prices).toEqual([second]);
  });
});
