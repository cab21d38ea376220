import { describe, expect, test } from "vitest";
import { inboxContract } from "../../../src/testing/inbox-contract.js";
import { type Delivery, toDelivery } from "../../../src/webhooks/inbox/inbox.js";
import {
  ConfigurationError,
  type MemoryInboxOptions,
  memoryInbox,
  verifyWebhook,
} from "../../../src/webhooks.js";
import { catchError, eventBody, headerFor, now, SECRET } from "../signed-delivery.js";

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

  test.each<MemoryInboxOptions>([
    { maxEvents: 0 },
    { maxEvents: Number.POSITIVE_INFINITY },
    { maxAttempts: 0 },
    { maxAttempts: 1.5 },
    { retentionSeconds: 35 * 86_400 - 1 },
    { retentionSeconds: Number.NaN },
  ])("refuses %o", (options) => {
    expect(catchError(() => memoryInbox(options))).toBeInstanceOf(ConfigurationError);
  });
});
