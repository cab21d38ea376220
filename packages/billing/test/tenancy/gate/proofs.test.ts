import { describe, expect, it } from "vitest";
import { Proofs, type ProofsOptions } from "../../../src/tenancy/gate/proofs.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";

const cache = new OwnershipCache(300_000);
cache.add({ account: undefined, tenantId: "acme" }, "cus_acme", "cus_acme");
cache.add({ account: undefined, tenantId: "acme" }, "sub_acme", "cus_acme");
cache.add({ account: undefined, tenantId: "globex" }, "cus_globex", "cus_globex");
const configurations = new OwnershipCache(300_000);
configurations.add({ account: undefined, tenantId: "*" }, "bpc_all", "bpc_all");
configurations.add({ account: undefined, tenantId: "acme" }, "bpc_own", "bpc_own");

const proofsOf = (options: Partial<ProofsOptions> = {}) =>
  new Proofs({ account: undefined, tenantId: "acme", cache, configurations, trusted: [], ...options });

describe("what a gate may name", () => {
  it("is nothing at first, but what was proved lately and what the settings name", () => {
    const proofs = proofsOf({ trusted: ["bpc_settings"] });

    expect(proofs.accessTo(undefined)).toBeUndefined();
    expect(proofs.accessTo("cus_unknown")).toBeUndefined();
    expect(proofs.accessTo("cus_globex")).toBeUndefined();
    expect(proofs.accessTo("cus_acme")).toBe("own");
    expect(proofs.accessTo("sub_acme")).toBe("own");
    expect(proofs.accessTo("bpc_all")).toBe("shared");
    // It was found lately, and has to be read again before it is changed.
    expect(proofs.accessTo("bpc_own")).toBe("shared");
    expect(proofs.accessTo("bpc_settings")).toBe("shared");
  });

  it("is what was proved since, as it was proved", () => {
    const proofs = proofsOf();
    proofs.add("prod_own", "own");
    proofs.add("prod_all", "shared");

    expect([proofs.accessTo("prod_own"), proofs.accessTo("prod_all")]).toEqual(["own", "shared"]);
    expect(proofs.has("prod_own")).toBe(true);
    expect(proofs.has("prod_other")).toBe(false);
    expect(proofsOf().accessTo("prod_own")).toBeUndefined();
  });

  it("is what something of the tenant's refers to, to be used and not to be changed", () => {
    const proofs = proofsOf();
    proofs.add("si_own", "own");
    proofs.addReferences({ items: [{ id: "si_own", price: "price_1" }] });

    expect(proofs.has("price_1")).toBe(true);
    for (const _time of ["first", "second"]) expect(proofs.accessTo("price_1")).toBe("shared");
    expect(proofs.accessTo("si_own")).toBe("own");
  });

  it("is everything in an account of the tenant's own", () => {
    const proofs = proofsOf({ account: "acct_1" });

    expect(proofs.accessTo("cus_unknown")).toBe("own");
    expect(proofs.accessTo(undefined)).toBeUndefined();
  });

  it("stays so to the end of the call, although the cache forgets it, with its customer", () => {
    const forgetful = new OwnershipCache(300_000);
    const owner = { account: undefined, tenantId: "acme" };
    forgetful.add(owner, "cus_1", "cus_1");
    forgetful.add(owner, "sub_1", "cus_1");
    const proofs = proofsOf({ cache: forgetful });
    expect(proofs.accessTo("sub_1")).toBe("own");
    forgetful.forget(undefined, "cus_1");

    expect(proofs.accessTo("sub_1")).toBe("own");
    expect(proofs.accessTo("cus_1")).toBe("own");
    expect(proofsOf({ cache: forgetful }).accessTo("sub_1")).toBeUndefined();
  });
});

describe("a proof of another call", () => {
  it("is stale until this call proves the customer, and so is what belongs to the customer", () => {
    const proofs = proofsOf();
    proofs.addObject("in_acme", "cus_acme");
    for (const id of ["cus_acme", "sub_acme", "in_acme"]) {
      expect(proofs.accessTo(id)).toBe("own");
      expect(proofs.findStaleCustomer(id)).toBe("cus_acme");
    }
    proofs.add("cus_acme", "own");
    for (const id of ["cus_acme", "sub_acme", "in_acme"]) {
      expect(proofs.findStaleCustomer(id)).toBeUndefined();
    }
  });

  it("is stale although an object of the tenant's refers to the customer", () => {
    const proofs = proofsOf();
    proofs.addReferences({ customer: "cus_acme" });
    expect(proofs.has("cus_acme")).toBe(true);
    expect(proofs.findStaleCustomer("cus_acme")).toBe("cus_acme");
  });

  it("is taken back where the customer turns out to be someone else's, for all calls", () => {
    const shaken = new OwnershipCache(300_000);
    shaken.add({ account: undefined, tenantId: "acme" }, "cus_1", "cus_1");
    shaken.add({ account: undefined, tenantId: "globex" }, "cus_2", "cus_2");
    const proofs = proofsOf({ cache: shaken });
    expect(proofs.accessTo("cus_1")).toBe("own");
    for (const id of ["cus_1", "cus_2"]) proofs.forgetCustomer(id);

    expect(proofs.accessTo("cus_1")).toBeUndefined();
    expect(proofsOf({ cache: shaken }).accessTo("cus_1")).toBeUndefined();
    // Another tenant's proof is not this one's to take back.
    expect(proofsOf({ cache: shaken, tenantId: "globex" }).accessTo("cus_2")).toBe("own");
  });

  it("is not needed in an account of the tenant's own", () => {
    expect(proofsOf({ account: "acct_1" }).findStaleCustomer("cus_acme")).toBeUndefined();
  });
});

describe("a lookup key", () => {
  it("is the tenant's where its own price has it, and no id", () => {
    const proofs = proofsOf();
    proofs.addLookupKey("pro", "own");
    proofs.addLookupKey("team", "shared");

    expect(proofs.ownsLookupKey("pro")).toBe(true);
    expect(proofs.ownsLookupKey("team")).toBe(false);
    expect(proofs.ownsLookupKey("other")).toBe(false);
    expect(proofs.accessTo("pro")).toBeUndefined();
    proofs.add("prod_1", "own");
    expect(proofs.ownsLookupKey("prod_1")).toBe(false);
  });
});
