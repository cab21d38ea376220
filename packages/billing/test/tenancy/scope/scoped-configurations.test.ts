import { describe, expect, it } from "vitest";
import type { GateOptions } from "../../../src/tenancy/gate/gate.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { ScopedConfigurations } from "../../../src/tenancy/scope/scoped-configurations.js";
import { EVERYBODYS, indiscreetGate, marked, OWN_AND_SHARED, scopeOptions } from "../gate/indiscreet-gate.js";

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

  it("come with what is to come along, one by one and on a list", async () => {
    const asked: object[] = [];
    const one = marked("acme");
    const gate = {
      retrieve: async (_call: string, ids: object, params: object) => {
        asked.push(ids, params);
        return one as never;
      },
      listAccount: async function* (_call: string, params: object) {
        asked.push(params);
        yield [one] as never;
      },
    };
    const configurations = new ScopedConfigurations(scopeOptions(), gate);
    for (const expand of [[], ["features", "login_page"]]) {
      await configurations.get("bpc_1", expand);
      for await (const page of configurations.pages({ active: true }, expand)) expect(page).toEqual([one]);
    }
    const listed = { limit: 100, active: true };
    const configuration = { configuration: "bpc_1" };
    expect(asked).toEqual([
      configuration,
      {},
      listed,
      configuration,
      { expand: ["features", "login_page"] },
      { ...listed, expand: ["data.features", "data.login_page"] },
    ]);
  });

  it("are the account's default and those of the settings as well, whatever they are marked with", async () => {
    const theirs = marked("globex");
    const gate = (more: object) => ({
      ...indiscreetGate(),
      retrieve: async () => ({ ...theirs, ...more }) as never,
    });
    const read = (options: Partial<GateOptions>, more = {}) =>
      new ScopedConfigurations(scopeOptions(options), gate(more)).get(theirs.id);

    await expect(read({})).rejects.toMatchObject({ code: "not_found" });
    await expect(read({ trusted: ["bpc_other"] })).rejects.toMatchObject({ code: "not_found" });
    await expect(read({ trusted: [theirs.id] })).resolves.toMatchObject(theirs);
    await expect(read({}, { is_default: true })).resolves.toMatchObject(theirs);
  });

  it("are forgotten under a hash, the tenant's own and those that all share", () => {
    const configurations = configurationsOf();
    for (const shared of [false, true]) {
      configurations.remember("hash", { id: "bpc_1", shared });
      configurations.forget("hash");
      expect(configurations.find("hash")).toBeUndefined();
    }
  });

  it("are changed by whom they belong to, and those that all share by the operator", () => {
    const ownOf = (tenantId: string) =>
      EVERYBODYS.filter((one) => configurationsOf({ tenantId }).isOwn(one as never)); // all that is looked at

    expect(ownOf("acme")).toEqual([marked("acme")]);
    expect(ownOf("*")).toEqual([marked("*")]);
  });

  it("are remembered by a hash for their own tenant and account, unless all share them", () => {
    const configurations = new OwnershipCache(300_000);
    const own = configurationsOf({ configurations });
    const another = configurationsOf({ configurations, tenantId: "globex" });
    const elsewhere = configurationsOf({ configurations, account: "acct_1" });
    own.remember("hash", { id: "bpc_own", shared: false });
    expect(own.find("hash")).toEqual({ id: "bpc_own", shared: false });
    for (const other of [another, elsewhere]) expect(other.find("hash")).toBeUndefined();

    own.remember("other hash", { id: "bpc_all", shared: true });
    for (const one of [own, another]) expect(one.find("other hash")).toEqual({ id: "bpc_all", shared: true });
    expect(elsewhere.find("other hash")).toBeUndefined();
  });
});
