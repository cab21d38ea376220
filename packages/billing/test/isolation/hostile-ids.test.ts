import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectTenancy, isBillingError, type StripeBillingConfig } from "../../src/index.js";
import { sdkFor } from "../stripe-world.js";
import { mayName } from "./attacks/ids.js";
import { hostileTexts, hostileValues } from "./hostile-values.js";
import { clientThat, type Interceptor } from "./intercepted-client.js";
import { canaryName } from "./leaks.js";
import { idPlaces, invoke, type Target } from "./method-row.js";
import { REALMS, type Realm } from "./realms.js";
import { TARGETS } from "./rows.js";
import type { TenantIds } from "./tenants.js";

let realm: Realm;
let own: TenantIds;

beforeAll(async () => {
  realm = await REALMS.metadataTenancy();
  own = await realm.addTenant("acme");
}, 60_000);
beforeEach(() => realm.world.local.clearRequests());
afterAll(() => realm.close(), 120_000);

const HTTP_CLIENTS = {
  "Node's": () => Stripe.createNodeHttpClient(),
  "the fetch": () => Stripe.createFetchHttpClient(),
};

const NAMED = TARGETS.map((target) => [target.name, target] as const);
/** The others tell of what is wrong with an id, and look at the rest. */
const STOPPING = NAMED.filter(([, { tellsRefusal }]) => tellsRefusal === undefined);
const GOING_ON = NAMED.filter(([, { tellsRefusal }]) => tellsRefusal !== undefined);

describe.each(Object.entries(HTTP_CLIENTS))("with %s HTTP client of the SDK", (_, httpClient) => {
  const sdk = (config: Stripe.StripeConfig = {}) =>
    sdkFor(realm.world.local, realm.world.local.secretKey, { httpClient: httpClient(), ...config });
  const call = (
    target: Target,
    given: { id?: unknown; options?: unknown },
    config: Partial<StripeBillingConfig> = {},
    tenant = own,
  ) =>
    invoke(target, {
      billing: realm.service({ stripe: sdk(), ...config }),
      tenantId: tenant.tenantId,
      objectId: "id" in given ? given.id : target.takes && tenant[target.takes],
      options: given.options ?? { ...target.valid?.(tenant) },
    });

  /** Names what the call can still change, where a tenant begins with nothing of that kind. */
  const renewed = async (target: Target, tenant: TenantIds) =>
    target.renew === undefined ? {} : { id: await target.renew(realm, tenant) };

  it("the SDK itself sends what these tests look for", async () => {
    await sdk().subscriptions.list({ customer: undefined as never });
    await sdk().customers.retrieve("").catch(ignore);
    await sdk().customers.retrieve("search").catch(ignore);
    await sdk()
      .subscriptions.cancel(undefined as never)
      .catch(ignore);

    expect(sent()).toEqual([
      "GET /v1/subscriptions",
      "GET /v1/customers/",
      "GET /v1/customers/search",
      "DELETE /v1/subscriptions/undefined",
    ]);
  });

  it.each(NAMED)("%s answers the tenant's own call", async (_name, target) => {
    // One of its own for each method, since some of them archive or cancel what others need.
    const tenant = await realm.addTenant(canaryName("caller"));
    await expect(call(target, await renewed(target, tenant), {}, tenant)).resolves.toBeDefined();
  });

  it.each(STOPPING.filter(([, { takes }]) => takes))(
    "%s sends nothing for a hostile id",
    async (_name, target) => {
      for (const [name, id] of [
        ["left out", undefined] as const,
        ...hostileIdsFor(own[target.takes ?? "customerId"]),
      ]) {
        if (target.takes !== undefined && mayName(target.takes, id)) continue;
        expect(await outcomeOf(call(target, { id })), name).toMatch(/^(?:invalid_argument|tenant_context)$/);
      }
      expect(sent()).toEqual([]);
    },
  );

  it.each(GOING_ON)("%s tells of a hostile id, and asks for nothing by it", async (_name, target) => {
    for (const [name, id] of hostileIdsFor(own[target.takes ?? "customerId"])) {
      expect(target.tellsRefusal?.(await call(target, { id })), name).toBe(true);
    }
    expect(sent().filter((request) => !request.endsWith("/v1/billing_portal/configurations"))).toEqual([]);
  });

  it.each(STOPPING.filter(([, target]) => idPlaces(target).length > 0))(
    "%s sends nothing for a hostile id in its options",
    async (_name, target) => {
      for (const { option, holds, put } of idPlaces(target)) {
        for (const [name, id] of hostileIdsFor(own[holds])) {
          if (mayName(holds, id)) continue;
          const options = { ...target.valid?.(own), [option]: put(id, own) };
          expect(await outcomeOf(call(target, { options })), `${option} ${name}`).toBe("invalid_argument");
        }
      }
      expect(sent()).toEqual([]);
    },
  );

  it.each(STOPPING)("%s sends nothing for a blank account", async (_name, target) => {
    for (const account of ["", " ", undefined, null]) {
      const tenancy = connectTenancy({ accountOf: () => account as never, tenantOf: () => own.tenantId });
      expect(await outcomeOf(call(target, {}, { tenancy }))).toBe("account_mismatch");
    }
    expect(sent()).toEqual([]);
  });

  it("every write is sent again under its own idempotency key, or not at all", async () => {
    const { local } = realm.world;
    const writes = TARGETS.filter(({ does }) => does === "write");
    const tried = await Promise.all(
      writes.map(async (target) => {
        const tenant = await realm.addTenant(canaryName("unseen"));
        return { target, tenant, given: await renewed(target, tenant) };
      }),
    );
    local.clearRequests();
    const keys = await Promise.all(
      tried.map(async ({ target, tenant, given }) => {
        const attempts: (string | undefined)[] = [];
        const reset: Interceptor = async ({ method, idempotencyKey }, send) => {
          if (method === "GET") return send();
          attempts.push(method === "POST" ? idempotencyKey : method);
          throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
        };
        const stripe = clientThat(local, reset, httpClient());
        expect(await outcomeOf(call(target, given, { stripe }, tenant)), target.name).toBe("indeterminate");
        // The SDK tries again even where it is told not to.
        expect([...new Set(attempts), attempts.length], target.name).toEqual([SCOPED_KEY, 2]);
        return attempts[0];
      }),
    );
    const scoped = keys.filter((key) => key !== "DELETE");
    expect(new Set(scoped).size).toBe(scoped.length);
    expect(sent().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });
});

/** A DELETE has none: Stripe takes no key for it, and what was deleted stays so. */
const SCOPED_KEY = expect.stringMatching(/^billing_[0-9a-f-]{36,64}$|^DELETE$/);

function hostileIdsFor(id: string): (readonly [string, unknown])[] {
  return [...hostileTexts(id).map((text) => [JSON.stringify(text), text] as const), ...hostileValues(id)];
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "success";
  } catch (error) {
    return isBillingError(error) ? error.code : String(error);
  }
}

function sent(): string[] {
  return realm.world.local.requests.map(({ method, path }) => `${method} ${path}`);
}

function ignore(): void {
  // What it sent is what matters.
}
