import { describePostgres } from "@repo/test-kit/postgres-schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { type OpenPostgresInbox, openPostgresInbox } from "./open-inbox.js";

const done = async () => undefined;

describePostgres("what the Postgres inbox keeps", () => {
  let store: OpenPostgresInbox;

  beforeEach(async () => {
    store = await openPostgresInbox();
  });

  afterEach(() => store.schema.drop());

  async function count(table: string): Promise<number> {
    const { pool, name } = store.schema;
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM "${name}".${table}`,
    );
    return rows[0]?.count ?? Number.NaN;
  }

  async function addHandled(rows: number, daysAgo: number): Promise<void> {
    const { pool, name } = store.schema;
    await pool.query(
      `INSERT INTO "${name}".handled (id, handled_at)
        SELECT 'live::evt_' || $2 || '_' || n, now() - $2::float8 * interval '1 day' FROM generate_series(1, $1) AS n`,
      [rows, daysAgo],
    );
  }

  test("is not the body of what was handled", async () => {
    await store.inbox.process(aDelivery("evt_1"), done);
    expect(await count("pending")).toBe(0);
    expect(await count("handled")).toBe(1);
  });

  test("is every handled delivery for 35 days, and is removed after that without anybody asking", async () => {
    await addHandled(1_500, 36);
    await addHandled(10, 34.9);
    await store.inbox.process(aDelivery("evt_1"), done);
    await vi.waitFor(async () => expect(await count("handled")).toBe(511), 5_000);
    expect(await store.inbox.forgetExpired()).toBe(500);
    expect(await store.inbox.forgetExpired()).toBe(0);
    expect(await count("handled")).toBe(11);
  });

  test("is the newest event of an object while an older one may still come", async () => {
    const old = Math.floor(Date.now() / 1000) - 36 * 86_400;
    await store.inbox.process(aDelivery("evt_old", { createdAtSeconds: old }), done);
    await store.inbox.process(aDelivery("evt_new", { createdAtSeconds: old + 2 * 86_400 }), done);
    await vi.waitFor(async () => {
      await store.inbox.forgetExpired();
      expect(await count("objects")).toBe(1);
    });
  });

  test("takes less than 300 bytes for a settled event, its object and all indexes included", async () => {
    const { pool, name } = store.schema;
    const events = 20_000;
    // As many objects as events, which is the most that can be.
    await pool.query(
      `INSERT INTO "${name}".handled (id) SELECT 'live::evt_1MtHbELkdIwHu7ixl4' || to_char(n, 'FM000000') FROM generate_series(1, $1) AS n`,
      [events],
    );
    await pool.query(
      `INSERT INTO "${name}".objects (object_hash, newest_at_ms)
        SELECT hashtextextended(n::text, 0), 1800000000000 + n FROM generate_series(1, $1) AS n`,
      [events],
    );
    const { rows } = await pool.query<{ bytes: number }>(
      `SELECT (pg_total_relation_size('"${name}".handled') + pg_total_relation_size('"${name}".objects'))::float8 / $1 AS bytes`,
      [events],
    );
    expect(rows[0]?.bytes).toBeLessThan(300);
  });
});
