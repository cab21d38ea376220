import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
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

let realm: Realm;
beforeAll(async () => {
  realm = await REALMS.metadataTenancy();
});
afterAll(() => realm.close());
afterEach(() => {
  vi.useRealTimers();
});

let tenants = 0;
/** A tenant, with a new object for a method that uses up what it is about, or finds nothing to do. */
async function newTenant(target: Target | undefined): Promise<TenantIds> {
  const own = await realm.addTenant(`timed-${++tenants}`);
  if (target?.takes === undefined || target.renew === undefined) return own;
  return { ...own, [target.takes]: await target.renew(realm, own) };
}

/** A service of whose requests the nth is never answered; `stalled` resolves once that has been sent. */
function stalledAt(nth: number) {
  const sent: string[] = [];
  let onStall: () => void = () => undefined;
  const stalled = new Promise<void>((resolve) => {
    onStall = resolve;
  });
  const stripe = clientThat(realm.world.local, ({ method, path }, send) => {
    sent.push(`${method} ${path}`);
    if (sent.length <= nth) return send();
    setImmediate(onStall);
    return new Promise(() => undefined);
  });
  return { billing: realm.service({ stripe }), sent, stalled };
}

/**
 * Waits until the event loop has turned once, in which whatever needs neither a timer nor an answer gets done. So a call
 * that ends within the turn ends at once, however busy the machine is.
 */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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

  it("ends at once when it is aborted, in whichever of its requests it is", async () => {
    expect(requests).toBeGreaterThan(0);
    for (let nth = 0; nth < requests; nth++) {
      const own = await newTenant(target);
      const controller = new AbortController();
      const { billing, sent, stalled } = stalledAt(nth);
      let ended: { readonly error: BillingError | undefined } | undefined;
      const failing = failureOf(call(billing, own, { signal: controller.signal })).then((error) => {
        ended = { error };
      });
      await stalled;
      expect({ sent, ended }).toEqual({ sent, ended: undefined });
      controller.abort();
      await turn();
      expect({ sent, hasEnded: ended !== undefined }).toEqual({ sent, hasEnded: true });
      await failing;
      expectTold(ended?.error, sent, "aborted");
    }
  });

  it("ends at its deadline and not before, in whichever of its requests it is", async () => {
    const timeoutMs = 60_000;
    for (let nth = 0; nth < requests; nth++) {
      const own = await newTenant(target);
      const { billing, sent, stalled } = stalledAt(nth);
      // Time stands still until the request is stalled, so the whole of it is left then.
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      let ended: { readonly error: BillingError | undefined } | undefined;
      const failing = failureOf(call(billing, own, { timeoutMs })).then((error) => {
        ended = { error };
      });
      await stalled;
      vi.advanceTimersByTime(timeoutMs - 1);
      await turn();
      expect({ sent, ended }).toEqual({ sent, ended: undefined });
      vi.advanceTimersByTime(1);
      await turn();
      expect({ sent, hasEnded: ended !== undefined }).toEqual({ sent, hasEnded: true });
      vi.useRealTimers();
      await failing;
      expectTold(ended?.error, sent, "deadline");
    }
  });
});

it("there is a row for every public method", () => {
  const rows = new Set([...ROWS.map(({ method }) => method), ...WITHOUT_TIME]);
  expect([...rows].sort()).toEqual(publicMethods());
});
