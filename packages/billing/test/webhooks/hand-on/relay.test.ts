import { describePostgres } from "@repo/test-kit/postgres-schema";
import { startRedis } from "@repo/test-kit/redis";
import { redisUrl } from "@repo/test-kit/servers";
import type { Queue, Worker } from "bullmq";
import fc from "fast-check";
import { Redis } from "ioredis";
import type { PoolClient } from "pg";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { DeliveryKey } from "../../../src/webhooks.js";
import { type OpenPostgresInbox, openPostgresInbox } from "../inbox/postgres/open-inbox.js";
import { createApplication, type Handle } from "./application.js";
import { relay, sweep, workOne } from "./recipes/any-queue.js";
import { openQueue, startWorker } from "./recipes/bullmq.js";

const opened: OpenPostgresInbox[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ schema }) => schema.drop()));
});

/** An application that hands stored events to a queue, and whose handler writes one effect for each event. */
async function open(send: (key: DeliveryKey) => Promise<unknown>, handle: Handle = async () => undefined) {
  const store = await openPostgresInbox();
  opened.push(store);
  const write: Handle = async (change, tx, attempt) => {
    await store.effects?.write(tx, change.idempotencyKey);
    await handle(change, tx, attempt);
  };
  const application = createApplication(relay<PoolClient>(store.inbox, send), write, "stored");
  return { ...application, inbox: store.inbox, count: async (id: string) => store.effects?.count(id) };
}

describePostgres("events that are handed on to any queue", () => {
  test("take effect once each, whatever the queue loses, doubles and mixes up", async () => {
    const jobs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(jobs, fc.infiniteStream(fc.nat()), async (copies, order) => {
        const queue: DeliveryKey[] = [];
        const app = await open(async (key) => void queue.push(key));
        const ids = copies.map((_, index) => `evt_${index}`);
        for (const id of ids) expect(await app.deliver(id)).toMatchObject({ status: "stored" });
        const brought = queue.flatMap((key, index) => Array.from({ length: copies[index] ?? 0 }, () => key));
        const mixed = brought.map((key) => ({ key, at: order.next().value })).sort((a, b) => a.at - b.at);
        // A job may be refused while its double is at work; a queue would bring it again.
        await Promise.allSettled(mixed.map(({ key }) => workOne(app, key)));
        expect((await app.inbox.readStats()).waiting).toBe(copies.filter((count) => count === 0).length);
        await sweepUntil(
          () => app.outcomes.filter(({ status }) => status === "handled").length === ids.length,
          app,
        );
        expect(await Promise.all(ids.map((id) => app.count(id)))).toEqual(ids.map(() => 1));
      }),
      { numRuns: 5 },
    );
  });

  test("are not acknowledged while the queue cannot take them, and are when they are delivered again", async () => {
    const send = vi.fn(async (_key: DeliveryKey) => undefined);
    send.mockRejectedValueOnce(new Error("the queue is away"));
    const app = await open(send);
    expect(await app.deliver("evt_1")).toMatchObject({ status: "failed" });
    expect(await app.deliver("evt_1")).toMatchObject({ status: "stored" });
    expect(send).toHaveBeenCalledTimes(2);
  });

  test("come back to the queue while their handler fails, and leave it once they are dead", async () => {
    const app = await open(
      async () => undefined,
      async () => Promise.reject(new Error("always")),
    );
    const { delivery: key } = await app.deliver("evt_1");
    for (let attempt = 1; attempt < 20; attempt += 1) {
      await expect(workOne(app, key ?? expect.fail("it was stored"))).rejects.toThrow("failed");
    }
    await workOne(app, key ?? expect.fail("it was stored"));
    await workOne(app, key ?? expect.fail("it was stored"));
    expect(await app.inbox.listDead()).toMatchObject([{ key, attempts: 20 }]);
    expect(await app.count("evt_1")).toBe(0);
  });
});

