import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Owner, OwnershipCache } from "../../src/tenancy/ownership-cache.js";

const ACME: Owner = { account: undefined, tenantId: "acme" };
const FIVE_MINUTES_MS = 5 * 60_000;
const CAPACITY = 20_000;

let cache: OwnershipCache;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  cache = new OwnershipCache(300_000);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whose proof it may be: tenant ids and accounts of every character they can have, short enough to meet again. */
const owner: fc.Arbitrary<Owner> = fc.record({
  account: fc.option(fc.stringMatching(/^acct_[a1_]{1,2}$/), { nil: undefined }),
  tenantId: fc.oneof(fc.stringMatching(/^[a1][a1_.:-]{0,3}$/), fc.stringMatching(/^acct_[a1]$/)),
});
/** Any text, since not every caller of the cache checks it for the form of an id. */
const objectId = fc.oneof(
  fc.stringMatching(/^(?:cus|sub)_[a1_]{1,2}$/),
  fc.string({ unit: fc.constantFrom("a", "1", "_", ".", ":", "-", "\n", "\0", " ") }),
);

describe("a proof", () => {
  it("is not overwritten by another tenant's of an object with the same id", () => {
    const globex: Owner = { account: undefined, tenantId: "globex" };
    for (const [owner, customerId] of [
      [ACME, "cus_a"],
      [globex, "cus_g"],
    ] as const) {
      cache.add(owner, customerId, customerId);
      cache.add(owner, "sub_1", customerId);
    }
    expect(cache.findCustomer(ACME, "sub_1")).toBe("cus_a");
    expect(cache.findCustomer(globex, "sub_1")).toBe("cus_g");
  });

  it("is recalled for its own account, tenant and object, and for no other", () => {
    fc.assert(
      fc.property(owner, objectId, owner, objectId, (of, id, other, otherId) => {
        const fresh = new OwnershipCache(300_000);
        fresh.add(of, id, id);
        const isSame = of.account === other.account && of.tenantId === other.tenantId && id === otherId;
        expect(fresh.findCustomer(other, otherId)).toBe(isSame ? id : undefined);
        expect(fresh.findCustomer(of, id)).toBe(id);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([":", ".", "-", "_"])("keeps its parts apart where ids have %s in them", (mark) => {
    cache.add({ account: undefined, tenantId: `a${mark}b` }, "c", "c");
    expect(cache.findCustomer({ account: undefined, tenantId: "a" }, `b${mark}c`)).toBeUndefined();
    cache.add({ account: "acct_1", tenantId: "a" }, "c", "c");
    expect(cache.findCustomer({ account: undefined, tenantId: `acct_1${mark}a` }, "c")).toBeUndefined();
    expect(cache.findCustomer({ account: `acct_1${mark}a`, tenantId: "c" }, "")).toBeUndefined();
  });

  it("is never that of a neighbour, among many owners and objects at once", () => {
    const proof = fc.record({ of: owner, id: objectId });
    fc.assert(
      fc.property(fc.array(proof, { maxLength: 30 }), fc.array(proof, { maxLength: 30 }), (proved, asked) => {
        const fresh = new OwnershipCache(300_000);
        const model = new Map<string, string>();
        const nameOf = ({ of, id }: typeof proof extends fc.Arbitrary<infer P> ? P : never) =>
          JSON.stringify([of.account ?? null, id]);
        for (const each of proved) {
          fresh.add(each.of, each.id, each.id);
          model.set(nameOf(each), each.of.tenantId);
        }
        for (const each of asked) {
          const isOwner = model.get(nameOf(each)) === each.of.tenantId;
          expect(fresh.findCustomer(each.of, each.id)).toBe(isOwner ? each.id : undefined);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("names the customer that an object belongs to", () => {
    cache.add(ACME, "cus_1", "cus_1");
    cache.add(ACME, "sub_1", "cus_1");
    expect(cache.findCustomer(ACME, "sub_1")).toBe("cus_1");
    expect(cache.findCustomer(ACME, "cus_1")).toBe("cus_1");
  });

  it("of a subscription is worth nothing without its customer's", () => {
    cache.add(ACME, "sub_1", "cus_1");
    expect(cache.findCustomer(ACME, "sub_1")).toBeUndefined();
    cache.add({ account: undefined, tenantId: "globex" }, "cus_1", "cus_1");
    expect(cache.findCustomer(ACME, "sub_1")).toBeUndefined();
  });

  it("of a subscription ends with its customer's, although it is younger", () => {
    cache.add(ACME, "cus_1", "cus_1");
    vi.advanceTimersByTime(FIVE_MINUTES_MS - 1);
    cache.add(ACME, "sub_1", "cus_1");
    expect(cache.findCustomer(ACME, "sub_1")).toBe("cus_1");
    vi.advanceTimersByTime(1);
    expect(cache.findCustomer(ACME, "sub_1")).toBeUndefined();
  });

  it("ends after five minutes, however often it was asked for", () => {
    cache.add(ACME, "cus_1", "cus_1");
    for (let minute = 0; minute < 5; minute++) {
      expect(cache.findCustomer(ACME, "cus_1")).toBe("cus_1");
      vi.advanceTimersByTime(60_000);
    }
    expect(cache.findCustomer(ACME, "cus_1")).toBeUndefined();
  });

  it("lasts five minutes more when it is made anew", () => {
    cache.add(ACME, "cus_1", "cus_1");
    vi.advanceTimersByTime(FIVE_MINUTES_MS - 1);
    cache.add(ACME, "cus_1", "cus_1");
    vi.advanceTimersByTime(FIVE_MINUTES_MS - 1);
    expect(cache.findCustomer(ACME, "cus_1")).toBe("cus_1");
  });
});

describe("an owner that changes", () => {
  const GLOBEX: Owner = { account: undefined, tenantId: "globex" };

  it("is forgotten with everything that the customer has, and in its own account alone", () => {
    const elsewhere: Owner = { account: "acct_1", tenantId: "acme" };
    cache.add(ACME, "cus_1", "cus_1");
    cache.add(ACME, "sub_1", "cus_1");
    cache.add(elsewhere, "cus_1", "cus_1");
    cache.forget(undefined, "cus_1");

    expect(cache.findCustomer(ACME, "cus_1")).toBeUndefined();
    expect(cache.findCustomer(ACME, "sub_1")).toBeUndefined();
    expect(cache.findCustomer(elsewhere, "cus_1")).toBe("cus_1");
  });

  it("leaves the former one nothing as soon as the new one is proved", () => {
    cache.add(ACME, "cus_1", "cus_1");
    cache.add(ACME, "sub_1", "cus_1");
    cache.add(GLOBEX, "cus_1", "cus_1");

    expect(cache.findCustomer(ACME, "cus_1")).toBeUndefined();
    expect(cache.findCustomer(ACME, "sub_1")).toBeUndefined();
    expect(cache.findCustomer(GLOBEX, "cus_1")).toBe("cus_1");
  });

  it("is not remembered from an answer that was asked for before it was forgotten", () => {
    const askedAtMs = performance.now();
    vi.advanceTimersByTime(1);
    cache.forget(undefined, "cus_1");
    cache.add(ACME, "cus_1", "cus_1", askedAtMs);
    expect(cache.findCustomer(ACME, "cus_1")).toBeUndefined();

    vi.advanceTimersByTime(1);
    cache.add(ACME, "cus_1", "cus_1", performance.now());
    expect(cache.findCustomer(ACME, "cus_1")).toBe("cus_1");
  });

  it("is never remembered where the window is 0", () => {
    const none = new OwnershipCache(0);
    none.add(ACME, "cus_1", "cus_1");
    expect(none.findCustomer(ACME, "cus_1")).toBeUndefined();
  });
});

describe("the number of proofs", () => {
  const proveMany = (count: number, tenantId: string) => {
    for (let i = 0; i < count; i++) cache.add({ account: undefined, tenantId }, `cus_${i}`, `cus_${i}`);
  };

  it("is bounded: the one that was used longest ago is forgotten", () => {
    cache.add(ACME, "cus_renewed", "cus_renewed");
    cache.add(ACME, "cus_used", "cus_used");
    cache.add(ACME, "cus_oldest", "cus_oldest");
    cache.add(ACME, "cus_younger", "cus_younger");
    cache.add(ACME, "cus_renewed", "cus_renewed");
    proveMany(CAPACITY - 4, "globex");
    expect(cache.findCustomer(ACME, "cus_used")).toBe("cus_used");
    cache.add({ account: undefined, tenantId: "initech" }, "cus_new", "cus_new");

    expect(cache.findCustomer(ACME, "cus_oldest")).toBeUndefined();
    expect(cache.findCustomer(ACME, "cus_younger")).toBe("cus_younger");
    expect(cache.findCustomer(ACME, "cus_renewed")).toBe("cus_renewed");
    expect(cache.findCustomer(ACME, "cus_used")).toBe("cus_used");
  });

  it("stays within its bound when the same is proved again and again", () => {
    proveMany(CAPACITY - 1, "globex");
    for (let i = 0; i < 100; i++) cache.add(ACME, "cus_1", "cus_1");
    expect(cache.findCustomer({ account: undefined, tenantId: "globex" }, "cus_0")).toBe("cus_0");
  });

  it("never keeps more than its bound, nor a subscription whose customer was forgotten", () => {
    cache.add(ACME, "cus_old", "cus_old");
    cache.add(ACME, "sub_old", "cus_old");
    proveMany(CAPACITY * 2, "globex");
    const kept = Array.from({ length: CAPACITY * 2 }, (_, i) =>
      cache.findCustomer({ account: undefined, tenantId: "globex" }, `cus_${i}`),
    ).filter((id) => id !== undefined);

    expect(kept).toHaveLength(CAPACITY);
    expect(cache.findCustomer(ACME, "sub_old")).toBeUndefined();
  });
});
