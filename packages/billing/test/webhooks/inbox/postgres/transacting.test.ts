import { setTimeout as sleep } from "node:timers/promises";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import type { Opened, TransactingPool } from "../../../../src/webhooks/inbox/postgres/database.js";
import { transactingDatabase } from "../../../../src/webhooks/inbox/postgres/transacting.js";

const OPEN = { text: "SELECT $1::text AS opened", values: ["yes"] };
const never = new Promise<never>(() => undefined);

describePostgres("a Postgres client that runs transactions itself", () => {
  let schema: Schema;

  beforeEach(async () => {
    schema = await createSchema();
    await schema.pool.query(`CREATE TABLE "${schema.name}".effects (name text)`);
  });

  afterEach(() => schema.drop());

  /** An adapter for node-postgres such as the page has for others. */
  const adapter = (): TransactingPool<PoolClient> => ({
    query: (text, values) => schema.pool.query(text, values),
    transaction: async (work) => {
      const client = await schema.pool.connect();
      try {
        await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
        const value = await work(client, (text, values) => client.query(text, values));
        await client.query("COMMIT");
        return value;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  });

  const insert = (name: string) => ({
    text: `INSERT INTO "${schema.name}".effects VALUES ($1)`,
    values: [name],
  });

  async function effects(): Promise<unknown[]> {
    const { rows } = await schema.pool.query(`SELECT name FROM "${schema.name}".effects ORDER BY name`);
    return rows.map(({ name }) => name);
  }

  function run<T>(
    pool: TransactingPool<PoolClient>,
    work: (opened: Opened<PoolClient>) => Promise<T>,
    timeoutMs = 5_000,
  ) {
    return transactingDatabase(pool, timeoutMs).session((session) =>
      session.transaction(OPEN, async (opened) => ({ value: await work(opened), close: insert("closed") })),
    );
  }

  test("works at READ COMMITTED, between its first statement and its last, and cannot say that it was committed", async () => {
    const ended = await run(adapter(), async ({ tx, query, row, lost }) => {
      await tx.query(insert("worked").text, ["worked"]);
      const { rows } = await query("SELECT current_setting('transaction_isolation') AS level");
      return { row, level: rows[0]?.["level"], isLost: lost.aborted };
    });
    expect(ended).toEqual({
      value: { row: { opened: "yes" }, level: "read committed", isLost: false },
      isConfirmed: false,
    });
    expect(await effects()).toEqual(["closed", "worked"]);
  });

  test("needs no last statement", async () => {
    const database = transactingDatabase(adapter(), 5_000);
    expect(
      await database.session((session) =>
        session.transaction(OPEN, async () => ({ value: session.takesBefore })),
      ),
    ).toEqual({ value: false, isConfirmed: false });
  });

  test("keeps nothing of work that fails, and takes no statement after it", async () => {
    let late: PoolClient | undefined;
    const failing = run(adapter(), async ({ tx }) => {
      late = tx;
      await tx.query(insert("worked").text, ["worked"]);
      throw new Error("broken");
    });
    await expect(failing).rejects.toThrow("broken");
    expect(await effects()).toEqual([]);
    expect(() => late?.query("SELECT 1")).toThrow("The transaction of this webhook is over.");
  });

  test("takes no statement from its work while it closes", async () => {
    let late: PoolClient | undefined;
    let refusal: unknown;
    const pool = adapter();
    const watched: typeof pool = {
      ...pool,
      transaction: (work) =>
        pool.transaction((tx, query) =>
          work(tx, (text, values) => {
            if (text.startsWith("INSERT")) {
              try {
                void late?.query("SELECT 1");
              } catch (error) {
                refusal = error;
              }
            }
            return query(text, values);
          }),
        ),
    };
    await run(watched, async ({ tx }) => {
      late = tx;
    });
    expect(refusal).toHaveProperty("message", "The transaction of this webhook is over.");
  });

  test("has all the time that it needs for its work, and a limit for each statement", async () => {
    expect(await run(adapter(), () => sleep(1_500, "slow"), 1_000)).toMatchObject({ value: "slow" });
    const silent = { ...adapter(), query: () => never };
    await expect(transactingDatabase(silent, 100).query("SELECT 1")).rejects.toThrow(
      "A statement of the webhook inbox did not finish within 100 ms.",
    );
    await expect(transactingDatabase(silent, 100).queryInBackground("SELECT 1")).rejects.toThrow(/100 ms/);
    expect(await transactingDatabase(adapter(), 5_000).queryInBackground("SELECT 1 AS n")).toMatchObject({
      rows: [{ n: 1 }],
    });
    const stuck: TransactingPool<PoolClient> = {
      ...adapter(),
      transaction: (work) => adapter().transaction((tx) => work(tx, () => never)),
    };
    await expect(run(stuck, async () => undefined, 100)).rejects.toThrow(
      "A statement of the webhook inbox did not finish within 100 ms.",
    );
  });

  test.each<[string, TransactingPool<PoolClient>["transaction"]]>([
    ["begin", () => never],
    [
      "end",
      (work) =>
        adapter()
          .transaction(work)
          .then(() => never),
    ],
  ])("is not waited for when it does not %s", async (_, transaction) => {
    const stuck = run({ ...adapter(), transaction }, async () => undefined, 200);
    await expect(stuck).rejects.toThrow("A transaction did not begin or end within 200 ms.");
  });

  test("holds no timer once it has ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const pool: TransactingPool<undefined> = {
        query: async () => ({ rows: [] }),
        transaction: (work) => work(undefined, async () => ({ rows: [] })),
      };
      const database = transactingDatabase(pool, 5_000);
      await database.session((session) => session.transaction(OPEN, async () => ({ value: undefined })));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("listens where it can", async () => {
    expect(transactingDatabase(adapter(), 5_000)).not.toHaveProperty("listen");
    const stop = () => undefined;
    const listen = vi.fn(async () => stop);
    const hear = () => undefined;
    const lose = () => undefined;
    expect(await transactingDatabase({ ...adapter(), listen }, 5_000).listen?.("channel", hear, lose)).toBe(
      stop,
    );
    expect(listen).toHaveBeenCalledWith("channel", hear);
  });

  test("is not believed when it resolves although it rolled back", async () => {
    await migrateInbox(schema.pool, { schema: schema.name });
    const transaction: TransactingPool<PoolClient>["transaction"] = (work) =>
      adapter().transaction(async (tx, query) => {
        const value = await work(tx, query);
        await tx.query("ROLLBACK");
        return value;
      });
    const inbox = postgresInbox({ pool: { ...adapter(), transaction }, schema: schema.name });
    expect(
      await inbox.process(aDelivery("evt_1"), ({ tx }) => tx.query(insert("lost").text, ["lost"])),
    ).toMatchObject({
      status: "failed",
      attempt: 1,
      error: { message: "The transaction was not committed, and its client did not say so." },
    });
    expect(await effects()).toEqual([]);
  });

  test("does not hide the handler's own error behind that of its rollback", async () => {
    await migrateInbox(schema.pool, { schema: schema.name });
    const transaction: TransactingPool<PoolClient>["transaction"] = (work) =>
      adapter()
        .transaction(work)
        .catch(() => {
          throw new Error("the connection is closed");
        });
    const inbox = postgresInbox({ pool: { ...adapter(), transaction }, schema: schema.name });
    const error = new Error("the handler's own");
    expect(await inbox.process(aDelivery("evt_1"), () => Promise.reject(error))).toEqual({
      status: "failed",
      attempt: 1,
      error,
    });
  });
});
