import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBillingError, type TenantOrigin } from "../../src/index.js";
import { hostileTexts, hostileValues } from "./hostile-values.js";
import { REALMS, type Realm } from "./realms.js";
import type { TenantIds } from "./tenants.js";

/** `forTenant`, `asOperator`, `listSharedProducts`, `resolveTenant` and `listEvents` act for no tenant. */
describe.each(Object.entries(REALMS))("with %s", (_, openRealm) => {
  let realm: Realm;
  let a: TenantIds;
  let b: TenantIds;

  beforeAll(async () => {
    realm = await openRealm();
    a = await realm.addTenant("tenant-a");
    b = await realm.addTenant("tenant-b");
  });
  afterAll(() => realm.close(), 120_000);

  const parseReturnUrlOrigin = ({ tenantId, customerId }: TenantIds): TenantOrigin => {
    const account = realm.accountOf(tenantId);
    return account === undefined ? { customerId } : { customerId, account };
  };

  it("forTenant cannot lead from one tenant to another", () => {
    const bound = realm.service().forTenant(a.tenantId);
    const hostile = [
      b.tenantId,
      a.tenantId.toUpperCase(),
      `${a.tenantId} `,
      "",
      "*",
      undefined,
      null,
      [a.tenantId],
    ];
    for (const tenantId of hostile) {
      expect(() => bound.forTenant(tenantId as never)).toThrow(
        expect.objectContaining({ code: "tenant_context" }),
      );
    }
    expect(bound.forTenant(a.tenantId)).toBeInstanceOf(bound.constructor);
  });

  it("asOperator cannot be reached from a tenant's service, whatever it is given", () => {
    const bound = realm.service().forTenant(a.tenantId);
    for (const options of [{ actor: "ops" }, { actor: b.tenantId }, undefined, null, {}]) {
      expect(() => bound.asOperator(options as never)).toThrow(
        expect.objectContaining({ code: "tenant_context" }),
      );
    }
  });

  it("asOperator wants to know who acts, and is not there where each tenant has its own account", () => {
    const { length } = realm.world.local.requests;
    for (const [, value] of hostileValues("ops")) {
      expect(() => realm.service().asOperator({ actor: value } as never)).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    }
    expect(() => realm.service().asOperator({ actor: "ops", tenantId: "x" } as never)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
    const open = () => realm.service().asOperator({ actor: "ops" });
    if (realm.name === "connectTenancy") {
      expect(open).toThrow(expect.objectContaining({ code: "configuration" }));
    } else {
      expect(open).not.toThrow();
    }
    expect(realm.world.local.requests.length).toBe(length);
  });

  it("listSharedProducts shows visitors what all share, and nothing of a tenant's, whatever it is given", async () => {
    const { stripe, local } = realm.world;
    if (realm.name === "connectTenancy") {
      await expect(realm.service().listSharedProducts()).rejects.toMatchObject({ code: "configuration" });
      return;
    }
    const shared = await stripe.products.create({ name: "For all", metadata: { tenantId: "*" } });
    await stripe.products.create({ name: "Nobody's" });
    for (const service of [realm.service(), realm.service().forTenant(a.tenantId)]) {
      const { data } = await service.listSharedProducts({ active: "all", limit: 100 });
      expect(data.map(({ id }) => id)).toEqual([shared.id]);
    }
    local.clearRequests();
    for (const after of [b.productId, ...hostileTexts(b.productId)]) {
      const found = await realm
        .service()
        .listSharedProducts({ after })
        .then(
          ({ data }) => data.map(({ id }) => id),
          () => [],
        );
      expect(found.filter((id) => id !== shared.id)).toEqual([]);
    }
    expect(local.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    await stripe.products.update(shared.id, { metadata: { tenantId: "" } });
  });

  it("resolveTenant says whose an event is, and nothing else of the tenant", async () => {
    const resolution = await realm.service().resolveTenant(parseReturnUrlOrigin(b));

    expect(resolution).toEqual({ status: "tenant", tenantId: b.tenantId });
  });

  it("resolveTenant sends nothing for an id that is none, and finds nobody for it", async () => {
    const { local } = realm.world;
    local.clearRequests();
    const hostile = [...hostileTexts(b.customerId), ...hostileValues(b.customerId).map(([, value]) => value)];
    for (const customerId of hostile) {
      const resolution = await realm
        .service()
        .resolveTenant({ customerId: customerId as never })
        .catch((error: unknown) => (isBillingError(error) ? { status: error.code } : error));
      expect(["invalid_argument", "nobody", "unknown"]).toContain(Reflect.get(Object(resolution), "status"));
    }
    expect(local.requests).toEqual([]);
  });

  it("resolveTenant takes no tenant from metadata that inherits it or misspells it", async () => {
    const inherited: Record<string, string> = Object.create({ tenantId: b.tenantId });
    const polluted: Record<string, string> = JSON.parse(`{"__proto__": {"tenantId": "${b.tenantId}"}}`);
    const misspelled = [
      { tenantid: b.tenantId },
      { tenantId: `${b.tenantId} ` },
      { tenantId: "" },
      { tenantId: "*" },
    ];
    for (const metadata of [inherited, polluted, ...misspelled]) {
      expect(await realm.service().resolveTenant({ metadata })).toEqual({ status: "nobody" });
    }
  });

  it("resolveTenant takes no tenant from an account that is nobody's", async () => {
    const { customerId } = b;
    for (const account of ["", "__proto__", "constructor"]) {
      expect(await realm.service().resolveTenant({ account, customerId })).toEqual({ status: "nobody" });
    }
    // Where accounts are tenants', one without a tenant may have one in a moment.
    const status = realm.name === "connectTenancy" ? "unknown" : "nobody";
    expect(await realm.service().resolveTenant({ account: "acct_unknown", customerId })).toEqual({ status });
  });

  it("the lists of a whole account are refused by a bound service, and nothing is sent", async () => {
    const { local } = realm.world;
    local.clearRequests();
    const nowSeconds = Math.floor(Date.now() / 1000);
    const query = {
      family: "snapshot" as const,
      types: ["customer.created"],
      fromSeconds: nowSeconds - 60,
      toSeconds: nowSeconds,
      account: realm.accountOf(b.tenantId),
    };
    const bound = [
      realm.service().forTenant(a.tenantId),
      realm.service({ tenantId: a.tenantId }),
      realm.service().forTenant(b.tenantId),
    ];
    for (const service of bound)
      for (const listed of [
        service.listEvents(query),
        service.listAccountSubscriptions({ account: query.account }),
      ])
        await expect(listed).rejects.toMatchObject({ code: "tenant_context" });
    expect(local.requests).toEqual([]);
  });

  it("listEvents is audited as the operator's", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const before = realm.audits.length;
    const { events } = await realm.service().listEvents({
      family: "snapshot",
      types: ["customer.created"],
      fromSeconds: nowSeconds - 3600,
      toSeconds: nowSeconds,
      account: realm.accountOf(b.tenantId),
    });
    expect(events.length).toBeGreaterThan(0);
    expect(realm.audits.slice(before)).toEqual([
      { type: "account_listed", tenantId: "*", call: "GET /v1/events", count: events.length },
    ]);
  });

  it("listAccountSubscriptions is audited as the operator's", async () => {
    const before = realm.audits.length;
    const account = realm.accountOf(b.tenantId);
    const { subscriptions } = await realm.service().listAccountSubscriptions({ account });
    expect(subscriptions.map(({ id }) => id)).toContain(b.subscriptionId);
    expect(realm.audits.slice(before)).toEqual([
      { type: "account_listed", tenantId: "*", call: "GET /v1/subscriptions", count: subscriptions.length },
    ]);
  });
});
