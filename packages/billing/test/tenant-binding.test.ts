import { beforeEach, describe, expect, it } from "vitest";
import type { PageName } from "../src/capabilities/catalog/catalog-cache.js";
import { TenantBinding } from "../src/tenant-binding.js";

let unbound: TenantBinding<undefined>;
let acme: TenantBinding<undefined>;

beforeEach(() => {
  unbound = TenantBinding.create<undefined>({ secretKey: "sk_test_12345678" });
  acme = unbound.forTenant("acme");
});

const refusal = expect.objectContaining({ code: "tenant_context" });
const tenantOf = async ({ tenantId }: { readonly tenantId: string }) => tenantId;

describe("a service's tie to a tenant", () => {
  it("is for the tenant's calls alone", async () => {
    expect(await acme.run({}, tenantOf)).toBe("acme");
    await expect(acme.runAsOperator({}, tenantOf)).rejects.toEqual(refusal);
    expect(() => acme.asOperator({ actor: "ops" })).toThrow(refusal);
    expect(unbound.asOperator({ actor: "ops" })).toBeDefined();
  });

  it("is never to another one, once it is there", () => {
    expect(() => acme.forTenant("globex")).toThrow(refusal);
    expect(() => acme.forTenant("ACME")).toThrow(refusal);
    expect(() => acme.forTenant("acme")).not.toThrow();
  });

  it.each(["", "*", "a b", "acme\n", undefined, null, 7, ["acme"]])("cannot be to %j", (tenantId) => {
    expect(() => unbound.forTenant(tenantId as never)).toThrow(refusal);
  });

  it("is needed for what belongs to a tenant, and for nothing else", async () => {
    for (const call of ["run", "runWithPortal", "runWithReturnUrls", "changeCatalog"] as const) {
      await expect(unbound[call]({}, tenantOf)).rejects.toEqual(refusal);
    }
    expect(await unbound.runAsOperator({}, tenantOf)).toBe("*");
  });
});

describe("forgetting a catalogue", () => {
  const nameFor = (tenantId: string): PageName => ({
    account: undefined,
    tenantId,
    limit: 10,
    after: undefined,
  });
  const event = { data: { object: { object: "product", id: "prod_1", metadata: { tenantId: "globex" } } } };
  const remembered = () =>
    ["acme", "globex", "initech"].filter((one) => unbound.catalog.cache.find(nameFor(one)) !== undefined);

  beforeEach(() => {
    for (const tenantId of ["acme", "globex", "initech"]) {
      const page = { products: [], nextCursor: null, pricesByProduct: new Map() };
      unbound.catalog.cache.keep(nameFor(tenantId), page, performance.now());
    }
  });

  it("forgets the bound tenant's alone, whoever's an event is", async () => {
    await acme.forgetCatalog(event);
    expect(remembered()).toEqual(["globex", "initech"]);
  });

  it("forgets without one that of the tenant which an event is about, and all without an event", async () => {
    await unbound.forgetCatalog(event);
    expect(remembered()).toEqual(["acme", "initech"]);
    await unbound.forgetCatalog(undefined);
    expect(remembered()).toEqual([]);
  });
});
