import { describe, expect, it } from "vitest";
import type { GateOptions } from "../../src/tenancy/gate.js";
import { OwnershipCache } from "../../src/tenancy/ownership-cache.js";
import { ScopedConfigurations } from "../../src/tenancy/scoped-configurations.js";
import { EVERYBODYS, indiscreetGate, marked, OWN_AND_SHARED, scopeOptions } from "./indiscreet-gate.js";

const configurationsOf = (options: Partial<GateOptions> = {}) =>
  new ScopedConfigurations(scopeOptions(options), indiscreetGate());

describe("portal configurations", () => {
  it("are the tenant's own and those that all share, one by one and on a list", async () => {
    const configurations = configurationsOf();
    for await (const page of configurations.pages({})) expect(page).toEqual(OWN_AND_SHARED);
    for (const one of EVERYBODYS) {
      const read = configurations.get(one.id);
      if (OWN_AND_SHARED.some(({ id }) => id === one.id)) await expect(read).resolves.toEqual(one);
      else await expect(read).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("are changed by whom they belong to, and those that all share by the operator", () => {
    const ownOf = (tenantId: string) =>
      EVERYBODYS.filter((one) => configurationsOf({ tenantId }).isOwn(one as never)); // all that is looked at

    expect(ownOf("acme")).toEqual([marked("acme")]);
    expect(ownOf("*")).toEqual([marked("*")]);
  });

  it("are remembered by a hash for their own tenant and account, unless all share them", () => {
    const cache = new OwnershipCache();
    const own = configurationsOf({ cache });
    const another = configurationsOf({ cache, tenantId: "globex" });
    const elsewhere = configurationsOf({ cache, account: "acct_1" });
    own.remember("hash", { id: "bpc_own", shared: false });
    expect(own.under("hash")).toEqual({ id: "bpc_own", shared: false });
    for (const other of [another, elsewhere]) expect(other.under("hash")).toBeUndefined();

    own.remember("other hash", { id: "bpc_all", shared: true });
    for (const one of [own, another])
      expect(one.under("other hash")).toEqual({ id: "bpc_all", shared: true });
    expect(elsewhere.under("other hash")).toBeUndefined();
  });
});
