import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { redisInbox } from "../../../../src/webhooks.js";
import { deliveryOf } from "../delivery-of.js";
import { HAS_REDIS, ownRedis } from "./own-redis.js";

const done = async () => undefined;
const logger = { warn: () => undefined };
const ids = Array.from({ length: 50 }, (_, index) => `evt_${index}`);
const ownObject = (id: string) => deliveryOf(id, { data: { object: { id: `sub_${id}` } } });

describe.skipIf(!HAS_REDIS)("the Redis inbox", () => {
  test("loses nothing that a server with appendfsync always acknowledged before it was killed", async () => {
    const durable = { appendonly: "yes", appendfsync: "always" };
    const { redis: client, folder } = await ownRedis(durable);
    const pid = Number(/process_id:(\d+)/.exec(await client.info("server"))?.[1]);
    const inbox = redisInbox({ client, logger });
    const stored = new Set<string>();
    const storing = ids.map(async (id) => {
      await inbox.store(ownObject(id));
      stored.add(id);
      if (stored.size === 25) process.kill(pid, "SIGKILL");
    });
    await Promise.allSettled(storing);
    expect(stored.size).toBeGreaterThanOrEqual(25);

    const { redis: restarted } = await ownRedis({ ...durable, dir: folder });
    const after = redisInbox({ client: restarted, logger });
    const taken = new Set<string>();
    while ((await after.processNext(async ({ key }) => void taken.add(key.eventId))) !== undefined);
    for (const id of stored) expect(taken).toContain(id);
  });

  test("goes on when the server has forgotten its scripts", async () => {
    const { redis: client } = await ownRedis();
    const inbox = redisInbox({ client, logger });
    await inbox.store(ownObject("evt_1"));
    await client.script("FLUSH");
    const taken = await inbox.processNext(async () => {
      await client.script("FLUSH");
    });
    expect(taken?.result.status).toBe("handled");
    expect(await inbox.store(ownObject("evt_1"))).toEqual({ status: "duplicate" });
  });

  test("refuses deliveries when the memory is full, and still records what was handled", async () => {
    const { redis: client } = await ownRedis({ "maxmemory-policy": "noeviction" });
    const inbox = redisInbox({ client, logger });
    await inbox.store(ownObject("evt_0"));
    const taken = await inbox.processNext(async () => {
      await client.config("SET", "maxmemory", "1");
      await expect(inbox.store(ownObject("evt_1"))).rejects.toThrow(/OOM/);
      await expect(inbox.process(ownObject("evt_2"), done)).rejects.toThrow(/OOM/);
    });
    expect(taken?.result.status).toBe("handled");
    await client.config("SET", "maxmemory", "0");
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
    expect(await inbox.process(ownObject("evt_2"), done)).toMatchObject({ status: "handled", attempt: 1 });
  });

  test("takes a claim and a result that the client sent again, since their answers were lost, as one", async () => {
    const { port } = await ownRedis();
    const link = await startLink(port);
    const client = new Redis({ port: link.port, retryStrategy: () => 1 });
    client.on("error", () => undefined);
    onTestFinished(() => client.disconnect());
    const inbox = redisInbox({ client, logger });
    // Their scripts are known from here on, so that each is sent once.
    await inbox.process(ownObject("evt_warm"), done);
    await inbox.store(ownObject("evt_stored"));
    await inbox.processNext(done);

    link.loseNextAnswer();
    const handled = await inbox.process(ownObject("evt_1"), async () => link.loseNextAnswer());
    expect(handled).toEqual({ status: "handled", attempt: 1, value: undefined });
    await inbox.store(ownObject("evt_2"));
    await inbox.store(ownObject("evt_3"));
    link.loseNextAnswer();
    expect((await inbox.processNext(done))?.result).toMatchObject({ status: "handled", attempt: 1 });
    expect((await inbox.processNext(done))?.result).toMatchObject({ status: "handled", attempt: 1 });
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
    expect(link.lost).toBe(3);
  });

  test("keeps few bytes of what was handled", async () => {
    const { redis: client } = await ownRedis();
    const inbox = redisInbox({ client, logger });
    await inbox.process(ownObject("evt_0"), done);
    const before = await usedBytes(client);
    const many = Array.from({ length: 5_000 }, (_, index) => `evt_1SrPdRB4ZkEyu2Gh${index}`);
    await Promise.all(many.map((id) => inbox.process(ownObject(id), done)));
    // What is kept for a minute, in case an answer was lost, is not what is kept for 35 days.
    await client.del("{billing_inbox}:settled");
    expect((await usedBytes(client)) - before).toBeLessThan(5_000 * 400);
  });
});

async function usedBytes(client: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
}

/** A link to the server that can cut a connection in place of passing on the next answer. */
async function startLink(port: number) {
  let cuts = false;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.pipe(far);
    far.on("data", (chunk) => {
      if (!cuts) return near.write(chunk);
      cuts = false;
      lost += 1;
      near.destroy();
      return far.destroy();
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    // A server that listens on a port has an address of this kind; a string is that of a pipe.
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () => {
      cuts = true;
    },
    get lost() {
      return lost;
    },
  };
}
