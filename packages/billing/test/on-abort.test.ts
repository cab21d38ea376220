import { getEventListeners } from "node:events";
import { describePostgres } from "@repo/test-kit/postgres-schema";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Deadline } from "../src/deadline.js";
import { onAbort } from "../src/on-abort.js";
import { aDelivery } from "../src/testing/inbox-contract/deliveries.js";
import { KeyedLock } from "../src/webhooks/inbox/keyed-lock.js";
import { Waiters } from "../src/webhooks/inbox/leased/waiters.js";
import { pause } from "../src/webhooks/pause.js";
import { itWithTenants } from "./in-world.js";
import { openPostgresInbox } from "./webhooks/inbox/postgres/open-inbox.js";

const MANY = 30;
const AN_HOUR_MS = 3_600_000;
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
const many = <T>(make: (at: number) => T): T[] => Array.from({ length: MANY }, (_, at) => make(at));

const warned = vi.fn<(warning: Error) => void>();
beforeEach(() => {
  warned.mockClear();
  process.on("warning", warned);
});
afterEach(() => {
  process.off("warning", warned);
  // At a leak, Node says MaxListenersExceededWarning.
  expect(warned.mock.calls.map(([{ name }]) => name)).not.toContain("MaxListenersExceededWarning");
});

/** Whatever waits until its time is over or a signal aborts. */
const WAITS: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  "a call": (signal) => new Deadline(AN_HOUR_MS, [signal]).race(new Promise(() => undefined)),
  "a pause of a call": (signal) => new Deadline(AN_HOUR_MS, [signal]).sleep(AN_HOUR_MS),
  "a pause": (signal) => pause(AN_HOUR_MS, signal),
  "a wait for a key": async (signal) => {
    const lock = new KeyedLock();
    await lock.acquire("key", AN_HOUR_MS);
    await lock.acquire("key", AN_HOUR_MS, signal);
  },
  "a wait for a lease": (signal) => new Waiters().wait(AN_HOUR_MS, signal),
};

describe("many waits for one signal", () => {
  test.each(Object.entries(WAITS))("of %s share one listener, and all end with it", async (_, wait) => {
    const { signal, ...stop } = withAbort();
    const waiting = Promise.allSettled(many(() => wait(signal)));
    await vi.waitFor(() => expect(listenersOf(signal)).toBe(1));
    stop.abort();
    await waiting;
    expect(listenersOf(signal)).toBe(0);
  });

  itWithTenants("leave no listener when calls end without it", async ({ world, acme, billing }) => {
    const path = `/v1/customers/${acme.customerId}`;
    // Long enough for all of them to be seen under way.
    world.local.faults.add({ kind: "latency", milliseconds: 300, path, times: MANY });
    const { signal } = withAbort();
    const bound = billing.forTenant("acme");
    const calls = many(() => bound.getCustomer(acme.customerId, { signal }));
    await vi.waitFor(() => expect(listenersOf(signal)).toBe(1));
    await Promise.all(calls);
    expect(listenersOf(signal)).toBe(0);
  });

  test("are told once each, but for those who stopped listening", () => {
    const { signal, abort } = withAbort();
    const told: string[] = [];
    const tell = () => void told.push("twice");
    onAbort(signal, tell);
    onAbort(signal, tell);
    const stop = onAbort(signal, () => void told.push("stopped"));
    stop();
    stop();
    const stopLast: () => void = onAbort(signal, () => void told.push("last"));
    onAbort(signal, () => stopLast());
    abort();
    expect(told).toEqual(["twice", "twice", "last"]);
  });

  test("begin anew after all of them have stopped", () => {
    const { signal, abort } = withAbort();
    const act = vi.fn<() => void>();
    const stop = onAbort(signal, () => undefined);
    stop();
    expect(listenersOf(signal)).toBe(0);
    onAbort(signal, act);
    // Of those before, who must not end what others began.
    stop();
    abort();
    expect(act).toHaveBeenCalledOnce();
  });
});

describePostgres("many deliveries with one signal", () => {
  test("wait for one object and for what is due under one listener", async () => {
    const { inbox, schema } = await openPostgresInbox();
    const { signal, abort } = withAbort();
    let most = 0;
    const work = async () => {
      most = Math.max(most, listenersOf(signal));
    };
    const objectId = "cus_1";
    const results = await Promise.all(
      many((at) => inbox.process(aDelivery(`evt_${at}`, { objectId }), work, { signal })),
    );
    expect(results.every(({ status }) => status === "handled" || status === "busy")).toBe(true);
    const waiting = Promise.all(many(() => inbox.waitForDue({ signal, pollMs: AN_HOUR_MS })));
    await vi.waitFor(() => expect(listenersOf(signal)).toBeGreaterThan(0));
    most = Math.max(most, listenersOf(signal));
    abort();
    await waiting;
    expect(most).toBeLessThanOrEqual(1);
    expect(listenersOf(signal)).toBe(0);
    await schema.drop();
  });
});

function withAbort(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
