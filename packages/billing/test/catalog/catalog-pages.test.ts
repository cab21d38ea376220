import { describe, expect, it } from "vitest";
import {
  CatalogCache,
  type CatalogPage,
  type PageName,
} from "../../src/capabilities/catalog/catalog-cache.js";

const NAME: PageName = { account: undefined, tenantId: "acme", limit: 10, after: undefined };
const page = (nextCursor: string): CatalogPage => ({ products: [], nextCursor, pricesByProduct: new Map() });

describe("a page of a catalogue that is remembered", () => {
  it.each<[string, Partial<PageName>]>([
    ["tenant", { tenantId: "globex" }],
    ["tenant of another letter case", { tenantId: "ACME" }],
    ["account", { account: "acct_1" }],
    ["size", { limit: 11 }],
    ["place in the list", { after: "prod_1" }],
  ])("is found again, and for no other %s", (_, other) => {
    const cache = new CatalogCache(60_000);
    cache.keep(NAME, page("own"), performance.now());
    expect(cache.find({ ...NAME, ...other })).toBeUndefined();

    cache.keep({ ...NAME, ...other }, page("another's"), performance.now());
    expect(cache.find(NAME)).toEqual(page("own"));
    expect(cache.find({ ...NAME, ...other })).toEqual(page("another's"));
  });

  it("is forgotten for its own tenant alone", () => {
    const cache = new CatalogCache(60_000);
    cache.keep(NAME, page("own"), performance.now());
    cache.keep({ ...NAME, tenantId: "globex" }, page("another's"), performance.now());
    cache.forget("acme");

    expect(cache.find(NAME)).toBeUndefined();
    expect(cache.find({ ...NAME, tenantId: "globex" })).toEqual(page("another's"));
  });
});
