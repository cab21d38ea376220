import { describe, expect, it } from "vitest";
import { metadataTenancy, NotFoundError } from "../../../src/index.js";
import type { GateToStripe } from "../../../src/tenancy/gate/gate.js";
import { ScopedCatalog } from "../../../src/tenancy/scope/scoped-catalog.js";
import { indiscreetGate, OWN_AND_SHARED, scopeOptions } from "../gate/indiscreet-gate.js";

const inSharedAccount = (asked: unknown[] = []) => new ScopedCatalog(scopeOptions(), indiscreetGate(asked));

function inOwnAccount(asked: unknown[] = []): ScopedCatalog {
  const tenancy = { ...metadataTenancy(), productQuery: () => undefined };
  return new ScopedCatalog(scopeOptions({ account: "acct_1", tenancy }), indiscreetGate(asked));
}

/** A catalogue whose gate hands over these answers, one after the other, and notes what it was asked with. */
function over(answers: readonly object[], { own = true, asked = [] as object[] } = {}): ScopedCatalog {
  const left = [...answers];
  const next = async (params: object) => {
    asked.push(params);
    const answer = left.shift();
    if (answer === undefined || answer instanceof Error)
      throw answer ?? new Error("Nothing more was expected.");
    return answer;
  };
  const gate = {
    retrieve: (_call: string, _ids: object, params: object) => next(params),
    list: (_call: string, params: object) => next(params),
    search: async (
      _call: string,
      _query: string,
      params: object,
      isWanted: (hit: never) => boolean = () => true,
    ) => {
      const { hits, nextPage } = (await next(params)) as { hits: never[]; nextPage: string | null };
      return { hits: hits.filter(isWanted), nextPage };
    },
  } as unknown as GateToStripe; // it answers with less than Stripe does
  const tenancy = { ...metadataTenancy(), ...(own && { productQuery: () => undefined }) };
  return new ScopedCatalog(scopeOptions({ tenancy, ...(own && { account: "acct_1" }) }), gate);
}

const product = (id: string) => ({ id, object: "product", metadata: { tenantId: "acme" } });
const price = (id: string, productId: string, tenantId = "acme") => ({
  id,
  object: "price",
  active: true,
  product: productId,
  metadata: { tenantId },
});

