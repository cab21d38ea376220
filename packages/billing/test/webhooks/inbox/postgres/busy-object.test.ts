import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrateInbox, type PostgresInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { PausedWork } from "../../../../src/testing/inbox-contract/work.js";
import type { Delivery } from "../../../../src/webhooks/inbox/inbox.js";

const busy = (name: string) => aDelivery(name, { objectId: "cus_busy" });
const done = async () => undefined;

describePostgres("deliveries that wait for their object in Postgres", () => {
  let schema: Schema;
  let inbox: PostgresInbox<PoolClient>;

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
    schema.pool.on("error", () => undefined);
    inbox = postgresInbox({ pool: schema.pool, schema: schema.name });
  });

  afterEach(() => schema.drop());

  async function store(
    names: readonly string[],
    toDelivery: (name: string) => Delivery = busy,
  ): Promise<void> {
    for (const name of names) await inbox.store(toDelivery(name));
  }

  async function count(condition: string): Promise<number> {
    const { rows } = await schema.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM "${schema.name}".pending WHERE ${condition}`,
    );
    return rows[0]?.count ?? Number.NaN;
  }

  test("are passed over by one claim, and in the way of no other", async () => {
    const holder = new PausedWork();
    const holding = inbox.process(busy("evt_holder"), holder.run);
    await holder.started;
    await schema.pool.query(
      `INSERT INTO "${schema.name}".pending (id, event_type, object, created_at_ms, body, due_at)
        SELECT 'test::evt_' || n, 'customer.updated', 'test::cus_busy', 0, '{}', now() - interval '1 minute'
        FROM generate_series(1, 1000) n`,
    );
    await store(["evt_other"], aDelivery);
    expect((await inbox.processNext(done))?.delivery.key.eventId).toBe("evt_other");
    expect(await count("waits_since IS NOT NULL")).toBe(1_000);
    expect(await count("died_at IS NULL AND due_at <= clock_timestamp()")).toBe(0);
    holder.finish();
    await holding;
  });

  test("wait for no inbox of another schema that takes up the same object's", async () => {
    const other = await createSchema();
    const session = await other.pool.connect();
    try {
      await migrateInbox(other.pool, { schema: other.name });
      await postgresInbox({ pool: other.pool, schema: other.name }).store(busy("evt_1"));
      await session.query("BEGIN");
      await session.query(`SELECT * FROM "${other.name}".claim_next(60000, 3)`);
      await store(["evt_1"]);
      expect((await inbox.processNext(done))?.result).toMatchObject({ status: "handled" });
    } finally {
      await session.query("ROLLBACK");
      session.release();
      await other.drop();
    }
  });

  test("are all passed over for one that is free, however many objects are at work", async () => {
    await schema.pool.query(
      `INSERT INTO "${schema.name}".pending (id, event_type, object, created_at_ms, body, token, due_at)
        SELECT 'test::evt_' || kind || n, 'customer.updated', 'test::cus_' || n, 0, '{}',
          CASE kind WHEN 'held' THEN gen_random_uuid() END,
          now() + CASE kind WHEN 'held' THEN interval '1 hour' ELSE interval '-1 minute' END
        FROM generate_series(1, 150) n, unnest(ARRAY['held', 'due']) kind`,
    );
    await store(["evt_other"], aDelivery);
    expect((await inbox.processNext(done))?.delivery.key.eventId).toBe("evt_other");
  });

  test("are passed over when their object is claimed in the same moment", async () => {
    await store(["evt_1"]);
    await store(["evt_other"], aDelivery);
    const impatient = postgresInbox({ pool: schema.pool, schema: schema.name, objectWaitSeconds: 0 });
    const holder = await schema.pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query(
        `SELECT "${schema.name}".claim_new('test::evt_0', 'customer.updated', 'test::cus_busy', 0, '{}', gen_random_uuid(), 60000)`,
      );
      const next = impatient.processNext(done);
      await expect.poll(() => countWaitingForLock(schema)).toBe(1);
      await holder.query("COMMIT");
      expect((await next)?.delivery.key.eventId).toBe("evt_other");
    } finally {
      holder.release();
    }
  });

  test("are taken up one after another, oldest first, as soon as it is free", async () => {
    const holder = new PausedWork();
    const holding = inbox.process(busy("evt_holder"), holder.run);
    await holder.started;
    const names = ["evt_1", "evt_2", "evt_3", "evt_4"];
    await store(names);
    expect(await inbox.processNext(done)).toBeUndefined();
    holder.finish();
    await holding;
    const taken: string[] = [];
    for (let next = await inbox.processNext(done); next !== undefined; next = await inbox.processNext(done)) {
      taken.push(next.delivery.key.eventId);
    }
    expect(taken).toEqual(names);
  });

  test("are taken up after one that failed, too", async () => {
    const holder = new PausedWork();
    const holding = inbox.process(busy("evt_holder"), async () => {
      await holder.run();
      throw new Error("broken");
    });
    await holder.started;
    await store(["evt_1"]);
    expect(await inbox.processNext(done)).toBeUndefined();
    holder.finish();
    expect((await holding).status).toBe("failed");
    expect((await inbox.processNext(done))?.delivery.key.eventId).toBe("evt_1");
  });

  test("are none forgotten when many workers take them up while they are parked and woken", async () => {
    const names = Array.from({ length: 120 }, (_, n) => `evt_${n}`);
    const running = new Set<string | undefined>();
    const taken: string[] = [];
    await store(names, (name) => aDelivery(name, { objectId: `cus_${Number(name.slice(4)) % 2}` }));
    const work = async ({ key, objectId }: Delivery) => {
      expect(running).not.toContain(objectId);
      running.add(objectId);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running.delete(objectId);
      taken.push(key.eventId);
    };
    // A wake-up that is missed would take ten leases of 30 seconds, which is longer than a test may.
    const worker = async () => {
      while (taken.length < names.length) {
        const next = await inbox.processNext(work);
        if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
        else if (next.result.status === "failed") throw next.result.error;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(taken.toSorted()).toEqual(names.toSorted());
    expect(await count("true")).toBe(0);
  });
});

async function countWaitingForLock({ pool, name }: Schema): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($1 IN query) > 0`,
    [`"${name}".claim_next(`],
  );
  return rows[0]?.count ?? Number.NaN;
}
