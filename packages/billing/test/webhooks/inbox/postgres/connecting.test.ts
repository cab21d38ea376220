import { setImmediate as nextTurn } from "node:timers/promises";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { Pool, PoolClient } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectingDatabase } from "../../../../src/webhooks/inbox/postgres/connecting.js";
import type { ConnectedClient, Opened } from "../../../../src/webhooks/inbox/postgres/database.js";

const TIMEOUT_MS = 5_000;
const PID = "SELECT pg_backend_pid() AS pid";
const OPEN = { text: "SELECT $1::text AS opened", values: ["yes"] };
const never = new Promise<never>(() => undefined);

describePostgres("a Postgres inbox's connection", () => {
  let schema: Schema;
  let pool: Pool;

  beforeEach(async () => {
    schema = await createSchema();
    pool = schema.connect({ max: 4 }).on("error", () => undefined);
  });

  afterEach(() => schema.drop());

  const open = (timeoutMs = TIMEOUT_MS) => connectingDatabase<PoolClient>(pool, timeoutMs);

  /** A pool whose clients are changed on their way out. */
  const openChanged = (change: (client: PoolClient) => ConnectedClient, timeoutMs = TIMEOUT_MS) =>
    connectingDatabase({ connect: async () => change(await pool.connect()) }, timeoutMs);

  /** A client that has `query` and `release` alone. */
  const bare = (client: PoolClient, changed: Partial<ConnectedClient> = {}): ConnectedClient => ({
    query: (text, values) => client.query(text, values),
    release: (destroy) => client.release(destroy),
    ...changed,
  });

  const closeWith =
    (text: string) =>
    async ({ tx }: Opened<PoolClient>) => ({
      value: (await tx.query(PID)).rows[0]?.pid,
      close: { text, values: [] },
    });

  test("goes back to the pool and serves again, also after a statement that Postgres refused", async () => {
    const database = open();
    const first = await database.query(PID);
    await expect(database.query("SELECT 1 / 0")).rejects.toMatchObject({ code: "22012" });
    await expect(
      database.session((connection) => connection.transaction(OPEN, closeWith("SELECT 1 / 0"))),
    ).rejects.toMatchObject({ code: "22012" });
    expect(await database.query(PID)).toMatchObject({ rows: first.rows });
    expect(pool.totalCount).toBe(1);
  });

  test("keeps no listener on a client that it gives back", async () => {
    const { query } = open();
    await query(PID);
    const client = await pool.connect();
    const before = client.listenerCount("error");
    client.release();
    for (let times = 0; times < 3; times += 1) await query(PID);
    const again = await pool.connect();
    expect(again).toBe(client);
    expect(again.listenerCount("error")).toBe(before);
    again.release();
  });

  test.each(["57P01", "08006", "XX000", "25P03", "25P04"])(
    "is thrown away after the state %s, with a listener for what it may still tell",
    async (state) => {
      const clients: PoolClient[] = [];
      const { query } = openChanged((client) => {
        clients.push(client);
        const broken = Object.assign(new Error("broken"), { code: state });
        return bare(client, {
          query: () => Promise.reject(broken),
          on: (event, listener) => client.on(event, listener),
          removeListener: (event, listener) => client.removeListener(event, listener),
        });
      });
      await expect(query(PID)).rejects.toThrow("broken");
      expect(pool.totalCount).toBe(0);
      expect(clients[0]?.listenerCount("error")).toBeGreaterThan(0);
    },
  );

  test("is thrown away, and asked for no rollback, after a statement that nobody answered in time", async () => {
    const sent: string[] = [];
    const database = openChanged(
      (client) =>
        bare(client, {
          query: (text, values) => {
            sent.push(text);
            return /pg_sleep/.test(text) ? never : client.query(text, values);
          },
        }),
      1_000,
    );
    await expect(
      database.session((connection) =>
        connection.transaction(OPEN, async ({ query }) => ({ value: await query("SELECT pg_sleep(60)") })),
      ),
    ).rejects.toThrow("A statement of the webhook inbox did not finish within 1000 ms.");
    expect(sent).not.toContain("ROLLBACK");
    expect(pool.totalCount).toBe(0);
  });

  test("tells whoever works in its transaction that it is lost, and does not ask for a rollback", async () => {
    const sent: string[] = [];
    const database = openChanged((client) =>
      bare(client, {
        query: (text, values) => {
          sent.push(text);
          return client.query(text, values);
        },
        on: (event, listener) => client.on(event, listener),
      }),
    );
    const ended = database.session((connection) =>
      connection.transaction(OPEN, async ({ query, lost }) => {
        const { rows } = await query(PID);
        await schema.pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.["pid"]]);
        await vi.waitFor(() => expect(lost.aborted).toBe(true), TIMEOUT_MS);
        throw lost.reason;
      }),
    );
    await expect(ended).rejects.toThrow(/terminat/);
    expect(sent).not.toContain("ROLLBACK");
    expect(pool.totalCount).toBe(0);
  });

  test("answers with the last of several statements, and with no rows where a client has no answer", async () => {
    expect((await open().query("SELECT 1 AS n; SELECT 2 AS n; SELECT 3 AS n")).rows).toEqual([{ n: 3 }]);
    const silent = openChanged((client) => bare(client, { query: async () => [] }));
    expect(await silent.query("SELECT 1")).toEqual({ rows: [] });
  });

  test("rolls back what its work did when the work fails", async () => {
    const database = open();
    await database.query(`CREATE TABLE "${schema.name}".effects (name text)`);
    await expect(
      database.session((connection) =>
        connection.transaction(OPEN, async ({ tx }) => {
          await tx.query(`INSERT INTO "${schema.name}".effects VALUES ('lost')`);
          throw new Error("broken");
        }),
      ),
    ).rejects.toThrow("broken");
    expect((await database.query(`SELECT name FROM "${schema.name}".effects`)).rows).toEqual([]);
  });

  test("has committed when Postgres says so, and is not sure where its client keeps silent", async () => {
    const work = async ({ row }: Opened<ConnectedClient>) => ({ value: row?.["opened"] });
    expect(await open().session((connection) => connection.transaction(OPEN, work))).toEqual({
      value: "yes",
      isConfirmed: true,
    });
    const silent = openChanged((client) =>
      bare(client, {
        query: async (text, values) =>
          [await client.query(text, values)].flat().map(({ rows }) => ({ rows })),
      }),
    );
    expect(await silent.session((connection) => connection.transaction(OPEN, work))).toEqual({
      value: "yes",
      isConfirmed: false,
    });
  });

  test("says when a commit became a rollback, because its work had swallowed an error", async () => {
    const ended = open().session((connection) =>
      connection.transaction(OPEN, async ({ tx }) => {
        await tx.query("SELECT 1 / 0").catch(() => undefined);
        return { value: undefined };
      }),
    );
    await expect(ended).rejects.toThrow("A statement had failed, so Postgres rolled the transaction back.");
  });

  test("takes no statement before its transaction where its client sends one at a time", async () => {
    const ended = openChanged((client) => bare(client)).session((connection) => {
      expect(connection.takesBefore).toBe(false);
      return connection.transaction(OPEN, async () => ({ value: undefined }), OPEN);
    });
    await expect(ended).rejects.toThrow("This client sends one statement at a time.");
  });

  test("is waited for as long as the limit, or until the signal, and given back when it comes after that", async () => {
    const held = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
    await expect(open(100).query(PID)).rejects.toThrow(
      "Getting a connection from the pool did not finish within 100 ms.",
    );
    const stop = new AbortController();
    const waiting = connectingDatabase({ connect: () => pool.connect() }, TIMEOUT_MS).session(
      async () => expect.unreachable("There is no connection."),
      { signal: stop.signal },
    );
    await nextTurn();
    stop.abort();
    await expect(waiting).rejects.toThrow("Getting a connection from the pool was aborted.");
    expect(pool.waitingCount).toBe(2);
    for (const client of held) client.release();
    await vi.waitFor(() => expect([pool.waitingCount, pool.idleCount]).toEqual([0, 4]), TIMEOUT_MS);
  });

  test("that cannot be had at all is an error, and no rejection is unhandled", async () => {
    const none = connectingDatabase({ connect: () => Promise.reject(new Error("no route to host")) }, 100);
    await expect(none.query(PID)).rejects.toThrow("no route to host");
    let refuse: (error: Error) => void = () => {};
    const slow = connectingDatabase(
      { connect: () => new Promise<never>((_, reject) => (refuse = reject)) },
      100,
    );
    await expect(slow.query(PID)).rejects.toThrow(/within 100 ms/);
    refuse(new Error("no route to host"));
    await nextTurn();
  });
});

