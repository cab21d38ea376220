import { readFile } from "node:fs/promises";
import { Pool } from "pg";
import { migrateInbox } from "../../../src/postgres.js";
import type { Verdict } from "./verdict.js";

/** The schema of one run: the inbox's tables, what the handlers wrote, and what was taken over from the dead. */
export class Database {
  readonly pool: Pool;
  readonly schema: string;
  readonly #waiting: string;

  /** `isFlawed` for the small inbox that is given flaws. */
  constructor(url: string, schema: string, isFlawed: boolean) {
    this.pool = new Pool({ connectionString: url, max: 2 }).on("error", () => undefined);
    this.schema = schema;
    this.#waiting = isFlawed ? `"${schema}".flawed WHERE handled_at IS NULL` : `"${schema}".pending`;
  }

  async create(): Promise<void> {
    const { schema } = this;
    await migrateInbox(this.pool, { schema });
    await this.pool.query(`
      CREATE TABLE "${schema}".flawed (id text PRIMARY KEY, body text, token uuid, due_at timestamptz,
        attempts integer NOT NULL DEFAULT 0, handled_at timestamptz);
      -- Without a unique key, so that what is done twice shows.
      CREATE TABLE "${schema}".effects (id text NOT NULL, attempt integer NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE TABLE "${schema}".takeovers (late_ms double precision NOT NULL);
      CREATE FUNCTION "${schema}".note_takeover() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO "${schema}".takeovers VALUES (extract(epoch FROM clock_timestamp() - OLD.due_at) * 1000);
        RETURN NULL;
      END $$;
      -- A claim in another's place: how long after the end of that one's lease, by the database's clock.
      CREATE TRIGGER note_takeover AFTER UPDATE ON "${schema}".pending FOR EACH ROW
        WHEN (OLD.token IS NOT NULL AND NEW.token <> OLD.token) EXECUTE FUNCTION "${schema}".note_takeover();`);
  }

  /** Lets the time pass that the inbox leaves between a failed attempt and the next. Leases it leaves as they are. */
  async passPauses(): Promise<void> {
    await this.pool.query(
      `UPDATE "${this.schema}".pending SET due_at = clock_timestamp()
        WHERE id IN (SELECT id FROM "${this.schema}".pending
          WHERE token IS NULL AND died_at IS NULL AND due_at > clock_timestamp() FOR UPDATE SKIP LOCKED)`,
    );
  }

  /** What is not settled, and how many effects there are: what changes while anything goes on. */
  async progress(): Promise<{ readonly waiting: number; readonly effects: number }> {
    const { rows } = await this.pool.query<{ waiting: number; effects: number }>(
      `SELECT (SELECT count(*)::int FROM ${this.#waiting}) AS waiting,
        (SELECT count(*)::int FROM "${this.schema}".effects) AS effects`,
    );
    return rows[0] ?? { waiting: 0, effects: 0 };
  }

  /** Ends the sessions of the workers, or a random one of them. */
  async endSessions(most?: number): Promise<number> {
    const { rowCount } = await this.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT $2`,
      [this.schema, most],
    );
    return rowCount ?? 0;
  }

  async judge(events: number, journal: string): Promise<Omit<Verdict, "died"> & { readonly cut: number }> {
    const effects = await this.#counts(
      `SELECT id, count(*)::int AS count FROM "${this.schema}".effects GROUP BY id`,
    );
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT regexp_replace(id, '^.*:', '') AS id FROM ${this.#waiting}`,
    );
    const waiting = new Set(rows.map(({ id }) => id));
    const ids = Array.from({ length: events }, (_, index) => `evt_${index}`);
    const missing = ids.filter((id) => !effects.has(id));
    const begun = (await readFile(journal, "utf8")).split("\n").filter(Boolean);
    return {
      cut: begun.length - effects.size,
      lost: missing.filter((id) => !waiting.has(id)),
      doubled: ids.filter((id) => (effects.get(id) ?? 0) > 1),
      stuck: [...waiting],
      recounted: repeated(begun),
    };
  }

  /** How long after the end of a dead claim's lease it was taken over, in milliseconds, sorted. */
  async takeovers(): Promise<readonly number[]> {
    const { rows } = await this.pool.query<{ late_ms: number }>(
      `SELECT late_ms FROM "${this.schema}".takeovers ORDER BY late_ms`,
    );
    return rows.map(({ late_ms }) => late_ms);
  }

  async #counts(text: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.pool.query<{ id: string; count: number }>(text);
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  async drop(): Promise<void> {
    await this.pool.query(`DROP SCHEMA "${this.schema}" CASCADE`);
    await this.pool.end();
  }
}

/** The lines that are there more than once. */
function repeated(lines: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return lines.filter((line) => seen.size === seen.add(line).size);
}
