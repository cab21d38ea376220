import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectTenancy, NotFoundError, type StripeBillingService } from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

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

const SEARCH_PRODUCTS = "GET /v1/products/search";
const SEARCH_PRICES = "GET /v1/prices/search";

/** Products as this package makes them, or with prices as the Dashboard does. */
async function stock(
  tenantId: string,
  count: number,
  { pricesEach = 1, marked = true, stripeAccount = "" } = {},
): Promise<string[]> {
  const mark = stripeAccount === "" ? { tenantId } : {};
  const options = stripeAccount === "" ? {} : { stripeAccount };
  const metadata = marked ? mark : {};
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { id } = await world.stripe.products.create(
        {
          name: `${tenantId} ${index}`,
          metadata: mark,
          default_price_data: { currency: "usd", unit_amount: index, metadata },
        },
        options,
      );
      for (let extra = 1; extra < pricesEach; extra++) {
        await world.stripe.prices.create(
          { product: id, currency: "usd", unit_amount: 1_000 + index, metadata },
          options,
        );
      }
      return id;
    }),
  );
}

describe("listTenantProducts of two tenants", () => {
  it("shows each its own, and makes neither wait for the other", async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const stripe = clientThat(world.local, async ({ path }, send) => {
      if (path.includes("acme")) await held;
      return send();
    });
    const service = world.service({ stripe });
    const namesFor = async (tenantId: string) =>
      (await service.forTenant(tenantId).listTenantProducts()).data.map(({ name }) => name);
    const slow = namesFor("acme");

    expect(await namesFor("globex")).toEqual(["globex Pro"]);
    letGo();
    expect(await slow).toEqual(["acme Pro"]);
    expect(await namesFor("globex")).toEqual(["globex Pro"]);
  });
});