describePostgres("a Postgres inbox that listens", () => {
  let schema: Schema;

  beforeEach(async () => {
    schema = await createSchema();
  });

  afterEach(() => schema.drop());

  /** What listens on the channel, of which the schema's name is as good as any. */
  async function listeners(): Promise<number> {
    const { rows } = await schema.pool.query(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE query = $1",
      [`LISTEN "${schema.name}"`],
    );
    return Number(rows[0]?.count);
  }

  const notify = () => schema.pool.query("SELECT pg_notify($1, '')", [schema.name]);

  async function listen(max: number) {
    const pool = schema.connect({ max });
    const database = connectingDatabase(pool, TIMEOUT_MS);
    const heard = vi.fn();
    const lost = vi.fn();
    const stop = await database.listen?.(schema.name, heard, lost);
    return { pool, database, heard, lost, stop };
  }

  test("does so only where the pool has a connection to spare", async () => {
    for (const max of [1, 2]) {
      const { stop } = await listen(max);
      expect(stop).toBeUndefined();
    }
    expect(connectingDatabase({ connect: () => never }, TIMEOUT_MS).listen).toBeUndefined();
    const { stop } = await listen(3);
    expect(stop).toBeTypeOf("function");
    await stop?.();
  });

  test("hears of each notification, and ends its session when it stops, once", async () => {
    const { pool, database, heard, lost, stop } = await listen(3);
    expect(await listeners()).toBe(1);
    await notify();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), TIMEOUT_MS);
    await stop?.();
    await stop?.();
    await vi.waitFor(async () => expect(await listeners()).toBe(0), TIMEOUT_MS);
    expect(pool.totalCount).toBe(0);
    await notify();
    expect([heard.mock.calls, lost.mock.calls]).toEqual([[[expect.anything()]], []]);
    // Two of three may be held, no more: a third session waits.
    const entered: number[] = [];
    let leave = () => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    const sessions = [1, 2, 3].map((which) =>
      database.session(async () => {
        entered.push(which);
        await left;
      }),
    );
    await vi.waitFor(() => expect(new Set(entered)).toEqual(new Set([1, 2])), TIMEOUT_MS);
    await database.query(PID);
    expect(entered).toHaveLength(2);
    leave();
    await Promise.all(sessions);
  });

  test("learns that its session was lost", async () => {
    const { lost, stop } = await listen(3);
    await schema.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1", [
      `LISTEN "${schema.name}"`,
    ]);
    await vi.waitFor(() => expect(lost).toHaveBeenCalled(), TIMEOUT_MS);
    await stop?.();
  });

  test("gives back what it took when it cannot listen", async () => {
    const pool = schema.connect({ max: 3 }).on("error", () => undefined);
    const released: unknown[] = [];
    let connects = 0;
    const refusing = connectingDatabase(
      {
        options: { max: 3 },
        connect: async () => {
          connects += 1;
          if (connects === 1) throw new Error("no route to host");
          const client = await pool.connect();
          return {
            query: () => Promise.reject(new Error("not behind a pooler")),
            release: (destroy?: boolean) => {
              released.push(destroy);
              client.release(destroy);
            },
          };
        },
      },
      TIMEOUT_MS,
    );
    const ignore = () => undefined;
    await expect(refusing.listen?.("a", ignore, ignore)).rejects.toThrow("no route to host");
    await expect(refusing.listen?.("a", ignore, ignore)).rejects.toThrow("not behind a pooler");
    await expect(refusing.listen?.("a", ignore, ignore)).rejects.toThrow("not behind a pooler");
    expect(released).toEqual([true, true]);
  });
});
