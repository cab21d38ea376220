import { freePort } from "@repo/test-kit/free-port";
import { type RunningRedis, startRedis } from "@repo/test-kit/redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inboxContract } from "../../../../src/testing/index.js";
import { CLAIM } from "../../../../src/webhooks/inbox/redis/scripts/claims.js";
import { KEY_NAMES } from "../../../../src/webhooks/inbox/redis/scripts/common.js";
import { CLUSTER_CLIENTS } from "./clients.js";
import { openRedisInbox } from "./open-redis-inbox.js";
import { HAS_REDIS } from "./own-redis.js";

describe.skipIf(!HAS_REDIS)("the Redis inbox in a cluster", () => {
  let node: RunningRedis;

  beforeAll(async () => {
    node = await startRedis({
      "cluster-enabled": "yes",
      // Clients connect to the address that a node announces; one that has met no other knows none.
      "cluster-announce-ip": "127.0.0.1",
      "cluster-port": String(await freePort()),
    });
    const redis = new Redis(node.url);
    await redis.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await vi.waitFor(
      async () => expect(await redis.call("CLUSTER", "INFO")).toMatch(/cluster_state:ok/),
      10_000,
    );
    await redis.quit();
  });

  afterAll(() => node?.stop());

  describe.each(Object.entries(CLUSTER_CLIENTS))("through %s", (_, connect) => {
    const contract = inboxContract({
      leased: true,
      durable: true,
      open: (settings) => openRedisInbox(node.url, connect, settings),
    });
    for (const { name, run } of contract) test(name, run);
  });

  test("has its keys in one slot, and its scripts refuse those of another", async () => {
    const redis = new Redis(node.url);
    const keys = KEY_NAMES.map((name) => `{billing_inbox}:${name}`);
    const slots = await Promise.all(keys.map((key) => redis.call("CLUSTER", "KEYSLOT", key)));
    expect(new Set(slots).size).toBe(1);
    const straying = CLAIM.replace("redis.call('TIME')", "redis.call('SET', '{other}', '1')");
    const run = redis.eval(straying, keys.length, ...keys, "", "", "", "", "", "1", "1");
    await expect(run).rejects.toThrow(/same slot/);
    await redis.quit();
  });
});
