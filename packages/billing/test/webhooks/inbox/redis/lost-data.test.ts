import { describe, expect, test } from "vitest";
import { redisInbox } from "../../../../src/webhooks.js";
import { receiver } from "../../delivering.js";
import { fakeStripe, listedEvent } from "../../reconcile/listed-events.js";
import { headerFor, NOW_SECONDS, twoTenants } from "../../signed-delivery.js";
import { HAS_REDIS, ownRedis } from "./own-redis.js";

const logger = { warn: () => undefined };

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