describe("a price", () => {
  it.each([
    ["its product's id alone", "prod_1"],
    ["a deleted product", { ...product("prod_1"), deleted: true }],
    ["another tenant's product", { ...product("prod_1"), metadata: { tenantId: "globex" } }],
  ])("is not found with %s", async (_, of) => {
    const catalog = over([{ ...price("price_1", "prod_1"), product: of }]);
    await expect(catalog.price("price_1")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a page of products", () => {
  it("is asked for from its cursor on, and says where the next begins", async () => {
    const asked: object[] = [];
    const page = { data: [product("prod_3"), product("prod_2"), product("prod_1")], has_more: true };
    const catalog = over([page, { ...page, has_more: false }, { data: [], has_more: true }], { asked });

    expect((await catalog.products(2, undefined)).nextCursor).toBe("prod_1");
    expect((await catalog.products(2, "prod_9")).nextCursor).toBeNull();
    expect((await catalog.products(2, undefined)).nextCursor).toBeNull();
    const first = { limit: 2, expand: ["data.default_price.tiers"] };
    expect(asked).toEqual([first, { ...first, starting_after: "prod_9" }, first]);
  });

  it("is asked for with a search's cursor where tenants share an account", async () => {
    const asked: object[] = [];
    const found = { hits: [product("prod_1")], nextPage: "bmV4dA==" };
    const catalog = over([found, { ...found, nextPage: null }], { own: false, asked });

    expect((await catalog.products(2, undefined)).nextCursor).toBe("bmV4dA==");
    expect((await catalog.products(2, "bmV4dA==")).nextCursor).toBeNull();
    const first = { limit: 2, expand: ["data.default_price.tiers"] };
    expect(asked).toEqual([first, { ...first, page: "bmV4dA==" }]);
  });

  it("has no cursor that Stripe does not find, and hands on every other failure", async () => {
    const missing = new NotFoundError("Missing.");
    const other = new RangeError("a mistake");
    await expect(over([missing]).products(2, "prod_9")).rejects.toMatchObject({
      code: "invalid_argument",
      message: "after must be the nextCursor of a page of this list.",
    });
    await expect(over([missing]).products(2, undefined)).rejects.toBe(missing);
    await expect(over([other]).products(2, "prod_9")).rejects.toBe(other);
  });
});

describe("the prices of a whole account", () => {
  it("are two pages at most, the second from the first one's last on", async () => {
    const asked: object[] = [];
    const pages = ["price_3", "price_2", "price_1"].map((id) => ({
      data: [price(id, "prod_1")],
      has_more: true,
    }));
    const { prices, isAll } = await over(pages, { asked }).allPrices(new Set());

    expect(prices.map(({ id }) => id)).toEqual(["price_3", "price_2"]);
    expect(isAll).toBe(false);
    const first = { active: true, limit: 100, expand: ["data.tiers"] };
    expect(asked).toEqual([first, { ...first, starting_after: "price_3" }]);
  });

  it("are all there where a page is the last, or holds nothing", async () => {
    const one = { data: [price("price_1", "prod_1")], has_more: false };
    expect(await over([one]).allPrices(new Set())).toMatchObject({
      isAll: true,
      prices: [{ id: "price_1" }],
    });
    const none = { data: [], has_more: true };
    expect(await over([none]).allPrices(new Set())).toEqual({ isAll: false, prices: [] });
  });

  it("are those of the products and with the tenant's mark, where a search finds more", async () => {
    const hits = [
      price("price_1", "prod_1"),
      price("price_2", "prod_2"),
      price("price_3", "prod_1", "globex"),
    ];
    const catalog = over([{ hits, nextPage: null }], { own: false });
    expect((await catalog.allPrices(new Set(["prod_1"]))).prices.map(({ id }) => id)).toEqual(["price_1"]);
  });
});

describe("the prices of some products", () => {
  const page = (nextPage: string | null, ...hits: object[]) => ({ hits, nextPage });

  it("are every page that a search finds, without what is archived or of another product", async () => {
    const asked: object[] = [];
    const pages = [
      page("second", price("price_5", "prod_1"), { ...price("price_4", "prod_1"), active: false }),
      page("third", price("price_3", "prod_9")),
      page(null, price("price_2", "prod_2"), price("price_1", "prod_1")),
    ];
    const prices = await over(pages, { own: false, asked }).pricesOfProducts(["prod_1", "prod_2"]);

    expect(prices.map(({ id }) => id)).toEqual(["price_5", "price_2", "price_1"]);
    const first = { limit: 100, expand: ["data.tiers"] };
    expect(asked).toEqual([first, { ...first, page: "second" }, { ...first, page: "third" }]);
  });

  it("are not all there where a whole catalogue takes more than two pages of a search", async () => {
    const pages = ["second", "third", null].map((next, at) => page(next, price(`price_${at}`, "prod_1")));
    const { prices, isAll } = await over(pages, { own: false }).allPrices(new Set(["prod_1"]));
    expect(prices.map(({ id }) => id)).toEqual(["price_0", "price_1"]);
    expect(isAll).toBe(false);
    expect(await over([page(null)], { own: false }).allPrices(new Set())).toEqual({
      prices: [],
      isAll: true,
    });
  });
});

describe("a product", () => {
  it("comes with its default price", async () => {
    const asked: object[] = [];
    await over([product("prod_1")], { asked }).product("prod_1");
    expect(asked).toEqual([{ expand: ["default_price.tiers"] }]);
  });
});

describe("the prices of one product", () => {
  it("are every page of them", async () => {
    const pages = ["price_3", "price_2", "price_1"].map((id) => ({
      data: [price(id, "prod_1")],
      has_more: id !== "price_1",
    }));
    const asked: object[] = [];
    expect((await over(pages, { asked }).productPrices("prod_1")).map(({ id }) => id)).toEqual([
      "price_3",
      "price_2",
      "price_1",
    ]);
    const first = { product: "prod_1", active: true, limit: 100, expand: ["data.tiers"] };
    expect(asked).toEqual([
      first,
      { ...first, starting_after: "price_3" },
      { ...first, starting_after: "price_2" },
    ]);
  });
});

describe("the products that a search finds", () => {
  it("are the tenant's own and those that all share", async () => {
    expect((await inSharedAccount().products(10, undefined)).products).toEqual(OWN_AND_SHARED);
  });

  it("go on from a search's cursor, and from no id", async () => {
    const asked: unknown[] = [];
    const catalog = inSharedAccount(asked);
    for (const cursor of ["prod_globex", "cus_1", "price_1"]) {
      await expect(catalog.products(10, cursor)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(asked).toEqual([]);
    await expect(catalog.products(10, "WzEuMF0=")).resolves.toBeDefined();
  });
});

describe("the products of an account of the tenant's own", () => {
  it("go on from a product, whatever it is called, and from nothing else", async () => {
    const asked: unknown[] = [];
    const catalog = inOwnAccount(asked);
    for (const cursor of ["WzEuMF0=", "../products", "search"]) {
      await expect(catalog.products(10, cursor)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(asked).toEqual([]);
    for (const cursor of ["prod_1", "gold-monthly"]) {
      await expect(catalog.products(10, cursor)).resolves.toBeDefined();
    }
  });
});

describe("all prices", () => {
  it("are listed in an account of the tenant's own, and searched for in one that tenants share", async () => {
    const asked: unknown[] = [];
    await inOwnAccount(asked).allPrices(new Set());
    await inSharedAccount(asked).allPrices(new Set());

    expect(asked).toEqual([
      ["GET /v1/prices"],
      ["GET /v1/prices/search", 'metadata["tenantId"]:"acme" AND active:"true"'],
    ]);
  });
});

describe("a tenant's lookup key", () => {
  it("stands behind the tenant's name, but in an account of its own", () => {
    expect(inSharedAccount().lookupKey("pro")).toBe("acme//pro");
    expect(inOwnAccount().lookupKey("pro")).toBe("pro");
  });
});