describe("listTenantProducts with prices", () => {
  it("shows every active price, the newest first, wherever it was made", async () => {
    const product = await billing.forTenant("lister").createProduct({
      name: "Pro",
      price: { currency: "usd", unitAmount: 100 },
    });
    world.local.advanceBy(2_000);
    const yearly = await billing.forTenant("lister").createPrice(product.id, {
      currency: "usd",
      unitAmount: 1_000,
      recurring: { interval: "year" },
    });
    world.local.advanceBy(2_000);
    const dashboard = await world.stripe.prices.create({
      product: product.id,
      currency: "eur",
      unit_amount: 90,
    });
    const archived = await world.stripe.prices.create({
      product: product.id,
      currency: "eur",
      unit_amount: 1,
      active: false,
    });
    const { data } = await billing.forTenant("lister").listTenantProducts();
    expect(data.map(({ prices }) => prices.map(({ id }) => id))).toEqual([
      [dashboard.id, yearly.id, product.defaultPrice?.id],
    ]);
    expect(data[0]?.prices).not.toContainEqual(expect.objectContaining({ id: archived.id }));
    expect(Object.isFrozen(data[0]?.prices)).toBe(true);
  });

  it("takes two requests for ten products, and three for twenty", async () => {
    await stock("twenty", 20, { pricesEach: 2, marked: false });
    world.takeRequests();
    const ten = await billing.forTenant("twenty").listTenantProducts();
    expect(ten.data.every(({ prices }) => prices.length === 2)).toBe(true);
    expect(world.takeRequests()).toEqual([SEARCH_PRODUCTS, SEARCH_PRICES]);

    const twenty = await billing.forTenant("twenty").listTenantProducts({ limit: 20 });
    expect(twenty.data.every(({ prices }) => prices.length === 2)).toBe(true);
    expect(world.takeRequests()).toEqual([SEARCH_PRODUCTS, SEARCH_PRICES, SEARCH_PRICES]);
  });

  it("takes three requests for a hundred products with two hundred prices among many of others, then none", async () => {
    await stock("hundred", 100, { pricesEach: 2 });
    await stock("crowd", 300);
    world.takeRequests();
    const service = billing.forTenant("hundred");
    const { data } = await service.listTenantProducts({ limit: 100 });
    expect(data).toHaveLength(100);
    expect(data.every(({ prices }) => prices.length === 2)).toBe(true);
    expect(world.takeRequests()).toEqual([SEARCH_PRODUCTS, SEARCH_PRICES, SEARCH_PRICES]);

    expect((await service.listTenantProducts({ limit: 100 })).data).toEqual(data);
    expect(world.takeRequests()).toEqual([]);
  });

  it("finds the prices of products that were made elsewhere on a long page as well", async () => {
    await stock("mixed", 15);
    const elsewhere = await stock("mixed", 8, { pricesEach: 2, marked: false });
    const bare = await world.stripe.products.create({ name: "Bare", metadata: { tenantId: "mixed" } });
    await world.stripe.prices.create({ product: bare.id, currency: "usd", unit_amount: 5 });
    world.takeRequests();
    const { data } = await billing.forTenant("mixed").listTenantProducts({ limit: 100 });
    expect(data.find(({ id }) => id === bare.id)?.prices).toHaveLength(1);
    for (const id of elsewhere) {
      expect(data.find((product) => product.id === id)?.prices).toHaveLength(2);
    }
    expect(world.takeRequests()).toEqual([SEARCH_PRODUCTS, SEARCH_PRICES, SEARCH_PRICES]);
  });

  it("asks by product where a tenant has more prices than two pages hold", async () => {
    await stock("plenty", 30, { pricesEach: 8 });
    world.takeRequests();
    const { data } = await billing.forTenant("plenty").listTenantProducts({ limit: 30 });
    expect(data).toHaveLength(30);
    expect(data.every(({ prices }) => prices.length === 8)).toBe(true);
    expect(world.takeRequests()).toEqual([
      SEARCH_PRODUCTS,
      ...Array(2).fill(SEARCH_PRICES),
      ...Array(3).fill(SEARCH_PRICES),
    ]);
  });

  it("shows shared products with their prices, and never a price of another tenant's that bears the mark", async () => {
    const shared = await world.stripe.products.create({
      name: "Support",
      metadata: { tenantId: "*" },
      default_price_data: { currency: "usd", unit_amount: 7 },
    });
    const forged = await world.stripe.prices.create({
      product: globex.productId,
      currency: "usd",
      unit_amount: 1,
      metadata: { tenantId: "buyer" },
    });
    await stock("buyer", 30);
    const { data } = await billing.forTenant("buyer").listTenantProducts({ limit: 100 });
    expect(data.find(({ id }) => id === shared.id)).toMatchObject({
      shared: true,
      prices: [{ unitAmount: 7 }],
    });
    expect(data.flatMap(({ prices }) => prices).map(({ id }) => id)).not.toContain(forged.id);
    await world.stripe.products.update(shared.id, { metadata: { tenantId: "" } });
  });

  it("shows the default price at once, while the search knows neither it nor the others", async () => {
    const [productId = ""] = await stock("early", 1, { pricesEach: 2 });
    world.local.setSearchDelay(60_000);
    const renamed = await billing.forTenant("early").updateProduct(productId, { name: "Renamed" });
    world.local.setSearchDelay(0);
    expect(renamed.prices).toHaveLength(2);
  });

  it("lists a connected account's catalogue in two requests, however many prices it has been given", async () => {
    const account = world.local.connectAccount();
    const tenancy = connectTenancy({
      accountOf: (tenantId) => (tenantId === "far" ? account : undefined),
      tenantOf: (id) => (id === account ? "far" : undefined),
    });
    await stock("far", 30, { pricesEach: 3, stripeAccount: account });
    world.takeRequests();
    const { data } = await world.service({ tenancy }).forTenant("far").listTenantProducts({ limit: 100 });
    expect(data).toHaveLength(30);
    expect(data.every(({ prices }) => prices.length === 3)).toBe(true);
    expect(world.takeRequests()).toEqual(["GET /v1/products", "GET /v1/prices"]);
  });
});

