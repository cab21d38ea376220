import { randomUUID } from "node:crypto";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrateInbox } from "../../../../src/postgres.js";

const TABLES = ["pending", "handled", "objects"];
const MANY = 20_000;
/** After five calls Postgres keeps one plan for all that follow. */
const CALLS_UNTIL_PLANNED = 10;
/** More than a round needs, and far less than there is. */
const FEW = 100;

describePostgres("a session that planned its statements while the tables were empty", () => {
  let schema: Schema;
  let session: PoolClient;

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
    for (const table of TABLES) {
      // An analysis in between would have the session plan anew.
      await schema.pool.query(`ALTER TABLE "${schema.name}".${table} SET (autovacuum_enabled = off)`);
    }
    await analyze();
    session = await schema.pool.connect();
  });

  afterEach(async () => {
    session.release();
    await schema.drop();
  });

  /** Calls one of the functions, and returns its row. */
  async function call(name: string, ...values: unknown[]): Promise<Readonly<Record<string, string | null>>> {
    const places = values.map((_, index) => `$${index + 1}`).join(", ");
    const text = `SELECT * FROM "${schema.name}".${name}(${places}) AS ${name}`;
    return (await session.query(text, values)).rows[0] ?? {};
  }

  /** One delivery that arrives and is handled, and one that is stored, taken up and fails. */
  async function handleAndFail(round: number): Promise<void> {
    const [id, token, about] = [`test::evt_${round}`, randomUUID(), `test::sub_${round}`];
    await session.query("BEGIN");
    await call("claim_new", id, "customer.updated", about, 0, "{}", token, 60_000);
    const { fence } = await call("fence", id, token, 60_000);
    await call("settle", id, token, fence?.split(",")[0], about, 0);
    await call("store", `test::evt_stored_${round}`, "customer.updated", `test::cus_${round}`, 0, "{}");
    const taken = await call("claim_next", 60_000, 20);
    const failed = await call("fail", taken["id"], taken["token"], taken["object"], "broken", 20);
    expect(failed["dead"]).toBe(false);
  }

  async function analyze(): Promise<void> {
    for (const table of TABLES) await schema.pool.query(`VACUUM ANALYZE "${schema.name}".${table}`);
  }

  async function plan(): Promise<void> {
    for (let round = 1; round <= CALLS_UNTIL_PLANNED; round += 1) {
      await handleAndFail(round);
      await session.query("COMMIT");
    }
  }

  /** Adds deliveries that wait, and as many that are at work. */
  async function addPending(): Promise<void> {
    await schema.pool.query(
      `INSERT INTO "${schema.name}".pending (id, event_type, object, created_at_ms, body, due_at, token)
        SELECT 'test::evt_due_' || n, 'customer.updated', 'test::prod_' || n, 0, '{}', now() - n * interval '1 second', NULL
        FROM generate_series(1, ${MANY}) n
        UNION ALL SELECT 'test::evt_held_' || n, 'customer.updated', 'test::in_' || n, 0, '{}', now() + interval '1 hour',
          gen_random_uuid() FROM generate_series(1, ${MANY}) n`,
    );
  }

  test("reads few rows of them, and by index, when they are full", async () => {
    await plan();
    await expectFewRead();
  });

  test("does so too where many deliveries had been and gone", async () => {
    await addPending();
    await schema.pool.query(`DELETE FROM "${schema.name}".pending`);
    await analyze();
    // What is at work has an index of its own. As small as this one is now, Postgres would rather read all of it.
    await schema.pool.query(`REINDEX INDEX "${schema.name}".pending_one_per_object`);
    await plan();
    await expectFewRead();
  });

  async function expectFewRead(): Promise<void> {
    await addPending();
    await schema.pool.query(
      `INSERT INTO "${schema.name}".handled (id) SELECT 'test::evt_old_' || n FROM generate_series(1, ${MANY}) n`,
    );
    await schema.pool.query(
      `INSERT INTO "${schema.name}".objects SELECT hashtextextended('test::price_' || n, 0), 0 FROM generate_series(1, ${MANY}) n`,
    );
    await handleAndFail(0);
    // Of this session's open transaction.
    const { rows } = await session.query<{ whole: number; found: number }>(
      `SELECT sum(seq_tup_read)::int AS whole, sum(idx_tup_fetch)::int AS found
        FROM pg_stat_xact_user_tables WHERE schemaname = $1`,
      [schema.name],
    );
    await session.query("COMMIT");
    expect(rows[0]?.whole).toBe(0);
    expect(rows[0]?.found).toBeLessThan(FEW);
  }

  test("planned each of them for good, whatever the values are", async () => {
    const { rows } = await schema.pool.query<{ name: string }>(
      `SELECT proname AS name FROM pg_proc WHERE pronamespace = $1::regnamespace
        AND 'plan_cache_mode=force_generic_plan' = ANY (proconfig) IS NOT TRUE`,
      [schema.name],
    );
    expect(rows).toEqual([]);
  });
});
