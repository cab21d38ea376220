import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BillingError, isBillingError, type StripeBillingService } from "../src/index.js";
import { clientThat } from "./isolation/intercepted-client.js";
import { invoke, type Target } from "./isolation/method-row.js";
import { REALMS, type Realm } from "./isolation/realms.js";
import { TARGETS } from "./isolation/rows.js";
import type { TenantIds } from "./isolation/tenants.js";
import { publicMethods } from "./public-methods.js";

interface Time {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One way to call a method: with a tenant's own valid arguments, and the time it may take. */
interface Row {
  readonly name: string;
  readonly method: string;
  readonly target?: Target;
  readonly call: (billing: StripeBillingService, own: TenantIds, time: Time) => PromiseLike<unknown>;
}

const ROWS: readonly Row[] = [
  ...TARGETS.filter(({ name }) => name !== "ensurePortalConfiguration").map(
    (target): Row => ({
      name: target.name,
      method: target.method,
      target,
      call: (billing, own, time) =>
        invoke(target, {
          billing,
          tenantId: own.tenantId,
          objectId: target.takes === undefined ? undefined : own[target.takes],
          options: { ...target.valid?.(own), ...time },
        }),
    }),
  ),
  {
    name: "ensurePortalConfiguration", // whose options come after what it ensures
    method: "ensurePortalConfiguration",
    call: (billing, { tenantId }, time) =>
      billing
        .forTenant(tenantId)
        .ensurePortalConfiguration({ name: tenantId, features: { invoiceHistory: true } }, time),
  },
  {
    name: "resolveTenant",
    method: "resolveTenant",
    call: (billing, { customerId }, time) => billing.resolveTenant({ customerId }, time),
  },
  {
    name: "listAccountSubscriptions",
    method: "listAccountSubscriptions",
    call: (billing, _own, time) => billing.listAccountSubscriptions({}, time),
  },
  {
    name: "listEvents",
    method: "listEvents",
    call: (billing, _own, time) =>
      billing.listEvents(
        { family: "snapshot", types: ["invoice.paid"], fromSeconds: 1_800_000_000, toSeconds: 1_800_000_060 },
        time,
      ),
  },
  {
    name: "listSharedProducts",
    method: "listSharedProducts",
    call: (billing, _own, time) => billing.listSharedProducts(time),
  },
  {
    name: "diagnosePortal",
    method: "diagnosePortal",
    call: (billing, { tenantId, customerId }, time) =>
      billing.forTenant(tenantId).diagnosePortal({ customerId, ...time }),
  },
];

/** They send nothing, or do it behind the caller's back and never for more than a second. */
const WITHOUT_TIME = ["forTenant", "asOperator", "forgetCatalog", "forgetCustomer", "receiverFacts"];

const LIMIT_MS = 50;

let realm: Realm;
beforeAll(async () => {
  realm = await REALMS.metadataTenancy();
});
afterAll(() => realm.close());

let tenants = 0;
/** A tenant, with a new object for a method that uses up what it is about, or finds nothing to do. */
async function newTenant(target: Target | undefined): Promise<TenantIds> {
  const own = await realm.addTenant(`timed-${++tenants}`);
  if (target?.takes === undefined || target.renew === undefined) return own;
  return { ...own, [target.takes]: await target.renew(realm, own) };
}

/** A service of whose requests the nth is never answered. */
function stalledAt(nth: number, onStall: () => void = () => undefined) {
  const sent: string[] = [];
  const stripe = clientThat(realm.world.local, ({ method, path }, send) => {
    sent.push(`${method} ${path}`);
    if (sent.length <= nth) return send();
    onStall();
    return new Promise(() => undefined);
  });
  return { billing: realm.service({ stripe }), sent };
}

async function failureOf(work: PromiseLike<unknown>): Promise<BillingError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isBillingError(error)) return error;
    throw error;
  }
}

describe.each(ROWS.map((row) => [row.name, row] as const))("%s", (_, { method, target, call }) => {
  let requests: number;
  beforeAll(async () => {
    const { billing, sent } = stalledAt(Number.POSITIVE_INFINITY);
    await call(billing, await newTenant(target), {});
    requests = sent.length;
  });

  /** What a call that ended early has to say, by what it had sent. */
  const expectTold = (error: BillingError | undefined, sent: readonly string[], code: string) => {
    if (method === "diagnosePortal") return;
    const mayHaveChanged = sent.some((request) => !/^GET|\/create_preview$/.test(request));
    expect({ sent, code: error?.code }).toEqual({ sent, code: mayHaveChanged ? "indeterminate" : code });
  };

  it("ends within 50 ms of an abort, in whichever of its requests it is", async () => {
    expect(requests).toBeGreaterThan(0);
    for (let nth = 0; nth < requests; nth++) {
      await bestOfThree(target, async (own) => {
        const controller = new AbortController();
        let abortedAtMs = Number.NaN;
        const { billing, sent } = stalledAt(nth, () => {
          setImmediate(() => {
            abortedAtMs = performance.now();
            controller.abort();
          });
        });
        const error = await failureOf(call(billing, own, { signal: controller.signal }));
        expectTold(error, sent, "aborted");
        return performance.now() - abortedAtMs;
      });
    }
  });

  it("ends within 50 ms of its deadline, in whichever of its requests it is", async () => {
    const timeoutMs = 100;
    const overMs = async (nth: number, own: TenantIds) => {
      const { billing, sent } = stalledAt(nth);
      const startedAtMs = performance.now();
      const error = await failureOf(call(billing, own, { timeoutMs }));
      expectTold(error, sent, "deadline");
      return performance.now() - startedAtMs - timeoutMs;
    };
    // Side by side, since each of them does nothing but wait for its deadline.
    await Promise.all(
      Array.from({ length: requests }, (_request, nth) => bestOfThree(target, (own) => overMs(nth, own))),
    );
  });
});

it("there is a row for every public method", () => {
  const rows = new Set([...ROWS.map(({ method }) => method), ...WITHOUT_TIME]);
  expect([...rows].sort()).toEqual(publicMethods());
});

/** What a busy machine adds is not ours. */
async function bestOfThree(
  target: Target | undefined,
  overMs: (own: TenantIds) => Promise<number>,
): Promise<void> {
  const measured: number[] = [];
  do measured.push(await overMs(await newTenant(target)));
  while (measured.length < 3 && Math.min(...measured) > LIMIT_MS);
  expect(Math.min(...measured)).toBeLessThanOrEqual(LIMIT_MS);
}
