import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigurationError, redisInbox } from "../../../../src/webhooks.js";
import { deliveryOf } from "../delivery-of.js";
import { HAS_REDIS, ownRedis } from "./own-redis.js";

const done = async () => undefined;

function listen() {
  const told: string[] = [];
  return { told, logger: { warn: (message: string) => void told.push(message) } };
}

describe.skipIf(!HAS_REDIS)("what a server's settings make of the promise", () => {
  test.each([
    [{ appendonly: "yes", appendfsync: "everysec" }, /loses up to the last second/],
    [{ appendonly: "yes", appendfsync: "no" }, /leaves it to the operating system/],
    [{ appendonly: "no", save: "60 1" }, /loses all since the last one/],
    [{ appendonly: "no", save: "" }, /a restart loses everything/],
  ])("is said once at the first use: %o", async (settings, words) => {
    const { redis: client } = await ownRedis(settings);
    const { told, logger } = listen();
    const inbox = redisInbox({ client, logger });
    expect(told).toEqual([]);
    await Promise.all(["evt_1", "evt_2"].map((id) => inbox.process(deliveryOf(id), done)));
    expect(told).toEqual([expect.stringMatching(words)]);
  });

  test("is said to the process when the logger fails, and the inbox works all the same", async () => {
    const { redis: client } = await ownRedis({ appendonly: "no", save: "" });
    const emitWarning = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    onTestFinished(() => emitWarning.mockRestore());
    const warn = () => {
      throw new Error("the log is full");
    };
    const inbox = redisInbox({ client, logger: { warn } });
    expect((await inbox.process(deliveryOf("evt_1"), done)).status).toBe("handled");
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/a restart loses everything/),
      expect.objectContaining({ detail: expect.stringContaining("the log is full") }),
    );
  });

  test("is nothing to speak of when each write is on disk before it is answered", async () => {
    const { redis: client } = await ownRedis({ appendonly: "yes", appendfsync: "always" });
    const { told, logger } = listen();
    await redisInbox({ client, logger }).process(deliveryOf("evt_1"), done);
    expect(told).toEqual([]);
  });

  test.each(["allkeys-lru", "allkeys-random"])("refuses a server that evicts any key: %s", async (policy) => {
    const { redis: client } = await ownRedis({ maxmemory: "64mb", "maxmemory-policy": policy });
    const { told, logger } = listen();
    const inbox = redisInbox({ client, logger });
    const work = vi.fn(done);
    const refused = inbox.process(deliveryOf("evt_1"), work);
    await expect(refused).rejects.toThrow(new RegExp(`maxmemory-policy ${policy}.*acceptEviction`));
    await expect(inbox.store(deliveryOf("evt_1"))).rejects.toBeInstanceOf(ConfigurationError);
    expect(work).not.toHaveBeenCalled();
    expect(await client.dbsize()).toBe(0);

    const accepting = redisInbox({ client, logger, acceptEviction: true });
    expect((await accepting.process(deliveryOf("evt_1"), work)).status).toBe("handled");
    expect(told).toContainEqual(expect.stringMatching(/may evict its keys/));
  });

  test("lets a server be that evicts only keys that expire, since none of the inbox's do", async () => {
    const { redis: client } = await ownRedis({ maxmemory: "64mb", "maxmemory-policy": "volatile-lru" });
    const inbox = redisInbox({ client, logger: listen().logger });
    await inbox.store(deliveryOf("evt_1"));
    await inbox.process(deliveryOf("evt_2"), done);
    for (const key of await client.keys("*")) expect(await client.ttl(key)).toBe(-1);
  });

  test("looks again after a server was refused or did not answer", async () => {
    const { redis: client } = await ownRedis({ maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" });
    const inbox = redisInbox({ client, logger: listen().logger });
    await expect(inbox.readStats()).rejects.toBeInstanceOf(ConfigurationError);
    await client.config("SET", "maxmemory-policy", "noeviction");
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
  });

  test("reads less where CONFIG is forbidden, as hosts do, and says what it could not read", async () => {
    const evicting = { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" };
    const { redis, url } = await ownRedis({ ...evicting, appendonly: "yes" });
    await redis.call("ACL", "SETUSER", "app", "on", ">secret", "~*", "+@all", "-config");
    const client = new Redis(url, { username: "app", password: "secret", retryStrategy: () => null });
    client.on("error", () => undefined);
    onTestFinished(() => client.disconnect());
    const { told, logger } = listen();
    await expect(redisInbox({ client, logger }).readStats()).rejects.toThrow(/allkeys-lru/);
    await redis.config("SET", "maxmemory-policy", "noeviction");
    await redisInbox({ client, logger }).readStats();
    expect(told).toEqual([expect.stringMatching(/does not say how it writes to disk/)]);
  });

  test("is read from node-redis too, which answers with a map", async () => {
    const { url } = await ownRedis();
    const client = await createClient({ url }).connect();
    onTestFinished(() => client.destroy());
    const { told, logger } = listen();
    await redisInbox({ client, logger }).readStats();
    expect(told).toEqual([expect.stringMatching(/a restart loses everything/)]);
  });
});
