import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBillingError, type StripeBillingService } from "../../src/index.js";
import { answer, clientThat, type SentRequest } from "./intercepted-client.js";
import { bytesOf, canaryName, Owners } from "./leaks.js";
import { invoke, type Target } from "./method-row.js";
import { REALMS, type Realm } from "./realms.js";
import { TARGETS } from "./rows.js";
import { seededRandom } from "./seeded-random.js";
import type { TenantIds } from "./tenants.js";

const SEED = 20_261;
const TENANTS = 50;
const CALLS = 1_000;

/** Many tenants at once on one service, with delays and errors; what each gets and sends is its own. */
describe.each(Object.entries(REALMS))("with %s", (_, openRealm) => {
  const random = seededRandom(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // none of the lists is empty
  const calling = new AsyncLocalStorage<TenantIds>();
  const owners = new Owners();
  const tenants: TenantIds[] = [];
  const sent: { readonly tenant: TenantIds; readonly request: SentRequest }[] = [];
  let realm: Realm;
  let billing: StripeBillingService;

  beforeAll(async () => {
    realm = await openRealm();
    for (let i = 0; i < TENANTS; i++) {
      const tenant = await realm.addTenant(canaryName("one-of-many"));
      tenants.push(tenant);
      owners.claim(tenant.tenantId, tenant.tenantId + (await realm.portraitOf(tenant)));
    }
    const stripe = clientThat(realm.world.local, async (request, send) => {
      const tenant = calling.getStore();
      if (tenant === undefined) throw new Error("A request outlived its call.");
      sent.push({ tenant, request });
      const [delay, luck] = [random() * 4, random()];
      await sleep(delay);
      if (luck < 0.04) return answer(429, { error: { type: "rate_limit_error", message: "Too many" } });
      if (luck < 0.08) return answer(500, { error: { type: "api_error", message: "Sorry" } });
      const response = await send();
      await sleep(random() * 4);
      return response;
    });
    billing = realm.service({ stripe });
  }, 120_000);
  afterAll(() => realm.close(), 120_000);

  it(`keeps ${CALLS} interleaved calls of ${TENANTS} tenants apart (seed ${SEED})`, {
    timeout: 120_000,
  }, async () => {
    const called = new Set<string>();
    let refused = 0;
    const strayed: string[] = [];
    const worker = async (tenant: TenantIds) => {
      for (let i = 0; i < CALLS / TENANTS; i++) {
        const target = pick(TARGETS);
        const trespasses = target.takes !== undefined && random() < 0.2;
        const victim = trespasses ? pick(tenants.filter((other) => other !== tenant)) : tenant;
        const outcome = await calling.run(tenant, () => callFor(tenant, target, victim));
        called.add(target.name);
        const isRefused = outcome instanceof Error || target.tellsRefusal?.(outcome) === true;
        if (trespasses) refused += isRefused ? 1 : 0;
        if (trespasses && !isRefused) strayed.push(`${target.name} let ${tenant.tenantId} in`);
        if (outcome instanceof Error && !isBillingError(outcome)) strayed.push(bytesOf(outcome));
        strayed.push(
          ...owners.foreignIn(bytesOf(outcome), tenant.tenantId).map((text) => `${target.name} gave ${text}`),
        );
      }
    };
    await Promise.all(tenants.map(worker));

    expect(strayed).toEqual([]);
    expect(sent.flatMap(({ tenant, request }) => misdirection(tenant, request))).toEqual([]);
    expect(called.size).toBe(TARGETS.length);
    expect(refused).toBeGreaterThan(50);
    expect(sent.length).toBeGreaterThan(CALLS / 2);
  });

  async function callFor(tenant: TenantIds, target: Target, victim: TenantIds): Promise<unknown> {
    const objectId = target.takes === undefined ? undefined : victim[target.takes];
    const options = { ...target.valid?.(tenant) };
    try {
      return await invoke(target, { billing, tenantId: tenant.tenantId, objectId, options });
    } catch (error) {
      return error;
    }
  }

  /** A read may name what the caller asked for, and a list its customer, whose proof is sent beside it. The rest is the tenant's own. */
  function misdirection(tenant: TenantIds, { method, path, account, body }: SentRequest): string[] {
    const wrongAccount = account === realm.accountOf(tenant.tenantId) ? [] : [`${path} was for ${account}`];
    const asked = /^\/v1\/[a-z_/]+\/[\w-]+(?=\?|$)/.exec(path)?.[0] ?? "";
    const named = method === "GET" ? path.replace(asked, "").replace(/\bcustomer=\w+/, "") : path + body;
    return [...wrongAccount, ...owners.foreignIn(decodeURIComponent(named), tenant.tenantId)];
  }
});
