import type Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CatalogCache,
  type CatalogPage,
  type PageName,
} from "../../src/capabilities/catalog/catalog-cache.js";
import { shaped } from "../views/stripe-shape.js";

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

  it("is forgotten where it leads to a cursor that is refused, and no other page is", () => {
    const cache = new CatalogCache(60_000);
    const next = { ...NAME, after: "prod_1" };
    cache.keep(NAME, page("prod_1"), performance.now());
    cache.keep(next, page("prod_2"), performance.now());
    cache.keep({ ...NAME, tenantId: "globex" }, page("prod_1"), performance.now());
    cache.forgetBefore({ ...NAME, after: "prod_9" });
    expect(cache.find(NAME)).toEqual(page("prod_1"));
    cache.forgetBefore(next);
    expect(cache.find(NAME)).toBeUndefined();
    expect(cache.find(next)).toEqual(page("prod_2"));
    expect(cache.find({ ...NAME, tenantId: "globex" })).toEqual(page("prod_1"));
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

describe("the time and room that pages have", () => {
  const LAG_MS = 60_000;
  /** As many characters as a cache holds. */
  const CAPACITY = 2 ** 24;
  let nowMs: number;

  beforeEach(() => {
    nowMs = 1_000_000;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  const of = (tenantId: string): PageName => ({ ...NAME, tenantId });
  /** A page that takes about this many characters. */
  const long = (characters: number): CatalogPage => ({
    ...page("long"),
    products: [shaped<Stripe.Product>({ id: "prod_1", name: "x".repeat(characters) })],
  });

  it("end after their lifetime", () => {
    const cache = new CatalogCache(5_000);
    cache.keep(NAME, page("own"), nowMs);
    nowMs += 4_999;
    expect(cache.find(NAME)).toEqual(page("own"));
    nowMs += 1;
    expect(cache.find(NAME)).toBeUndefined();
  });

  it("are none where they are switched off", () => {
    const cache = new CatalogCache(0);
    cache.keep(NAME, page("own"), nowMs);
    nowMs -= 1; // a clock that is read a little earlier
    expect(cache.find(NAME)).toBeUndefined();
  });

  it.each([
    ["the tenant's", "acme"],
    ["everyone's", undefined],
  ])("begin a minute after %s catalogue has changed", (_, tenantId) => {
    const cache = new CatalogCache(600_000);
    cache.forget(tenantId);
    nowMs += LAG_MS - 1;
    cache.keep(NAME, page("too early"), nowMs);
    expect(cache.find(NAME)).toBeUndefined();
    nowMs += 1;
    cache.keep(NAME, page("own"), nowMs);
    expect(cache.find(NAME)).toEqual(page("own"));
  });

  it("begin at once for another tenant", () => {
    const cache = new CatalogCache(600_000);
    cache.forget("globex");
    cache.keep(NAME, page("own"), nowMs);
    expect(cache.find(NAME)).toEqual(page("own"));
  });

  it("are everyone's to wait for once too many tenants have changed theirs", () => {
    const cache = new CatalogCache(600_000);
    for (let index = 0; index < 20_000; index++) cache.forget(`t${index}`);
    cache.keep(of("quiet"), page("own"), nowMs);
    expect(cache.find(of("quiet"))).toEqual(page("own"));
    cache.forget("one more");
    cache.keep(of("quieter"), page("own"), nowMs);
    expect(cache.find(of("quieter"))).toBeUndefined();
    nowMs += LAG_MS;
    cache.keep(of("quieter"), page("own"), nowMs);
    expect(cache.find(of("quieter"))).toEqual(page("own"));
  });

  it("are forgotten where there is no more room, those that were used longest ago first", () => {
    const cache = new CatalogCache(600_000);
    const third = long(CAPACITY / 3 - 2_000);
    for (const tenantId of ["one", "two", "three"]) cache.keep(of(tenantId), third, nowMs);
    expect(cache.find(of("one"))).toBe(third);
    cache.keep(of("four"), third, nowMs);
    expect(cache.find(of("two"))).toBeUndefined();
    for (const tenantId of ["one", "three", "four"]) expect(cache.find(of(tenantId))).toBe(third);
  });

  it("take room once, however often they are kept, and none once they are forgotten", () => {
    const cache = new CatalogCache(600_000);
    const half = long(CAPACITY / 2 - 2_000);
    for (let times = 0; times < 3; times++) cache.keep(of("one"), half, nowMs);
    cache.keep(of("two"), half, nowMs);
    for (const tenantId of ["one", "two"]) expect(cache.find(of(tenantId))).toBe(half);
    cache.forget("one");
    cache.keep(of("three"), half, nowMs);
    for (const tenantId of ["two", "three"]) expect(cache.find(of(tenantId))).toBe(half);
    cache.forget();
    nowMs += LAG_MS;
    for (const tenantId of ["four", "five"]) cache.keep(of(tenantId), half, nowMs);
    for (const tenantId of ["four", "five"]) expect(cache.find(of(tenantId))).toBe(half);
    expect(cache.find(of("two"))).toBeUndefined();
  });

  it("are not kept where one alone takes all the room", () => {
    const cache = new CatalogCache(600_000);
    cache.keep(NAME, long(CAPACITY), nowMs);
    expect(cache.find(NAME)).toBeUndefined();
  });
});
