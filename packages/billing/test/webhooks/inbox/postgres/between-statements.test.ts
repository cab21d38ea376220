import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { PausedWork } from "../../../../src/testing/inbox-contract/work.js";
import type { OneMessage } from "../../../../src/webhooks/inbox/postgres/one-message.js";

const mustNotRun = async () => expect.unreachable("Its work must not run.");
const broken = new Error("broken");
const fail = () => Promise.reject(broken);
const unreachable = new Error("no route to host");

/** Looks at each statement before it is sent, and may take its time, or throw what the client would. */
type Before = (text: string) => Promise<unknown> | undefined;

const failAt =
  (...statements: readonly RegExp[]): Before =>
  async (text) => {
    if (statements.some((statement) => statement.test(text))) throw unreachable;
  };

const [CLAIM_NEW, CLAIM_DEAD, FENCE, SETTLE, FAIL] = [
  /\.claim_new\(/,
  /claimed AS .*WHERE id = \$1 AND died_at IS NOT NULL$/s,
  /\.fence\(/,
  /\.settle\(/,
  /\.fail\(/,
];

describePostgres("what happens between two statements of a Postgres inbox", () => {
  let schema: Schema;

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
  });

  afterEach(() => schema.drop());

  const open = (pool: { connect(): Promise<PoolClient> } = schema.pool) =>
    postgresInbox({ pool, schema: schema.name, maxAttempts: 1, objectWaitSeconds: 0 });

  /** An inbox whose client takes one statement at a time. */
  const openOneByOne = (before: Before) =>
    open({
      connect: async () => {
        const client = await schema.pool.connect();
        const query = async (text: string, values?: unknown[]) => {
          await before(text);
          return client.query(text, values);
        };
        // The inbox calls no other form of it.
        return { query, release: (destroy?: boolean) => client.release(destroy) } as PoolClient;
      },
    });

  /** An inbox whose client sends the claim in one message with what opens the transaction. */
  const openAtOnce = (before: Before) =>
    open({
      connect: async () => {
        const client = await schema.pool.connect();
        const query = async (sent: string | OneMessage, values?: unknown[]) => {
          await before(typeof sent === "string" ? sent : sent.text);
          if (typeof sent === "string") return client.query(sent, values);
          void client.query(sent);
          return sent.rows;
        };
        return new Proxy(client, {
          get: (target, name) => (name === "query" ? query : Reflect.get(target, name)),
        });
      },
    });

  const waiting = async () => (await schema.pool.query(`SELECT FROM "${schema.name}".pending`)).rowCount;

  test("an event that was settled as it was claimed is a duplicate, and leaves nothing to do", async () => {
    const inbox = openOneByOne(async (text) => {
      if (!FENCE.test(text)) return;
      await schema.pool.query(
        `INSERT INTO "${schema.name}".handled (id) SELECT id FROM "${schema.name}".pending`,
      );
    });
    expect(await inbox.process(aDelivery("evt_1"), mustNotRun)).toEqual({ status: "duplicate" });
    expect(await waiting()).toBe(0);
  });

  test("an event that another process took over before its work began is at work there", async () => {
    const inbox = openOneByOne(async (text) => {
      if (!FENCE.test(text)) return;
      await schema.pool.query(`UPDATE "${schema.name}".pending SET token = gen_random_uuid()`);
    });
    expect(await inbox.process(aDelivery("evt_1"), mustNotRun)).toEqual({ status: "busy" });
    expect(await waiting()).toBe(1);
  });

  test("a failure that cannot be stored is told all the same, after three tries", async () => {
    const tries: string[] = [];
    const inbox = openOneByOne(async (text) => {
      if (!FAIL.test(text)) return;
      tries.push(text);
      throw unreachable;
    });
    expect(await inbox.process(aDelivery("evt_1"), fail)).toEqual({
      status: "failed",
      attempt: 1,
      error: broken,
    });
    expect(tries).toHaveLength(3);
  });

  test("a commit of which nothing can be learned is no answer", async () => {
    const inbox = openOneByOne(failAt(SETTLE, FAIL));
    await expect(inbox.process(aDelivery("evt_1"), async () => undefined)).rejects.toBe(unreachable);
    expect(await waiting()).toBe(1);
  });

  test("a claim of which nothing can be learned is no failed attempt", async () => {
    const inbox = openAtOnce(failAt(CLAIM_NEW, FAIL));
    await expect(inbox.process(aDelivery("evt_1"), mustNotRun)).rejects.toBe(unreachable);
    expect(await waiting()).toBe(0);
  });

  test("a claim that Postgres refuses is not taken for an object at work", async () => {
    await open().process(aDelivery("evt_dead"), fail);
    const requeued = openOneByOne(failAt(CLAIM_DEAD)).requeue(aDelivery("evt_dead").key, mustNotRun);
    await expect(requeued).rejects.toBe(unreachable);
    await schema.pool.query(`DROP FUNCTION "${schema.name}".claim_next`);
    await expect(open().processNext(mustNotRun)).rejects.toMatchObject({ code: "42883" });
  });

  test("an event whose object stays at work is busy, and so is a dead one that another process tries", async () => {
    const about = { objectId: "cus_busy" };
    const holder = new PausedWork();
    const dead = aDelivery("evt_dead", about);
    await open().process(dead, fail);
    const requeueing = open().requeue(dead.key, holder.run);
    await holder.started;
    expect(await open().process(aDelivery("evt_1", about), mustNotRun)).toEqual({ status: "busy" });
    expect(await open().requeue(dead.key, mustNotRun)).toEqual({ status: "busy" });
    holder.finish();
    expect(await requeueing).toMatchObject({ status: "handled", attempt: 2 });
  });

  test("an event whose last attempt was cut off is dead when its turn comes, with the attempts that it had", async () => {
    await schema.pool.query(
      `INSERT INTO "${schema.name}".pending (id, event_type, created_at_ms, body, attempts, token, due_at)
        VALUES ('test::evt_1', 'customer.updated', 0, '{}', 1, gen_random_uuid(), now() - interval '1 s')`,
    );
    expect(await open().processNext(mustNotRun)).toEqual({
      delivery: expect.objectContaining({ key: { eventId: "evt_1", livemode: false } }),
      result: { status: "dead", attempt: 1 },
    });
    const [dead] = await open().listDead();
    expect(dead).toStrictEqual({
      key: { eventId: "evt_1", livemode: false },
      eventType: "customer.updated",
      attempts: 1,
      diedAt: expect.any(Date),
    });
    expect(Math.abs(Date.now() - Number(dead?.diedAt))).toBeLessThan(60_000);
  });

  test.each([
    [undefined, 4, { status: "failed", attempt: 4 }],
    [1, 1, { status: "dead", attempt: 1 }],
  ])(
    "work that Postgres makes give way runs again at once, of %s attempts: %i",
    async (maxAttempts, runs, expected) => {
      const inbox = postgresInbox({ pool: schema.pool, schema: schema.name, maxAttempts });
      const error = Object.assign(new Error("could not serialize access"), { code: "40001" });
      const work = vi.fn(() => Promise.reject(error));
      expect(await inbox.process(aDelivery("evt_1"), work)).toEqual({ ...expected, error });
      expect(work).toHaveBeenCalledTimes(runs);
    },
  );

  test("work that gives way once is handled by its next attempt, also where it was taken up from what is due", async () => {
    const inbox = postgresInbox({ pool: schema.pool, schema: schema.name });
    const delivery = aDelivery("evt_1");
    await inbox.store(delivery);
    const work = vi.fn(async () => "done");
    work.mockRejectedValueOnce(Object.assign(new Error("deadlock detected"), { code: "40P01" }));
    expect(await inbox.processNext(work)).toEqual({
      delivery,
      result: { status: "handled", attempt: 2, value: "done" },
    });
  });

  test("an event without an object comes back without one", async () => {
    const { objectId: _, ...delivery } = aDelivery("evt_1");
    await open().store(delivery);
    expect(await open().find(delivery.key)).toStrictEqual(delivery);
    expect(await open().find(aDelivery("evt_2").key)).toBeUndefined();
  });
});
