import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connectTenancy,
  type PortalConfigurationIds,
  type PortalConfigurationSpec,
} from "../../src/index.js";
import { RETURN_URL, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
/** What every process of the application shares. */
let kept: Map<string, string>;

beforeEach(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  kept = new Map();
  world.takeRequests();
});

afterEach(() => world.close());

const LIST = "GET /v1/billing_portal/configurations";
const SEARCH = "GET /v1/prices/search";
const CREATE = "POST /v1/billing_portal/configurations";

const SHARED: PortalConfigurationSpec = { headline: "For all", features: { invoiceHistory: true } };

const plansOf = ({ productId, priceId }: TenantWorld): PortalConfigurationSpec => ({
  features: {
    paymentMethodUpdate: true,
    subscriptionUpdate: { allowedUpdates: ["price"], products: [{ productId, priceIds: [priceId] }] },
  },
});

/** A process that has just begun, and remembers nothing. */
const begin = (tenantId: string, configurationIds: PortalConfigurationIds = kept) =>
  world.service({ portal: { returnUrl: RETURN_URL, configurationIds } }).forTenant(tenantId);

/** More than Stripe lists on one page, and newer than all that was made before. */
async function addOthers(): Promise<void> {
  for (let made = 0; made < 101; made++) {
    await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { tenantId: "another" },
    });
  }
  world.takeRequests();
}

