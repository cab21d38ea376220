import { redisUrl } from "@repo/test-kit/servers";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { PausedWork } from "../../../../src/testing/inbox-contract/work.js";
import { isDurable } from "../../../../src/webhooks/inbox/inbox.js";
import type { ConnectRedis } from "./clients.js";
import { openRedisInbox } from "./open-redis-inbox.js";

const url = redisUrl();

/** More than twice what one script looks at. */
const WAITING = 2_500;

const connect: ConnectRedis = async (server) => {
  const client = new Redis(server);
  return { client, close: () => client.quit() };
};

describe.skipIf(url === undefined)("deliveries that wait for their object in Redis", () => {
  test("are passed over for one that is free, however many they are", async () => {
    const { inbox, close } = await openRedisInbox(url ?? "", connect, {});
    if (!isDurable(inbox)) throw new Error("A Redis inbox is durable.");
    const busy = (name: string) => aDelivery(name, { objectId: "cus_busy" });
    const holder = new PausedWork();
    const holding = inbox.process(busy("evt_holder"), holder.run);
    try {
      await holder.started;
      // Many of them in one millisecond, and so with one score.
      await Promise.all(Array.from({ length: WAITING }, (_, n) => inbox.store(busy(`evt_${n}`))));
      expect(await inbox.processNext(async () => undefined)).toBeUndefined();
      await inbox.store(aDelivery("evt_other"));
      await inbox.waitForDue({ signal: new AbortController().signal, pollMs: 60_000 });
      expect((await inbox.processNext(async () => undefined))?.delivery.key.eventId).toBe("evt_other");
    } finally {
      holder.finish();
      await holding;
      await close?.();
    }
  });
});
