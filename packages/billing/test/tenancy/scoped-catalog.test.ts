import { describe, expect, it } from "vitest";
import { metadataTenancy } from "../../src/index.js";
import { ScopedCatalog } from "../../src/tenancy/scoped-catalog.js";
import { indiscreetGate, OWN_AND_SHARED, scopeOptions } from "./indiscreet-gate.js";

const inSharedAccount = (asked: unknown[] = []) => new ScopedCatalog(scopeOptions(), indiscreetGate(asked));

function inOwnAccount(asked: unknown[] = []): ScopedCatalog {
  const tenancy = { ...metadataTenancy(), productQuery: () => undefined };
  return new ScopedCatalog(scopeOptions({ account: "acct_1", tenancy }), indiscreetGate(asked));
}

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
  it("go on from a product, and from nothing else", async () => {
    const asked: unknown[] = [];
    const catalog = inOwnAccount(asked);
    for (const cursor of ["price_1", "WzEuMF0=", "../products"]) {
      await expect(catalog.products(10, cursor)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(asked).toEqual([]);
    await expect(catalog.products(10, "prod_1")).resolves.toBeDefined();
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
