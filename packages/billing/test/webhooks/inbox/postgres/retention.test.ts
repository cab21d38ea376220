import { describePostgres } from "@repo/test-kit/postgres-schema";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import type { Answer, Database, Query } from "../../../../src/webhooks/inbox/postgres/database.js";
import { Retention } from "../../../../src/webhooks/inbox/postgres/retention.js";
import { writeStatements } from "../../../../src/webhooks/inbox/postgres/statements.js";
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

  test("are objects with news alone, however many there are", async () => {
    const { pool, name } = store.schema;
    await pool.query(
      `INSERT INTO "${name}".objects (object_hash, newest_at_ms)
        SELECT n, CASE WHEN n IN (-2, 1000, 1001, 1002) THEN 0 ELSE extract(epoch FROM now()) * 1000 END
        FROM generate_series(-997, 1002) AS n`,
    );
    const left = [];
    for (let times = 0; times < 3; times += 1) {
      await store.inbox.forgetExpired();
      left.push(await count("objects"));
    }
    // A thousand are looked at each time, in the order of their hashes.
    expect(left).toEqual([1_999, 1_996, 1_996]);
    await pool.query(`INSERT INTO "${name}".objects (object_hash, newest_at_ms) VALUES (-998, 0)`);
    await store.inbox.forgetExpired();
    expect(await count("objects")).toBe(1_996);
  });
});

describe("the time between two looks at what is old", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Retention in a database in which so many deliveries are old each time. */
  function open(oldTimes: readonly (number | Error)[]) {
    const statements = writeStatements();
    const looks: number[] = [];
    const query = vi.fn(async (text: string): Promise<Answer> => {
      if (text !== statements.forgetHandled) return { rows: [{ seen: 0, last: null }] };
      const old = oldTimes[looks.length] ?? 0;
      looks.push(Math.round(performance.now() / 100) / 10);
      if (old instanceof Error) throw old;
      return { rows: Array.from({ length: old }, () => ({})) };
    });
    const session: Database<unknown>["session"] = () => expect.unreachable("It needs no session.");
    const foreground: Query = () => expect.unreachable("Nobody waits for it.");
    const database = { query: foreground, queryInBackground: query, session };
    const retention = new Retention(database, statements, 1);
    /** Nudges it, as each delivery does, ten times a second. */
    const nudgeFor = async (seconds: number) => {
      for (let tenths = 0; tenths < seconds * 10; tenths += 1) {
        retention.nudge();
        retention.nudge();
        await new Promise(setImmediate);
        vi.advanceTimersByTime(100);
      }
    };
    return { looks, nudgeFor };
  }

  test("is a minute, however many deliveries come", async () => {
    const { looks, nudgeFor } = open([]);
    await nudgeFor(121);
    expect(looks.map((at) => at - (looks[0] ?? 0))).toEqual([0, 60, 120]);
  });

  test("is a second while there is more", async () => {
    const { looks, nudgeFor } = open([1_000, 1_000, 999]);
    await nudgeFor(63);
    expect(looks.map((at) => at - (looks[0] ?? 0))).toEqual([0, 1, 2, 62]);
  });

  test("is a minute after a look that failed", async () => {
    const { looks, nudgeFor } = open([new Error("no route to host")]);
    await nudgeFor(61);
    expect(looks.map((at) => at - (looks[0] ?? 0))).toEqual([0, 60]);
  });
});
