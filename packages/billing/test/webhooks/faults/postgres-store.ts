import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresCluster } from "@repo/test-kit/postgres-cluster";
import { Client, DatabaseError, Pool, type QueryResult, type QueryResultRow } from "pg";
import { migrateInbox } from "../../../src/postgres.js";
import { setClock, withClockOf } from "./server-clock.js";
import type { Progress, TestedStore } from "./tested-store.js";

const MORE_CONNECTIONS_THAN_THERE_ARE = 100;

/** The schema of one run: the inbox's tables, what the handlers wrote, and what was taken over from the dead. */
export class PostgresStore implements TestedStore {
  readonly kind = "postgres";
  readonly name: string;
  /** As node-postgres sends it: a simple query. */
  readonly decisive: Buffer = Buffer.from("COMMIT\0");
  readonly #cluster: PostgresCluster;
  readonly #pool: Pool;
  readonly #waiting: string;
  readonly #dead: string;

  /** `isFlawed` for the small inbox that is given flaws. */
  constructor(cluster: PostgresCluster, name: string, isFlawed: boolean) {
    this.#cluster = cluster;
    this.name = name;
    this.#pool = new Pool({ connectionString: this.url, max: 2 }).on("error", () => undefined);
    const [table, dead] = isFlawed ? ["flawed", "false"] : ["pending", "died_at IS NOT NULL"];
    this.#waiting = `"${name}".${table} WHERE NOT (${dead})${isFlawed ? " AND handled_at IS NULL" : ""}`;
    this.#dead = `"${name}".${table} WHERE ${dead}`;
  }

  get url(): string {
    return withClockOf(this.#clock, this.#cluster.url);
  }

  /** The schema of its clock, which is made when the clock steps. */
  get #clock(): string {
    return `${this.name}_clock`;
  }

  async create(): Promise<void> {
    const { name } = this;
    await migrateInbox(this.#pool, { schema: name });
    await this.#query(`
      CREATE TABLE "${name}".flawed (id text PRIMARY KEY, body text, token uuid, due_at timestamptz,
        attempts integer NOT NULL DEFAULT 0, handled_at timestamptz);
      -- Without a unique key, so that what is done twice shows.
      CREATE TABLE "${name}".effects (id text NOT NULL, attempt integer NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE TABLE "${name}".takeovers (late_ms double precision NOT NULL);
      CREATE FUNCTION "${name}".note_takeover() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO "${name}".takeovers VALUES (extract(epoch FROM clock_timestamp() - OLD.due_at) * 1000);
        RETURN NULL;
      END $$;
      -- A claim in another's place: how long after the end of that one's lease, by the database's clock.
      CREATE TRIGGER note_takeover AFTER UPDATE ON "${name}".pending FOR EACH ROW
        WHEN (OLD.token IS NOT NULL AND NEW.token <> OLD.token) EXECUTE FUNCTION "${name}".note_takeover();`);
  }

  /** Asks again while the server refuses the harness itself, since a fault has taken every connection it has. */
  async #query<Row extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>> {
    const refusedAfterMs = performance.now() + 30_000;
    for (;;) {
      try {
        return await this.#pool.query<Row>(text, values === undefined ? undefined : [...values]);
      } catch (error) {
        const isFull = error instanceof DatabaseError && error.code === "53300";
        if (!isFull || performance.now() > refusedAfterMs) throw error;
        await sleep(50);
      }
    }
  }

  async passPauses(): Promise<void> {
    await this.#query(
      `UPDATE "${this.name}".pending SET due_at = clock_timestamp()
        WHERE id IN (SELECT id FROM "${this.name}".pending
          WHERE token IS NULL AND died_at IS NULL AND due_at > clock_timestamp() FOR UPDATE SKIP LOCKED)`,
    );
  }

  async progress(): Promise<Progress> {
    const { rows } = await this.#query<Progress>(
      `SELECT (SELECT count(*)::int FROM ${this.#waiting}) AS waiting,
        (SELECT count(*)::int FROM "${this.name}".effects) AS settled`,
    );
    return rows[0] ?? { waiting: 0, settled: 0 };
  }

  waiting(): Promise<ReadonlySet<string>> {
    return this.#ids(this.#waiting);
  }

  dead(): Promise<ReadonlySet<string>> {
    return this.#ids(this.#dead);
  }

  async #ids(from: string): Promise<ReadonlySet<string>> {
    const { rows } = await this.#query<{ id: string }>(
      `SELECT regexp_replace(id, '^.*:', '') AS id FROM ${from}`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  async effects(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#query<{ id: string; count: number }>(
      `SELECT id, count(*)::int AS count FROM "${this.name}".effects GROUP BY id`,
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  async takeovers(): Promise<readonly number[]> {
    const { rows } = await this.#query<{ late_ms: number }>(
      `SELECT late_ms FROM "${this.name}".takeovers ORDER BY late_ms`,
    );
    return rows.map(({ late_ms }) => late_ms);
  }

  /** How many effects were written in each of some stretches of time, by the database's clock. */
  async effectsIn(stretches: readonly (readonly [from: string, to: string])[]): Promise<readonly number[]> {
    const counts = stretches.map(async ([from, to]) => {
      const { rows } = await this.#query<{ count: number }>(
        `SELECT count(*)::int AS count FROM "${this.name}".effects WHERE at >= $1 AND at < $2`,
        [from, to],
      );
      return rows[0]?.count ?? 0;
    });
    return Promise.all(counts);
  }

  async now(): Promise<string> {
    const { rows } = await this.#query<{ now: string }>("SELECT clock_timestamp()::text AS now");
    return rows[0]?.now ?? "";
  }

  async endSessions(most?: number): Promise<number> {
    const { rowCount } = await this.#query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT $2`,
      [this.name, most],
    );
    return rowCount ?? 0;
  }

  async exhaust(): Promise<void> {
    await this.endSessions();
    const clients = Array.from({ length: MORE_CONNECTIONS_THAN_THERE_ARE }, () =>
      new Client({ connectionString: this.url }).on("error", () => undefined),
    );
    // Those that come too late are refused.
    await Promise.allSettled(clients.map((client) => client.connect()));
    await this.endSessions();
    await sleep(200);
    await Promise.allSettled(clients.map((client) => client.end()));
  }

  async setClock(aheadMs: number): Promise<void> {
    await this.#query(setClock(this.#clock, aheadMs));
  }

  crash(): Promise<void> {
    return this.#cluster.crash();
  }

  shutDown(): Promise<void> {
    return this.#cluster.shutDown();
  }

  start(): Promise<void> {
    return this.#cluster.start();
  }

  async drop(): Promise<void> {
    await this.#pool.query(
      `DROP SCHEMA "${this.name}" CASCADE; DROP SCHEMA IF EXISTS "${this.#clock}" CASCADE`,
    );
    await this.#pool.end();
  }
}
