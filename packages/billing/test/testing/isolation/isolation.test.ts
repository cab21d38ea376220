import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataTenancy, type StripeBillingService, type Tenancy } from "../../../src/index.js";
import { metadataIs } from "../../../src/stripe/search-query.js";
import type { TenantUnderTest } from "../../../src/testing/isolation/attacked-methods.js";
import {
  checkTenantIsolation,
  type TenantIsolationReport,
} from "../../../src/testing/isolation/isolation.js";
import { isBackdoor, REALMS, type Realm } from "../../isolation/realms.js";
import type { TenantIds } from "../../isolation/tenants.js";

function underTest(tenant: TenantIds): TenantUnderTest {
  const { tenantId, customerId, subscriptionId, invoiceId, paymentMethodId } = tenant;
  return { tenantId, customerId, subscriptionId, invoiceId, paymentMethodId };
}

describe.each(Object.entries(REALMS))("checkTenantIsolation with %s", (_, openRealm) => {
  let realm: Realm;
  let acme: TenantIds;
  let globex: TenantIds;

  beforeAll(async () => {
    realm = await openRealm();
    acme = await realm.addTenant("acme");
    globex = await realm.addTenant("globex");
  });
  afterAll(() => realm.close());

  it.each([false, true])(
    "passes a sound service and writes nothing (attackWrites: %s)",
    async (attackWrites) => {
      realm.world.local.clearRequests();
      const report = await checkTenantIsolation({
        billing: realm.service(),
        own: underTest(acme),
        other: underTest(globex),
        attackWrites,
      });

      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(report).toMatchObject({ passed: report.checks.length, failed: 0 });
      expect(report.checks.length).toBeGreaterThan(attackWrites ? 30 : 20);
      const writes = realm.world.local.requests.filter(
        (request) => !isBackdoor(request) && request.method !== "GET",
      );
      expect(writes).toEqual([]);
    },
  );
});

describe("checkTenantIsolation", () => {
  let realm: Realm;
  let acme: TenantIds;
  let globex: TenantIds;

  beforeAll(async () => {
    realm = await REALMS.metadataTenancy();
    acme = await realm.addTenant("acme");
    globex = await realm.addTenant("globex");
  });
  afterAll(() => realm.close());

  const failuresOf = ({ checks }: TenantIsolationReport) =>
    checks.flatMap(({ name, ok }) => (ok ? [] : name));
  const check = (billing: StripeBillingService, attackWrites = false) =>
    checkTenantIsolation({ billing, own: underTest(acme), other: underTest(globex), attackWrites });
  const serviceWith = (broken: Partial<Tenancy>) =>
    realm.service({ tenancy: { ...metadataTenancy(), ...broken } });

  it("finds a tenancy that takes every customer for everyone's", async () => {
    const report = await check(serviceWith({ customerAccess: () => Promise.resolve("own") }));

    expect(failuresOf(report)).toEqual(
      expect.arrayContaining([
        "getCustomer refuses the other tenant's",
        "getCustomer answers alike for an object that nobody has",
        "getSubscription refuses the other tenant's",
        "listCustomerSubscriptions refuses the other tenant's",
      ]),
    );
    expect(report.failed).toBe(failuresOf(report).length);
  });

  it("finds a tenancy that shows every product to everyone", async () => {
    const productQuery = () => metadataIs("tenantId", acme.tenantId, globex.tenantId);
    const report = await check(serviceWith({ productAccess: () => "own", productQuery }));

    expect(failuresOf(report)).toEqual(["listTenantProducts contains none of the other's own products"]);
  });

  it("finds a tenancy that looks at tenants' names without regard to case", async () => {
    const tenancy = metadataTenancy();
    const report = await check(
      serviceWith({
        customerAccess: (tenantId, customer) => tenancy.customerAccess(tenantId.toLowerCase(), customer),
      }),
    );

    expect(failuresOf(report)).toContain("getSubscription refuses a tenant id that is almost the other's");
  });

  it("finds a service that refuses everyone everything", async () => {
    const report = await check(serviceWith({ customerAccess: () => Promise.resolve("none") }));

    expect(failuresOf(report)).toContain("getCustomer answers for its own");
    expect(failuresOf(report)).toContain("getCustomer answers for the other's own");
  });

  it("finds an application that forgets which tenant it is working for", async () => {
    let last = "";
    const forgetful = withForTenant((sound, tenantId) => {
      last = tenantId;
      return withGetCustomer(sound, async (customerId) => {
        await Promise.resolve();
        return realm.service().forTenant(last).getCustomer(customerId);
      });
    });

    expect(failuresOf(await check(forgetful))).toContain("concurrent calls stay apart");
  });

  it("finds an error that tells the two cases apart, and one that names the other tenant", async () => {
    const telling = withForTenant((sound, tenantId) =>
      withGetCustomer(sound.forTenant(tenantId), async (customerId) => {
        const foreign = customerId === globex.customerId && tenantId === "acme";
        if (foreign) throw Object.assign(new Error(`${customerId} is globex's`), { code: "not_found" });
        return sound.forTenant(tenantId).getCustomer(customerId);
      }),
    );
    const { checks } = await check(telling);

    expect(checks.filter(({ ok }) => !ok)).toEqual([
      {
        name: "getCustomer refuses the other tenant's",
        ok: false,
        detail: `the error reveals globex, ${globex.customerId}`,
      },
      {
        name: "getCustomer answers alike for an object that nobody has",
        ok: false,
        detail: "an existing id and a missing one can be told apart",
      },
    ]);
  });

  it("finds writes that get through only where it is told to try them, and undoes nothing by itself", async () => {
    const careless = await realm.addTenant("careless");
    const broken = serviceWith({ customerAccess: () => Promise.resolve("own") });
    const report = await checkTenantIsolation({
      billing: broken,
      own: underTest(acme),
      other: underTest(careless),
      attackWrites: true,
    });

    expect(failuresOf(report)).toContain("cancelSubscription refuses the other tenant's");
    const { status } = await realm.backdoor.subscriptions.retrieve(careless.subscriptionId);
    expect(status).toBe("active");
  });

  it("refuses to compare a tenant with itself", async () => {
    const billing = realm.service();
    await expect(
      checkTenantIsolation({ billing, own: underTest(acme), other: underTest(acme) }),
    ).rejects.toThrow(TypeError);
    await expect(
      checkTenantIsolation({
        billing,
        own: underTest(acme),
        other: { ...underTest(globex), customerId: acme.customerId },
      }),
    ).rejects.toThrow(TypeError);
  });

  /** A service around a sound one, as an application might write it. */
  function withForTenant(
    bind: (sound: StripeBillingService, tenantId: string) => StripeBillingService,
  ): StripeBillingService {
    const sound = realm.service();
    return new Proxy(sound, {
      get: (_, name) =>
        name === "forTenant" ? (tenantId: string) => bind(sound, tenantId) : Reflect.get(sound, name),
    });
  }

  function withGetCustomer(
    sound: StripeBillingService,
    getCustomer: (customerId: string) => Promise<unknown>,
  ): StripeBillingService {
    return new Proxy(sound, {
      get: (_, name) => {
        if (name === "getCustomer") return getCustomer;
        const member: unknown = Reflect.get(sound, name);
        return typeof member === "function" ? member.bind(sound) : member;
      },
    });
  }
});