describe("a walk over a connected account's products", () => {
  it("that deletes each neither stops nor skips, though its first page is remembered", async () => {
    const account = world.local.connectAccount();
    const tenancy = connectTenancy({
      accountOf: (tenantId) => (tenantId === "away" ? account : undefined),
      tenantOf: (id) => (id === account ? "away" : undefined),
    });
    const ids: string[] = [];
    for (let more = 0; more < 5; more++) {
      const options = { stripeAccount: account };
      ids.push((await world.stripe.products.create({ name: "Plan" }, options)).id);
    }
    const away = world.service({ tenancy }).forTenant("away");
    const seen: string[] = [];
    for await (const { id } of away.listTenantProducts({ limit: 2 })) {
      seen.push(id);
      await world.stripe.products.del(id, undefined, { stripeAccount: account });
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it("is refused a cursor that its list never had", async () => {
    const account = world.local.connectAccount();
    const tenancy = connectTenancy({ accountOf: () => account, tenantOf: () => "away" });
    const away = world.service({ tenancy }).forTenant("away");
    for (const after of ["prod_missing", "cus_1"]) {
      await expect(away.listTenantProducts({ after })).rejects.toMatchObject({
        code: "invalid_argument",
        message: "after must be the nextCursor of a page of this list.",
      });
    }
  });
});

describe("getProduct", () => {
  it("shows all prices at once, in two requests", async () => {
    const [productId = ""] = await stock("getter", 1, { pricesEach: 120, marked: false });
    world.local.setSearchDelay(60_000);
    world.takeRequests();
    const product = await billing.forTenant("getter").getProduct(productId);
    world.local.setSearchDelay(0);
    expect(new Set(product.prices.map(({ id }) => id)).size).toBe(120);
    expect(world.takeRequests()).toEqual([
      `GET /v1/products/${productId}`,
      "GET /v1/prices",
      "GET /v1/prices",
    ]);
  });

  it("shows prices of one second in one order, however Stripe lists them", async () => {
    const [productId = ""] = await stock("orderly", 1, { pricesEach: 4 });
    const orders = new Set<string>();
    for (const isReversed of [false, true]) {
      const stripe = clientThat(world.local, async ({ path }, send) => {
        if (!path.startsWith("/v1/prices?")) return send();
        const list = Object(await (await send()).toJSON());
        const data = list.data.map((one: object) => ({ ...one, created: 1_700_000_000 }));
        return answer(200, { ...list, data: isReversed ? data.reverse() : data });
      });
      const { prices } = await world.service({ stripe }).forTenant("orderly").getProduct(productId);
      orders.add(prices.map(({ id }) => id).join());
    }
    expect(orders.size).toBe(1);
  });

  it("shows products by ids of the account's own choice, unless they are another tenant's", async () => {
    const chosen = { name: "Gold", metadata: { tenantId: "acme" } };
    await world.stripe.products.create({ id: "gold-monthly_2", ...chosen });
    const own = billing.forTenant("acme");
    expect(await own.getProduct("gold-monthly_2")).toMatchObject({ id: "gold-monthly_2", shared: false });
    expect((await own.updateProduct("gold-monthly_2", { name: "Gold 2" })).name).toBe("Gold 2");
    const price = await own.createPrice("gold-monthly_2", { currency: "usd", unitAmount: 5 });
    expect(price.productId).toBe("gold-monthly_2");
    await expect(billing.forTenant("globex").getProduct("gold-monthly_2")).rejects.toThrow(NotFoundError);
    world.takeRequests();
    await expect(own.getProduct("search")).rejects.toThrow("productId must be the id of a Stripe product");
    expect(world.takeRequests()).toEqual([]);
    await own.archiveProduct("gold-monthly_2");
  });

  it("shows shared products, and neither another tenant's nor a missing one", async () => {
    const shared = await world.stripe.products.create({ name: "S", metadata: { tenantId: "*" } });
    expect(await billing.forTenant("acme").getProduct(shared.id)).toMatchObject({ shared: true, prices: [] });
    for (const id of [globex.productId, "prod_missing"]) {
      await expect(billing.forTenant("acme").getProduct(id)).rejects.toThrow(NotFoundError);
    }
    await world.stripe.products.update(shared.id, { metadata: { tenantId: "" } });
  });
});

describe("createProduct", () => {
  it("makes a product and its first price in one request, both with the tenant's mark", async () => {
    const product = await billing.forTenant("acme").createProduct({
      name: "price_team",
      description: "For teams",
      features: ["Unlimited seats", "card_reader"],
      images: ["https://img.example/a.png"],
      unitLabel: "seat",
      url: "https://acme.example/team",
      metadata: { tier: "team" },
      price: { currency: "EUR", unitAmount: 900, recurring: { interval: "month", intervalCount: 3 } },
    });
    expect(product).toMatchObject({
      name: "price_team",
      description: "For teams",
      active: true,
      shared: false,
      features: ["Unlimited seats", "card_reader"],
      images: ["https://img.example/a.png"],
      unitLabel: "seat",
      url: "https://acme.example/team",
      metadata: { tier: "team" },
      rawMetadata: { tier: "team" },
      metadataIssues: [],
      defaultPrice: { currency: "eur", unitAmount: 900, recurring: { interval: "month", intervalCount: 3 } },
    });
    expect(product.prices).toEqual([product.defaultPrice]);
    expect(world.takeRequests()).toEqual(["POST /v1/products"]);
    const stored = await world.stripe.products.retrieve(product.id, { expand: ["default_price"] });
    expect(stored.metadata).toEqual({ tenantId: "acme", tier: "team" });
    expect(stored.default_price).toMatchObject({ metadata: { tenantId: "acme" } });
  });

  it("makes it once for one idempotency key", async () => {
    const service = billing.forTenant("acme");
    const first = await service.createProduct({ name: "Once", idempotencyKey: "once" });
    expect(await service.createProduct({ name: "Once", idempotencyKey: "once" })).toEqual(first);
    await expect(service.createProduct({ name: "Twice", idempotencyKey: "once" })).rejects.toMatchObject({
      code: "conflict",
    });
    const other = await billing.forTenant("globex").createProduct({ name: "Once", idempotencyKey: "once" });
    expect(other.id).not.toBe(first.id);
  });
});

describe("createProduct and updateProduct", () => {
  it.each([{ tenantId: "globex" }, { TenantID: null }, { billingReference: "theirs" }])(
    "refuse %j, which would forge what the package writes",
    async (metadata) => {
      const service = billing.forTenant("acme");
      const refusal = { code: "reserved_metadata" };
      await expect(service.createProduct({ name: "Mine", metadata })).rejects.toMatchObject(refusal);
      await expect(service.updateProduct(acme.productId, { metadata })).rejects.toMatchObject(refusal);
      expect(world.takeRequests()).toEqual([]);
    },
  );
});

describe("updateProduct and archiveProduct", () => {
  it("change what is named, clear what is emptied, and leave the rest", async () => {
    const service = billing.forTenant("acme");
    const { id } = await service.createProduct({
      name: "Old",
      description: "Old",
      features: ["Old"],
      images: ["https://img.example/a.png"],
      metadata: { kept: "1", gone: "1" },
    });
    world.takeRequests();
    const changed = await service.updateProduct(id, {
      name: "New",
      description: null,
      features: [],
      metadata: { gone: null, added: "1" },
    });
    expect(changed).toMatchObject({
      name: "New",
      description: null,
      features: [],
      images: ["https://img.example/a.png"],
      metadata: { kept: "1", added: "1" },
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/products/${id}`,
      `POST /v1/products/${id}`,
      "GET /v1/prices",
    ]);
  });

  it("archive it, succeed when it is archived, and put it on sale again", async () => {
    const service = billing.forTenant("acme");
    const { id } = await service.createProduct({ name: "Seasonal" });
    const archived = await service.archiveProduct(id);
    expect(archived.active).toBe(false);
    world.takeRequests();
    expect(await service.archiveProduct(id)).toEqual(archived);
    expect(world.takeRequests()).toEqual([`GET /v1/products/${id}`, "GET /v1/prices"]);
    expect((await service.updateProduct(id, { active: true })).active).toBe(true);
  });

  it("leave another tenant's product, a shared one and a missing one alone, all with the same error", async () => {
    const shared = await world.stripe.products.create({
      name: "Shared",
      metadata: { tenantId: "*" },
      default_price_data: { currency: "usd", unit_amount: 1 },
    });
    const [sharedPrice] = (await world.stripe.prices.list({ product: shared.id })).data;
    const service = billing.forTenant("acme");
    world.takeRequests();
    for (const id of [globex.productId, shared.id, "prod_missing"]) {
      await expect(service.updateProduct(id, { name: "Mine" })).rejects.toThrow(NotFoundError);
      await expect(service.archiveProduct(id)).rejects.toThrow(NotFoundError);
      await expect(service.createPrice(id, { currency: "usd", unitAmount: 1 })).rejects.toThrow(
        NotFoundError,
      );
    }
    for (const id of [globex.priceId, sharedPrice?.id ?? "", "price_missing"]) {
      await expect(service.archivePrice(id)).rejects.toThrow(NotFoundError);
      await expect(service.setDefaultPrice(id)).rejects.toThrow(NotFoundError);
      await expect(service.replacePrice(id, { unitAmount: 1 })).rejects.toThrow(NotFoundError);
    }
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
    await world.stripe.products.update(shared.id, { metadata: { tenantId: "" } });
  });

  it("refuse a change of nothing, and of whether it is sold to what is neither", async () => {
    const update = (changes: object) => billing.forTenant("acme").updateProduct(acme.productId, changes);
    await expect(update({})).rejects.toMatchObject({
      code: "invalid_argument",
      message: "Name at least one detail to change.",
    });
    await expect(billing.forTenant("acme").listTenantProducts({ active: "no" as never })).rejects.toThrow(
      'active must be true, false or "all".',
    );
    await expect(update({ active: "no" })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("active must be"),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