describe("portal configurations whose ids the application keeps", () => {
  it("take one request to be found, however many there are", async () => {
    const plans = await begin("acme").ensurePortalConfiguration(plansOf(acme));
    const shared = await begin("acme").ensurePortalConfiguration(SHARED);
    await addOthers();

    expect(await begin("acme").ensurePortalConfiguration(plansOf(acme))).toEqual(plans);
    expect(world.takeRequests()).toEqual([`${LIST}/${plans.id}`]);
    expect(await begin("globex").ensurePortalConfiguration(SHARED)).toEqual(shared);
    expect(world.takeRequests()).toEqual([`${LIST}/${shared.id}`]);
  });

  it("take three requests to be made, however many there are", async () => {
    await addOthers();
    await begin("globex").ensurePortalConfiguration(plansOf(globex));
    expect(world.takeRequests()).toEqual([LIST, SEARCH, CREATE]);
    expect(kept.size).toBe(1);
  });

  it("are found among the newest hundred where the application has lost them", async () => {
    const made = await begin("acme").ensurePortalConfiguration(plansOf(acme));
    kept.clear();
    expect(await begin("acme").ensurePortalConfiguration(plansOf(acme))).toEqual(made);
    expect([...kept.values()]).toEqual([made.id]);
  });

  it("are not used once they are deactivated, missing, or hold something else", async () => {
    const first = await begin("acme").ensurePortalConfiguration(SHARED);
    await world.stripe.billingPortal.configurations.update(first.id, { active: false });
    const second = await begin("acme").ensurePortalConfiguration(SHARED);
    expect(second.id).not.toBe(first.id);
    expect([...kept.values()]).toEqual([second.id]);

    const [key = ""] = kept.keys();
    const other = await begin("acme").ensurePortalConfiguration({ ...SHARED, headline: "Other words" });
    for (const wrong of ["bpc_missing", other.id]) {
      kept.set(key, wrong);
      expect(await begin("acme").ensurePortalConfiguration(SHARED)).toEqual(second);
      expect(kept.get(key)).toBe(second.id);
    }
  });

  it("are the tenant's, whatever the application has kept", async () => {
    const foreign = await begin("globex").ensurePortalConfiguration(plansOf(globex));
    const made = await begin("acme").ensurePortalConfiguration(plansOf(acme));
    for (const key of kept.keys()) kept.set(key, foreign.id);
    expect(await begin("acme").ensurePortalConfiguration(plansOf(acme))).toEqual(made);
  });

  it("are kept for each connected account", async () => {
    const accounts: string[] = [];
    for (const name of ["anna", "bert"]) {
      const id = world.local.connectAccount();
      accounts.push(id);
      await world.addTenant(name, { metadata: {}, stripeAccount: id });
    }
    const [first = "", second = ""] = accounts;
    const tenancy = connectTenancy({
      accountOf: (tenantId) => (tenantId === "anna" ? first : second),
      tenantOf: (account) => (account === first ? "anna" : "bert"),
    });
    const ids = new Set<string>();
    for (const tenantId of ["anna", "bert", "anna"]) {
      const service = world.service({ tenancy, portal: { returnUrl: RETURN_URL, configurationIds: kept } });
      ids.add((await service.forTenant(tenantId).ensurePortalConfiguration(SHARED)).id);
    }
    expect([...kept.values()]).toEqual([...ids]);
    expect(ids.size).toBe(2);
  });

  it("serve sessions and diagnosis as well", async () => {
    const configuration = plansOf(acme);
    const { id } = await begin("acme").ensurePortalConfiguration(configuration);
    await addOthers();
    const process = () =>
      world
        .service({ portal: { returnUrl: RETURN_URL, configuration, configurationIds: kept } })
        .forTenant("acme");
    await process().createCustomerPortalSession(acme.customerId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      `${LIST}/${id}`,
      "POST /v1/billing_portal/sessions",
    ]);
    const { checks } = await process().diagnosePortal({ customerId: acme.customerId });
    expect(checks).toContainEqual(
      expect.objectContaining({ check: "configuration", fact: `${id} matches the specification.` }),
    );
    expect(world.takeRequests()).not.toContain(LIST);
  });

  it("say what is wrong where what is kept is no id, and where the application's table fails", async () => {
    const broken = { get: () => "drop table", set: () => undefined };
    await expect(begin("acme", broken).ensurePortalConfiguration(SHARED)).rejects.toMatchObject({
      code: "configuration",
      message: "portal.configurationIds.get must return an id that set was given.",
    });
    const down = { get: () => Promise.reject(new Error("the table is gone")), set: () => undefined };
    await expect(begin("acme", down).ensurePortalConfiguration(SHARED)).rejects.toThrow("the table is gone");
    expect(world.takeRequests()).toEqual([]);
  });

  it.each(["bpc_a-b", "a bpc_1", `bpc_${"x".repeat(251)}`, "", 7])("are no %j", async (id) => {
    const broken = { get: () => id as string, set: () => undefined };
    await expect(begin("acme", broken).ensurePortalConfiguration(SHARED)).rejects.toMatchObject({
      code: "configuration",
    });
  });

  it.each([null, undefined])("are none where the application gives %s", async (none) => {
    const set: [string, string][] = [];
    const empty: PortalConfigurationIds = {
      get: () => none,
      set: (key, id) => void set.push([key, id]),
    };
    const { id } = await begin("acme", empty).ensurePortalConfiguration(SHARED);
    expect(set).toEqual([[expect.stringMatching(/^[\da-f]{64}$/), id]]);
  });

  it("are not replaced where Stripe cannot be asked for one", async () => {
    const { id } = await begin("acme").ensurePortalConfiguration(SHARED);
    const stripe = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        path.includes(id)
          ? Promise.reject({ statusCode: 503 })
          : world.stripe.rawRequest(method, path, ...rest),
    };
    const portal = { returnUrl: RETURN_URL, configurationIds: kept };
    const service = world.service({ stripe, portal, maxRetries: 0 }).forTenant("acme");
    await expect(service.ensurePortalConfiguration(SHARED)).rejects.toMatchObject({
      code: "stripe_unavailable",
    });
    expect([...kept.values()]).toEqual([id]);
  });

  it("wait for the application no longer than the call may take", async () => {
    const stalled = { get: () => new Promise<string>(() => undefined), set: () => undefined };
    const call = begin("acme", stalled).ensurePortalConfiguration(SHARED, { timeoutMs: 20 });
    await expect(call).rejects.toMatchObject({ code: "deadline" });
  });

  it("need a place that can be read and written", () => {
    expect(() => begin("acme", { get: () => undefined } as never)).toThrow(
      "portal.configurationIds must have the methods get and set.",
    );
  });
});
