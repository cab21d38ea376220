import { describe, expect, it } from "vitest";
import { Proofs, type ProofsOptions } from "../../../src/tenancy/gate/proofs.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";

const cache = new OwnershipCache();
cache.add({ account: undefined, tenantId: "acme" }, "cus_acme", "cus_acme");
cache.add({ account: undefined, tenantId: "acme" }, "sub_acme", "cus_acme");
cache.add({ account: undefined, tenantId: "globex" }, "cus_globex", "cus_globex");
cache.add({ account: undefined, tenantId: "*" }, "bpc_all", "bpc_all");

const proofsOf = (options: Partial<ProofsOptions> = {}) =>
  new Proofs({ account: undefined, tenantId: "acme", cache, trusted: [], ...options });

describe("what a gate may name", () => {
  it("is nothing at first, but what was proved lately and what the settings name", () => {
    const proofs = proofsOf({ trusted: ["bpc_settings"] });

    expect(proofs.accessTo(undefined)).toBeUndefined();
    expect(proofs.accessTo("cus_unknown")).toBeUndefined();
    expect(proofs.accessTo("cus_globex")).toBeUndefined();
    expect(proofs.accessTo("cus_acme")).toBe("own");
    expect(proofs.accessTo("sub_acme")).toBe("own");
    expect(proofs.accessTo("bpc_all")).toBe("shared");
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
    proofs.addReferencesOf({ items: [{ id: "si_own", price: "price_1" }] });

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
    const forgetful = new OwnershipCache();
    const owner = { account: undefined, tenantId: "acme" };
    forgetful.add(owner, "cus_1", "cus_1");
    forgetful.add(owner, "sub_1", "cus_1");
    const proofs = proofsOf({ cache: forgetful });
    expect(proofs.accessTo("sub_1")).toBe("own");
    for (const id of ["sub_1", "cus_1"]) forgetful.forget(owner, id);

    expect(proofs.accessTo("sub_1")).toBe("own");
    expect(proofs.accessTo("cus_1")).toBe("own");
    expect(proofsOf({ cache: forgetful }).accessTo("sub_1")).toBeUndefined();
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
