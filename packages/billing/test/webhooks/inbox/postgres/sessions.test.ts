import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { Pool, type PoolClient } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { claimArrived, claimDead } from "../../../../src/webhooks/inbox/postgres/claims.js";
import { writeStatements } from "../../../../src/webhooks/inbox/postgres/statements.js";
import type { Claim, Delivery } from "../../../../src/webhooks.js";
import { openDyingServer } from "./dying-session.js";
import { endWorkingSessions } from "./open-inbox.js";

const done = async () => undefined;
const fail = () => Promise.reject(new Error("broken"));
const settingsOf = (schema: string) => ({
  statements: writeStatements(schema),
  leaseMs: 100,
  maxAttempts: 20,
});
type PgClaim = Claim<PoolClient>;

describePostgres("a Postgres inbox and the sessions of its pool", () => {
  let schema: Schema;
  const pools: Pool[] = [];

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
    await schema.pool.query(`CREATE TABLE "${schema.name}".effects (name text PRIMARY KEY)`);
  });

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await schema.drop();
  });

  /** An inbox on a pool of its own, whose sessions begin with some settings. */
  function open(settings: { max?: number; options?: string; leaseSeconds?: number } = {}) {
    const { max = 4, options = "", leaseSeconds } = settings;
    const pool = new Pool({ connectionString: postgresUrl(), max, options });
    pools.push(pool.on("error", () => undefined));
    return postgresInbox({ pool, schema: schema.name, leaseSeconds });
  }

  const write = (tx: PoolClient, name: string) =>
    tx.query(`INSERT INTO "${schema.name}".effects VALUES ($1)`, [name]);

  async function effects(): Promise<string[]> {
    const { rows } = await schema.pool.query<{ name: string }>(
      `SELECT name FROM "${schema.name}".effects ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  }

  test("need only one connection, for many deliveries at once", async () => {
    const inbox = open({ max: 1 });
    const ids = Array.from({ length: 20 }, (_, index) => `evt_${index}`);
    const results = await Promise.all(
      ids.map((id) => inbox.process(aDelivery(id), async ({ tx }: PgClaim) => write(tx, id))),
    );
    expect(results.map(({ status }) => status)).toEqual(ids.map(() => "handled"));
    await inbox.store(aDelivery("evt_stored"));
    const stop = new AbortController();
    await inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 });
    expect((await inbox.processNext(done))?.result.status).toBe("handled");
    stop.abort();
  });

  test.each([2, 3, 4])(
    "leave one of their pool to what handlers ask of it, however many are at work: %i",
    async (max) => {
      const inbox = open({ max });
      const [pool] = pools;
      const stop = new AbortController();
      const waiting = inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 });
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          inbox.process(aDelivery(`evt_${index}`), async ({ tx }: PgClaim) => {
            await write(tx, `effect_${index}`);
            await pool?.query("SELECT 1");
          }),
        ),
      );
      expect(results.map(({ status }) => status)).toEqual(results.map(() => "handled"));
      stop.abort();
      await waiting;
    },
  );

  test("are waited for as long as their pool says, or until the caller gives up, and go to the next then", async () => {
    const pool = new Pool({ connectionString: postgresUrl(), max: 2, connectionTimeoutMillis: 3_000 });
    pools.push(pool.on("error", () => undefined));
    const inbox = postgresInbox({ pool, schema: schema.name });
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const first = inbox.process(aDelivery("evt_1"), () => {
      begin();
      return held;
    });
    await begun;
    await inbox.store(aDelivery("evt_stored"));
    // Nobody waits for what is stored, so it is taken up whenever one is free.
    const next = inbox.processNext(done);
    await expect(inbox.process(aDelivery("evt_2"), done)).rejects.toMatchObject({ code: "deadline" });
    const signal = AbortSignal.abort();
    await expect(inbox.process(aDelivery("evt_2"), done, { signal })).rejects.toThrow();
    finish();
    expect((await first).status).toBe("handled");
    expect((await next)?.result.status).toBe("handled");
    expect((await inbox.process(aDelivery("evt_2"), done)).status).toBe("handled");
  });

  test("may have any isolation level, search path and durability as their default", async () => {
    const options =
      "-c default_transaction_isolation=serializable -c search_path=pg_catalog -c synchronous_commit=off";
    const [inbox, peer] = [open({ options }), open({ options })];
    const levels = new Set<unknown>();
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        (index % 2 ? inbox : peer).process(aDelivery(`evt_${index % 8}`), async ({ tx }: PgClaim) => {
          const { rows } = await tx.query(
            "SELECT current_setting('transaction_isolation') AS level, current_setting('synchronous_commit') AS commits",
          );
          levels.add(rows[0]?.level);
          await write(tx, `effect_${index % 8}`);
        }),
      ),
    );
    expect(levels).toEqual(new Set(["read committed"]));
    expect(results.filter(({ status }) => status === "handled")).toHaveLength(8);
    expect(results.filter(({ status }) => status === "failed")).toEqual([]);
    expect(await effects()).toHaveLength(8);
    const stored = await Promise.all(Array.from({ length: 16 }, () => inbox.store(aDelivery("evt_stored"))));
    expect(stored).toEqual(stored.map(() => ({ status: "stored" })));
  });

  test("are ended by Postgres when they are silent for the lease, and another takes over", async () => {
    const [inbox, peer] = [open({ leaseSeconds: 0.3 }), open({ leaseSeconds: 0.3 })];
    let lost: AbortSignal | undefined;
    let wake = () => {};
    const zombie = inbox.process(aDelivery("evt_1"), async ({ tx, signal }: PgClaim) => {
      lost = signal;
      await write(tx, "zombie");
      await new Promise<void>((resolve) => (wake = resolve));
    });
    await vi.waitFor(() => expect(lost?.aborted).toBe(true), 10_000);
    const result = await peer.process(aDelivery("evt_1"), async ({ tx }: PgClaim) => write(tx, "successor"));
    expect(result).toMatchObject({ status: "handled", attempt: 2 });
    wake();
    expect(await zombie).toEqual({ status: "busy" });
    expect(await effects()).toEqual(["successor"]);
  });

  test("may go on for longer than the lease while they are heard of", async () => {
    const inbox = open({ leaseSeconds: 0.3 });
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx }: PgClaim) => {
      for (let time = 0; time < 6; time += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await tx.query("SELECT 1");
      }
      await expect(open({ leaseSeconds: 0.3 }).process(aDelivery("evt_1"), done)).resolves.toEqual({
        status: "busy",
      });
    });
    expect(result.status).toBe("handled");
  });

  test("have a limit for each statement, the lower of the application's and the lease", async () => {
    const read = async ({ tx }: PgClaim) =>
      (await tx.query("SHOW statement_timeout")).rows[0]?.statement_timeout;
    const values = [];
    for (const [index, options] of ["", "-c statement_timeout=2s", "-c statement_timeout=1h"].entries()) {
      const result = await open({ options, leaseSeconds: 5 }).process(aDelivery(`evt_${index}`), read);
      values.push(result.status === "handled" ? result.value : result);
    }
    expect(values).toEqual(["5s", "2s", "5s"]);
  });

  test("that are killed at work fail the attempt with the handler's own error, and end no process", async () => {
    const inbox = open();
    const error = new Error("the handler's own");
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx, signal }: PgClaim) => {
      await write(tx, "lost");
      await endWorkingSessions(schema.pool, schema.name);
      await vi.waitFor(() => expect(signal?.aborted).toBe(true));
      throw error;
    });
    expect(result).toEqual({ status: "failed", attempt: 1, error });
    expect(await effects()).toEqual([]);
    expect((await inbox.process(aDelivery("evt_1"), done)).status).toBe("handled");
  });

  test("that are killed give the object of their delivery back, to one that failed and to one that is stored", async () => {
    const inbox = open({ leaseSeconds: 0.2 });
    const objectId = "cus_shared";
    await inbox.process(aDelivery("evt_failed", { objectId }), fail);
    await die(aDelivery("evt_killed", { objectId }));
    expect((await inbox.process(aDelivery("evt_failed", { objectId }), done)).status).toBe("handled");

    const mortal = postgresInbox({ pool: schema.pool, schema: schema.name, maxAttempts: 1 });
    await mortal.process(aDelivery("evt_dead", { objectId: "cus_2" }), fail);
    await requeueAndDie(aDelivery("evt_dead", { objectId: "cus_2" }));
    await inbox.store(aDelivery("evt_next", { objectId: "cus_2" }));
    const taken = new Set<string | undefined>();
    await vi.waitFor(async () => {
      taken.add((await inbox.processNext(done))?.delivery.key.eventId);
      expect(taken).toContain("evt_next");
    }, 5_000);
  });

  /** Claims as a process does that is killed before its work. */
  async function die(delivery: Delivery): Promise<void> {
    const settings = settingsOf(schema.name);
    const claim = await claimArrived(settings, delivery).make((text, values) =>
      schema.pool.query(text, values),
    );
    expect(claim.status).toBe("claimed");
    await new Promise((resolve) => setTimeout(resolve, settings.leaseMs));
  }

  async function requeueAndDie({ key }: Delivery): Promise<void> {
    const settings = settingsOf(schema.name);
    const claim = await claimDead(settings, key).make((text, values) => schema.pool.query(text, values));
    expect(claim.status).toBe("claimed");
    await new Promise((resolve) => setTimeout(resolve, settings.leaseMs));
  }

  test("that are killed on their way out of the pool end no process either", async () => {
    const server = await openDyingServer();
    const pool = new Pool({ connectionString: server.url }).on("error", () => undefined);
    pools.push(pool);
    const uncaught = vi.fn();
    process.on("uncaughtException", uncaught);
    await expect(postgresInbox({ pool }).process(aDelivery("evt_1"), done)).rejects.toThrow(
      /administrator|terminated|queryable/,
    );
    process.removeListener("uncaughtException", uncaught);
    expect(uncaught).not.toHaveBeenCalled();
    await server.close();
  });

  test("keep nothing of the claim's transaction", async () => {
    const inbox = open({ max: 1 });
    await inbox.process(aDelivery("evt_1"), done);
    const [pool] = pools;
    const { rows } = await (pool as Pool).query(
      `SELECT current_setting('synchronous_commit') AS commits, current_setting('statement_timeout') AS statement,
        current_setting('idle_in_transaction_session_timeout') AS idle,
        (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS advisory`,
    );
    expect(rows).toEqual([{ commits: "on", statement: "0", idle: "0", prepared: 0, advisory: 0 }]);
  });

  test("take no statement from a handler whose time is over", async () => {
    const inbox = open({ max: 1 });
    let late: PoolClient | undefined;
    await inbox.process(aDelivery("evt_1"), async ({ tx }: PgClaim) => {
      late = tx;
    });
    expect(() => late?.query("SELECT 1")).toThrow(/transaction of this webhook is over/);
  });

  test("stay the inbox's while the handler is at work, also when it gives its client back", async () => {
    const inbox = open({ max: 1 });
    const [pool] = pools;
    let stranger: Promise<unknown> | undefined;
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx }: PgClaim) => {
      await write(tx, "one");
      tx.release();
      stranger = pool?.query(`INSERT INTO "${schema.name}".effects VALUES ('stranger')`);
      await write(tx, "two");
      throw new Error("rolled back");
    });
    expect(result.status).toBe("failed");
    await stranger;
    expect(await effects()).toEqual(["stranger"]);
  });

  test("fail the attempt when the handler ends the transaction itself", async () => {
    const result = await open().process(aDelivery("evt_1"), async ({ tx }: PgClaim) => {
      await write(tx, "one");
      await tx.query("COMMIT");
    });
    expect(result).toMatchObject({
      status: "failed",
      error: {
        message: expect.stringMatching(/committed or rolled back tx itself/),
        cause: { code: "BI001" },
      },
    });
  });

  test("run a handler again that Postgres made give way in a deadlock", async () => {
    await Promise.all(
      ["a", "b"].map((name) => schema.pool.query(`INSERT INTO "${schema.name}".effects VALUES ($1)`, [name])),
    );
    const [inbox, peer] = [
      open({ options: "-c deadlock_timeout=50ms" }),
      open({ options: "-c deadlock_timeout=50ms" }),
    ];
    let arrived = 0;
    let meet = () => {};
    const both = new Promise<void>((resolve) => (meet = resolve));
    const lock =
      (names: readonly [string, string]) =>
      async ({ tx }: PgClaim) => {
        const take = (name: string) =>
          tx.query(`SELECT FROM "${schema.name}".effects WHERE name = $1 FOR UPDATE`, [name]);
        await take(names[0]);
        arrived += 1;
        if (arrived === 2) meet();
        await both;
        await take(names[1]);
      };
    const results = await Promise.all([
      inbox.process(aDelivery("evt_1"), lock(["a", "b"])),
      peer.process(aDelivery("evt_2"), lock(["b", "a"])),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["handled", "handled"]);
    expect(arrived).toBe(3);
  });
});
