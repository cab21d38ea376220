import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { inboxContract } from "../../../src/testing/inbox-contract/contract.js";
import { type Delivery, toDelivery, type WebhookInbox } from "../../../src/webhooks/inbox/inbox.js";
import {
  ConfigurationError,
  type MemoryInboxOptions,
  memoryInbox,
  verifyWebhook,
} from "../../../src/webhooks.js";
import { eventBody, headerFor, now, SECRET } from "../signed-delivery.js";

function delivery(id: string, fields: Record<string, unknown> = {}): Delivery {
  const body = eventBody({ id, ...fields });
  return toDelivery({ event: verifyWebhook(body, headerFor(body), SECRET, { now }), body });
}

const done = async () => undefined;
const fail = () => Promise.reject(new Error("broken"));

describe("the memory inbox", () => {
  for (const { name, run } of inboxContract({ open: (options) => ({ inbox: memoryInbox(options) }) }))
    test(name, run);

  test("keeps dead deliveries within its bytes, and leaves the rest to Stripe as failed", async () => {
    const inbox = memoryInbox({ maxAttempts: 1, maxDeadBytes: 20_000 });
    const statuses = [];
    for (let count = 0; count < 20; count += 1) {
      const padded = delivery(`evt_${count}`, { pending_webhooks: "x".repeat(3_000) });
      statuses.push((await inbox.process(padded, fail)).status);
    }
    const died = statuses.filter((status) => status === "dead").length;
    expect(died).toBeGreaterThan(2);
    expect(statuses.slice(died)).toEqual(Array.from({ length: 20 - died }, () => "failed"));
    expect(await inbox.listDead()).toHaveLength(died);
    const [first] = await inbox.listDead();
    if (first === undefined) throw new Error("nothing died");
    expect((await inbox.requeue(first.key, fail))?.status).toBe("dead");
    expect((await inbox.requeue(first.key, done))?.status).toBe("handled");
    // What was freed is there for the next one.
    expect((await inbox.process(delivery("evt_19", { pending_webhooks: "x" }), fail)).status).toBe("dead");
  });

  test("forgets the delivery handled longest ago when it is full", async () => {
    const inbox = memoryInbox({ maxEvents: 3 });
    for (const id of ["evt_1", "evt_2", "evt_3", "evt_4"]) await inbox.process(delivery(id), done);
    expect((await inbox.process(delivery("evt_2"), done)).status).toBe("duplicate");
    expect((await inbox.process(delivery("evt_1"), done)).status).toBe("handled");
  });

  test("forgets failed deliveries only when no handled ones are left", async () => {
    const inbox = memoryInbox({ maxEvents: 2 });
    await inbox.process(delivery("evt_failed"), fail);
    await inbox.process(delivery("evt_1"), done);
    await inbox.process(delivery("evt_2"), done);
    expect(await inbox.process(delivery("evt_failed"), fail)).toMatchObject({ status: "failed", attempt: 2 });
    await inbox.process(delivery("evt_3"), fail);
    await inbox.process(delivery("evt_4"), fail);
    expect(await inbox.process(delivery("evt_failed"), fail)).toMatchObject({ status: "failed", attempt: 1 });
  });

  test("never forgets what is held or dead: with no room left it says to come again", async () => {
    const inbox = memoryInbox({ maxEvents: 2, maxAttempts: 1 });
    await inbox.process(delivery("evt_dead"), fail);
    let finish = () => {};
    const held = inbox.process(
      delivery("evt_held"),
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
    for (let index = 0; index < 10; index += 1) {
      expect(await inbox.process(delivery(`evt_${index}`), done)).toEqual({ status: "busy" });
    }
    expect((await inbox.process(delivery("evt_held"), done)).status).toBe("busy");
    expect((await inbox.process(delivery("evt_dead"), done)).status).toBe("dead");
    finish();
    expect((await held).status).toBe("handled");
    expect((await inbox.process(delivery("evt_new"), done)).status).toBe("handled");
  });

  test("remembers what it handled for 35 days", async () => {
    let seconds = 1_800_000_000;
    const inbox = memoryInbox({ now: () => seconds * 1000 });
    const start = seconds;
    await inbox.process(delivery("evt_1"), done);
    for (const later of [300, 3 * 86_400, 30 * 86_400, 35 * 86_400 - 1]) {
      seconds = start + later;
      expect((await inbox.process(delivery("evt_1"), done)).status).toBe("duplicate");
    }
    seconds = start + 35 * 86_400;
    expect((await inbox.process(delivery("evt_1"), done)).status).toBe("handled");
  });

  test("keeps two inboxes apart", async () => {
    await memoryInbox().process(delivery("evt_1"), done);
    expect((await memoryInbox().process(delivery("evt_1"), done)).status).toBe("handled");
  });

  const wholeNumber = (name: string, min: number, max: number) =>
    `${name} must be a whole number from ${min} to ${max}.`;
  const EVENTS = wholeNumber("maxEvents", 1, 1_000_000);
  const BYTES = wholeNumber("maxDeadBytes", 0, 2 ** 32);
  const RETENTION = wholeNumber("retentionSeconds", 35 * 86_400, 3650 * 86_400);
  const ATTEMPTS = wholeNumber("maxAttempts", 1, 1_000_000);
  const WAIT = wholeNumber("maxWaitMs", 1, 2 ** 31 - 1);

  test.each<[MemoryInboxOptions, string]>([
    [{ maxEvents: 0 }, EVENTS],
    [{ maxEvents: 1_000_001 }, EVENTS],
    [{ maxEvents: Number.POSITIVE_INFINITY }, EVENTS],
    [{ maxDeadBytes: -1 }, BYTES],
    [{ maxDeadBytes: 2 ** 32 + 1 }, BYTES],
    [{ retentionSeconds: 35 * 86_400 - 1 }, RETENTION],
    [{ retentionSeconds: 3650 * 86_400 + 1 }, RETENTION],
    [{ retentionSeconds: Number.NaN }, RETENTION],
    [{ maxAttempts: 0 }, ATTEMPTS],
    [{ maxAttempts: 1.5 }, ATTEMPTS],
    [{ maxAttempts: 1_000_001 }, ATTEMPTS],
    [{ maxWaitMs: 0 }, WAIT],
    [{ maxWaitMs: 2 ** 31 }, WAIT],
  ])("refuses %o, and says what is right", (options, words) => {
    expect(() => memoryInbox(options)).toThrow(new ConfigurationError(words));
  });

  test("refuses an option that it does not have, by its own name", () => {
    const misspelled = { maxEvent: 1 };
    expect(() => memoryInbox(misspelled as MemoryInboxOptions)).toThrow(
      new ConfigurationError(
        'memoryInbox has no option "maxEvent" (did you mean "maxEvents"?). Its options are maxEvents, maxDeadBytes, ' +
          "retentionSeconds, maxAttempts, maxWaitMs, now.",
      ),
    );
  });
});

describe("the bytes of the dead in the memory inbox", () => {
  const breakDown = () => Promise.reject(Object.assign(new Error(), { stack: "broken" }));
  const OVERHEAD = 500 + 2 * "broken".length;
  const bury = async (maxDeadBytes: number, deliveries: readonly Delivery[]) => {
    const inbox = memoryInbox({ maxAttempts: 1, maxDeadBytes });
    const statuses = [];
    for (const one of deliveries) statuses.push((await inbox.process(one, breakDown)).status);
    return statuses;
  };

  test("are one for each Latin character of a body, two for each of an error, and 500 beside", async () => {
    const one = delivery("evt_1", { pending_webhooks: "\u00e4\u00ff" });
    const bytes = one.body.length + OVERHEAD;
    expect(await bury(bytes, [one])).toEqual(["dead"]);
    expect(await bury(bytes - 1, [one])).toEqual(["failed"]);
  });

  test("are two for each character of a body that is not all Latin", async () => {
    const one = delivery("evt_1", { pending_webhooks: "\u3042" });
    const bytes = 2 * one.body.length + OVERHEAD;
    expect(await bury(bytes, [one])).toEqual(["dead"]);
    expect(await bury(bytes - 1, [one])).toEqual(["failed"]);
  });

  test("are counted together", async () => {
    const both = [delivery("evt_1"), delivery("evt_2")];
    const bytes = both.reduce((sum, { body }) => sum + body.length + OVERHEAD, 0);
    expect(await bury(bytes, both)).toEqual(["dead", "dead"]);
    expect(await bury(bytes - 1, both)).toEqual(["dead", "failed"]);
  });
});

describe("the memory inbox, of deliveries of one object", () => {
  /** Work that is under way until it is told to finish. */
  function hold(inbox: WebhookInbox<undefined>, id: string) {
    let finish = () => {};
    const work = () => new Promise<void>((resolve) => (finish = resolve));
    return { result: inbox.process(delivery(id), work), finish: () => finish() };
  }

  test("lets them wait for each other in the order in which they came", async () => {
    const inbox = memoryInbox();
    const order: string[] = [];
    const first = hold(inbox, "evt_1");
    const others = ["evt_2", "evt_3", "evt_4"].map((id) =>
      inbox.process(delivery(id), async () => void order.push(id)),
    );
    await delay(1);
    expect(order).toEqual([]);
    first.finish();
    for (const result of await Promise.all(others)) expect(result.status).toBe("handled");
    expect(order).toEqual(["evt_2", "evt_3", "evt_4"]);
  });

  test("goes on with the next when work throws", async () => {
    const inbox = memoryInbox();
    const [failed, next] = await Promise.all([
      inbox.process(delivery("evt_1"), fail),
      inbox.process(delivery("evt_2"), done),
    ]);
    expect([failed.status, next.status]).toEqual(["failed", "handled"]);
  });

  test("says to come again after maxWaitMs, or when the caller gives up, and counts no attempt", async () => {
    const inbox = memoryInbox({ maxWaitMs: 5 });
    const first = hold(inbox, "evt_1");
    expect(await inbox.process(delivery("evt_2"), done)).toEqual({ status: "busy" });
    const patient = memoryInbox();
    const held = hold(patient, "evt_1");
    const signal = AbortSignal.timeout(1);
    expect(await patient.process(delivery("evt_2"), done, { signal })).toEqual({ status: "busy" });
    held.finish();
    first.finish();
    expect((await first.result).status).toBe("handled");
    expect(await inbox.process(delivery("evt_2"), done)).toMatchObject({ status: "handled", attempt: 1 });
  });

  test("keeps the attempts of a failed delivery that could not get its turn", async () => {
    const inbox = memoryInbox({ maxWaitMs: 5 });
    await inbox.process(delivery("evt_2"), fail);
    const first = hold(inbox, "evt_1");
    expect(await inbox.process(delivery("evt_2"), done)).toEqual({ status: "busy" });
    first.finish();
    await first.result;
    expect(await inbox.process(delivery("evt_2"), done)).toMatchObject({ status: "handled", attempt: 2 });
  });

  test("lets a requeued one wait as well", async () => {
    const inbox = memoryInbox({ maxAttempts: 1 });
    await inbox.process(delivery("evt_dead"), fail);
    const first = hold(inbox, "evt_1");
    const ran: string[] = [];
    const requeued = inbox.requeue(delivery("evt_dead").key, async () => void ran.push("evt_dead"));
    await delay(1);
    expect(ran).toEqual([]);
    first.finish();
    expect((await requeued)?.status).toBe("handled");
  });

  test("answers busy to who requeues a delivery that is requeued already", async () => {
    const inbox = memoryInbox({ maxAttempts: 1 });
    const { key } = delivery("evt_dead");
    await inbox.process(delivery("evt_dead"), fail);
    const second = vi.fn(done);
    const first = inbox.requeue(key, async () => {
      expect(await inbox.requeue(key, second)).toEqual({ status: "busy" });
    });
    expect((await first)?.status).toBe("handled");
    expect(second).not.toHaveBeenCalled();
  });

  test("says nothing of a newest one to the first, and does not forget it for those without an object", async () => {
    const inbox = memoryInbox({ maxEvents: 1 });
    const told: object[] = [];
    const tell = async (claim: object) => void told.push(claim);
    await inbox.process(delivery("evt_1"), tell);
    await inbox.process(delivery("evt_2", { data: { object: { object: "balance" } } }), tell);
    await inbox.process(delivery("evt_3"), tell);
    expect(told.map((claim) => "newestHandledAtMs" in claim)).toEqual([false, false, true]);
  });

  test("tells each when the newest handled one was created, and no other object's", async () => {
    const inbox = memoryInbox();
    const newest: unknown[] = [];
    const tell = async ({ newestHandledAtMs }: { readonly newestHandledAtMs?: number | undefined }) =>
      void newest.push(newestHandledAtMs);
    const at = (id: string, created: number, fields = {}) => delivery(id, { created, ...fields });
    await inbox.process(at("evt_failed", 1_800_000_009), fail);
    await inbox.process(at("evt_2", 1_800_000_002), tell);
    await inbox.process(at("evt_1", 1_800_000_001), tell);
    await inbox.process(at("evt_3", 1_800_000_003), tell);
    await inbox.process(at("evt_4", 1_800_000_004, { livemode: true }), tell);
    await inbox.process(at("evt_5", 1_800_000_005, { account: "acct_1" }), tell);
    expect(newest).toEqual([undefined, 1_800_000_002_000, 1_800_000_002_000, undefined, undefined]);
  });

  test("remembers the newest of as many objects as deliveries, the latest handled ones", async () => {
    const inbox = memoryInbox({ maxEvents: 2 });
    const about = (id: string, objectId: string) =>
      delivery(id, { data: { object: { id: objectId, object: "subscription" } } });
    for (const object of ["sub_1", "sub_2", "sub_1", "sub_3"])
      await inbox.process(about(`evt_${Math.random()}`.replace(".", "_"), object), done);
    const newest: Record<string, boolean> = {};
    for (const object of ["sub_1", "sub_2", "sub_3"])
      await inbox.process(about(`evt_${object}`, object), async ({ newestHandledAtMs }) => {
        newest[object] = newestHandledAtMs !== undefined;
      });
    // Handling sub_1 keeps it; sub_2 takes the place of sub_3.
    expect(newest).toEqual({ sub_1: true, sub_2: false, sub_3: false });
  });
});
