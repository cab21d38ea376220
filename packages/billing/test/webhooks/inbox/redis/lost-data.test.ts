import { describe, expect, test, vi } from "vitest";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { KEY_NAMES } from "../../../../src/webhooks/inbox/redis/scripts/common.js";
import { redisInbox } from "../../../../src/webhooks.js";
import { receiver } from "../../delivering.js";
import { fakeStripe, listedEvent } from "../../reconcile/listed-events.js";
import { headerFor, NOW_SECONDS, twoTenants } from "../../signed-delivery.js";
import { HAS_REDIS, ownRedis } from "./own-redis.js";

const logger = { warn: () => undefined };

describe.skipIf(!HAS_REDIS)("a Redis that evicted a key", () => {
  test.each(KEY_NAMES)(
    "keeps no event from being handled when it comes again, and loses no other: %s",
    async (name) => {
      const { redis: client } = await ownRedis();
      const inbox = redisInbox({ client, logger, acceptEviction: true, maxAttempts: 1, leaseSeconds: 0.3 });
      const run = vi.fn(async () => "handled");
      const fail = () => Promise.reject(new Error("broken"));
      const objectId = "Gold plan";
      await inbox.process(aDelivery("evt_dead"), fail);
      await inbox.store(aDelivery("evt_stored", { objectId }));
      await inbox.process(aDelivery("evt_at_work"), async () => client.del(`{billing_inbox}:${name}`));

      const handleAll = async () => {
        while ((await inbox.processNext(run)) !== undefined);
        for (const { key } of await inbox.listDead()) await inbox.requeue(key, run);
      };
      await handleAll();
      for (const id of ["evt_dead", "evt_stored", "evt_at_work", "evt_new"]) {
        await inbox.store(aDelivery(id, id === "evt_stored" ? { objectId } : {}));
      }
      await vi.waitFor(async () => {
        await handleAll();
        expect(await inbox.readStats()).toMatchObject({ held: 0, waiting: 0, dead: 0 });
      }, 5_000);
      for (const id of ["evt_dead", "evt_stored", "evt_new"]) {
        expect(await inbox.process(aDelivery(id), run)).toEqual({ status: "duplicate" });
      }
      expect(run.mock.calls.length).toBeGreaterThanOrEqual(3);
    },
  );
});

describe.skipIf(!HAS_REDIS)("a Redis that came back empty", () => {
  test("has lost acknowledged deliveries, and reconcile finds every one of them", async () => {
    const { redis: client } = await ownRedis();
    const inbox = redisInbox({ client, logger });
    const events = Array.from({ length: 7 }, (_, index) =>
      listedEvent(`evt_${index}`, NOW_SECONDS - 60 * index),
    );
    const billing = { ...fakeStripe(events), ...twoTenants() };
    const handled: string[] = [];
    const on = { "customer.subscription.updated": (event: { id: string }) => void handled.push(event.id) };

    const storing = receiver(on, { billing, inbox, logger, respond: "stored" });
    for (const event of events) {
      const body = JSON.stringify(event);
      expect((await storing.receive(body, headerFor(body))).status).toBe("stored");
    }
    await client.flushall();
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });

    const handling = receiver(on, { billing, inbox, logger });
    const since = new Date((NOW_SECONDS - 3600) * 1000);
    const report = await handling.reconcile({ since, maxRequestsPerSecond: 1000 });
    expect(report).toMatchObject({ recovered: events.length, unsettled: 0 });
    expect(handled.toSorted()).toEqual(events.map(({ id }) => id));
  });
});