describePostgres("events that are handed on to BullMQ", () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  describe.skipIf(redisUrl() === undefined)("on Redis", () => {
    const connection = { url: redisUrl() ?? "" };
    let queue: Queue<DeliveryKey>;

    async function openOnQueue(handle?: Handle) {
      const name = `stripe-${crypto.randomUUID()}`;
      queue = await openQueue(connection, name);
      ends.push(async () => {
        await queue.obliterate({ force: true });
        await queue.close();
      });
      const app = await open((key) => queue.add("delivery", key), handle);
      const start = () => {
        const worker: Worker<DeliveryKey> = startWorker(app, connection, name);
        worker.on("error", () => undefined);
        ends.push(() => worker.close());
      };
      return { ...app, start };
    }

    test("are handled by its worker, with ids alone in the job", async () => {
      const app = await openOnQueue();
      await app.deliver("evt_1");
      expect((await queue.getJobs()).map(({ data }) => data)).toEqual([
        { eventId: "evt_1", livemode: false },
      ]);
      app.start();
      await vi.waitFor(() => expect(app.outcomes.at(-1)?.status).toBe("handled"), 10_000);
      expect(await app.count("evt_1")).toBe(1);
    });

    test("take effect once when Redis has forgotten their jobs", async () => {
      const app = await openOnQueue();
      await app.deliver("evt_1");
      await queue.obliterate({ force: true });
      app.start();
      await sweepUntil(() => app.outcomes.at(-1)?.status === "handled", app);
      expect(await app.count("evt_1")).toBe(1);
    });

    test("take effect once when their jobs are doubled and two workers bring them", async () => {
      const app = await openOnQueue();
      const { delivery: key } = await app.deliver("evt_1");
      for (let copy = 0; copy < 5; copy += 1)
        await queue.add("delivery", key ?? expect.fail("it was stored"));
      app.start();
      app.start();
      await vi.waitFor(
        async () =>
          expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
        20_000,
      );
      expect(app.outcomes.filter(({ status }) => status === "handled")).toHaveLength(1);
      expect(await app.count("evt_1")).toBe(1);
    });

    test("are tried again by BullMQ after their handler failed, with the attempts of the inbox", async () => {
      const app = await openOnQueue(async (_change, _tx, attempt) => {
        if (attempt === 1) throw new Error("not yet");
      });
      await app.deliver("evt_1");
      app.start();
      await vi.waitFor(
        () => expect(app.outcomes.at(-1)).toMatchObject({ status: "handled", attempt: 2 }),
        10_000,
      );
      expect(await app.count("evt_1")).toBe(1);
    });
  });

  test("are not acknowledged while Redis does not answer", { timeout: 60_000 }, async ({ skip }) => {
    if (redisUrl() === undefined) return skip("there is no Redis");
    const redis = await startRedis();
    ends.push(redis.stop);
    const queue = await openQueue({ url: redis.url });
    ends.push(() => queue.close());
    const app = await open((key) => queue.add("delivery", key));
    const client = new Redis(redis.url);
    ends.push(() => client.quit());
    await client.client("PAUSE", 20_000, "WRITE");
    expect(await app.deliver("evt_1")).toMatchObject({ status: "failed" });
    expect(await app.inbox.readStats()).toMatchObject({ waiting: 1 });
    await client.client("UNPAUSE");
    expect(await app.deliver("evt_1")).toMatchObject({ status: "stored" });
  });

  test("are not acknowledged while Redis is away", async ({ skip }) => {
    if (redisUrl() === undefined) return skip("there is no Redis");
    const redis = await startRedis();
    const queue = await openQueue({ url: redis.url });
    queue.on("error", () => undefined);
    // Not awaited, since BullMQ waits there for a connection that is gone.
    ends.push(async () => void queue.disconnect());
    const app = await open((key) => queue.add("delivery", key));
    expect(await app.deliver("evt_1")).toMatchObject({ status: "stored" });
    await redis.stop();
    expect(await app.deliver("evt_2")).toMatchObject({ status: "failed" });
    expect(await app.inbox.readStats()).toMatchObject({ waiting: 2 });
  });
});

/** Sweeps, and stops as soon as it is true. */
async function sweepUntil(isTrue: () => boolean, app: Parameters<typeof sweep>[0]): Promise<void> {
  await Promise.race([
    sweep(app),
    vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 5_000, interval: 20 }),
  ]);
  expect(isTrue()).toBe(true);
}
