import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import { metadataTenancy } from "../../../src/index.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { OwnedObjects } from "../../../src/tenancy/scope/owned-objects.js";

const ACME = { account: undefined, tenantId: "acme" };
const TEN_MINUTES_MS = 600_000;

let cache: OwnershipCache;
let owned: OwnedObjects;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  cache = new OwnershipCache(300_000);
  owned = forCall();
});
afterEach(() => {
  vi.useRealTimers();
});

function forCall(): OwnedObjects {
  return new OwnedObjects(
    {
      ...ACME,
      tenancy: metadataTenancy(),
      cache,
      deadline: new Deadline(TEN_MINUTES_MS * 2),
    },
    { retrieve: () => Promise.reject(new Error("Nothing is read here.")) },
  );
}

const customer = (tenantId: string, more = {}) =>
  ({ id: "cus_1", object: "customer", metadata: { tenantId }, ...more }) as never; // all that is looked at

describe("a customer", () => {
  it("is the tenant's where the tenancy says so, and known from then on, in other calls too", async () => {
    expect(await owned.owns(customer("acme"))).toBe(true);
    for (const call of [owned, forCall()]) {
      expect(call.isKnown("cus_1")).toBe(true);
      expect(await call.owns("cus_1")).toBe(true);
    }
  });

  it("is not the tenant's by its id, by another tenant's mark, or once it is deleted", async () => {
    for (const other of ["cus_1" as const, customer("globex"), customer("acme", { deleted: true })]) {
      expect(await owned.owns(other)).toBe(false);
    }
    expect(owned.isKnown("cus_1")).toBe(false);
  });
});

describe("what was listed", () => {
  it("is remembered with a customer that was proved, and proves no other", () => {
    cache.add(ACME, "cus_1", "cus_1");
    owned.rememberListed([
      { id: "sub_1", customer: "cus_1" },
      { id: "sub_2", customer: "cus_2" },
      { id: "sub_3", customer: null },
    ]);
    expect(["sub_1", "sub_2", "cus_2", "sub_3"].filter((id) => owned.isKnown(id))).toEqual(["sub_1"]);
  });
});

describe("what was proved", () => {
  it("is known with its customer to the end of the call, although the cache forgets both", () => {
    cache.add(ACME, "cus_1", "cus_1");
    cache.add(ACME, "sub_1", "cus_1");
    expect(owned.findCustomer("sub_1")).toBe("cus_1");
    vi.advanceTimersByTime(TEN_MINUTES_MS);

    expect(owned.findCustomer("sub_1")).toBe("cus_1");
    expect(owned.isKnown("cus_1")).toBe(true);
    expect(forCall().isKnown("sub_1")).toBe(false);
  });

  it("in this call is known in it and in others", () => {
    owned.remember("cus_1", "cus_1");
    owned.remember("in_1", "cus_1");
    for (const call of [owned, forCall()]) expect(call.findCustomer("in_1")).toBe("cus_1");
    expect(owned.findCustomer("in_2")).toBeUndefined();
  });
});
