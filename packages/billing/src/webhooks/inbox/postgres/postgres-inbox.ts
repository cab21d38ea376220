import { type DeadDelivery, type DurableInbox, deliveryId, type StoreResult, type Work } from "../inbox.js";
import { type Claiming, claimArrived, claimDead, claimNext, toDelivery, toKey, toValues } from "./claims.js";
import { connectingDatabase } from "./connecting.js";
import type { Database, PostgresPool, TransactionOf } from "./database.js";
import { type InboxSettings, isConnecting, type PostgresInboxOptions, toSettings } from "./options.js";
import { type Processed, processClaim } from "./processing.js";
import { Retention } from "./retention.js";
import { outliveRivals } from "./rivals.js";
import { writeStatements } from "./statements.js";
import { tableVersionCheck } from "./table-version.js";
import { transactingDatabase } from "./transacting.js";
import { Waiting } from "./waiting.js";

export interface PostgresInbox<Tx> extends DurableInbox<Tx> {
  /**
   * Deletes at most 1,000 deliveries whose retention is over, and resolves to their number. The inbox does so by itself
   * while it works; call it to delete many at once.
   */
  forgetExpired(): Promise<number>;
}

/** What a statement may take beyond the lease, which bounds it at the server. */
const PATIENCE_MS = 10_000;

/**
 * Creates an inbox on PostgreSQL 13 or newer. The claim is committed first, by itself; the handler's writes through
 * `tx` are committed together with the record that the delivery was handled, in one transaction at READ COMMITTED.
 *
 * Each delivery takes one connection at a time, so a pool of one is enough. No session state is needed, so PgBouncer in
 * transaction mode works. Create its tables with `billing inbox migrate` or `migrateInbox`.
 *
 * @example
 * import { postgresInbox } from "@repo/billing/postgres";
 * import { Pool } from "pg";
 *
 * const inbox = postgresInbox({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) });
 *
 * @throws {ConfigurationError} when an option is unknown or out of range; at the first use, when its tables are missing
 * or of an older version.
 */
export function postgresInbox<Pool extends PostgresPool>(
  options: PostgresInboxOptions<Pool>,
): PostgresInbox<TransactionOf<Pool>>;
export function postgresInbox(options: PostgresInboxOptions<PostgresPool>): PostgresInbox<unknown> {
  const settings = toSettings(options);
  const { pool } = options;
  const timeoutMs = settings.leaseMs + PATIENCE_MS;
  return isConnecting(pool)
    ? createInbox(connectingDatabase(pool, timeoutMs), settings)
    : createInbox(transactingDatabase(pool, timeoutMs), settings);
}

function createInbox<Tx>(database: Database<Tx>, inboxSettings: InboxSettings): PostgresInbox<Tx> {
  const { schema, retentionMs } = inboxSettings;
  const statements = writeStatements(schema);
  const settings = { ...inboxSettings, statements };
  const assertTables = tableVersionCheck(database.query, schema, statements.version);
  const retention = new Retention(database, statements, retentionMs);
  const waiting = new Waiting(database, statements, schema);

  return {
    async process(delivery, work, { signal } = {}) {
      const { result } = await run(claimArrived(settings, delivery), work, signal);
      // A delivery that has just arrived is never absent.
      return result ?? { status: "busy" };
    },

    async requeue(key, work, { signal } = {}) {
      return (await run(claimDead(settings, key), work, signal)).result;
    },

    async processNext(work, { signal, livemode } = {}) {
      const { delivery, result } = await run(claimNext(settings, livemode), work, signal);
      return delivery === undefined || result === undefined ? undefined : { delivery, result };
    },

    async store(delivery, { signal } = {}) {
      signal?.throwIfAborted();
      await assertTables();
      const [row] = (await outliveRivals(() => database.query(statements.store, toValues(delivery)))).rows;
      if (row?.["found"] === "stored") {
        waiting.announce();
        return { status: "stored" };
      }
      if (row?.["found"] === "handled") return { status: "duplicate" };
      // It is there, perhaps by a claim that did not wait for the disk.
      await database.query(statements.flush);
      return { status: row?.["found"] === "dead" ? "dead" : "stored" } satisfies StoreResult;
    },

    async find(key) {
      await assertTables();
      const [row] = (await database.query(statements.find, [deliveryId(key)])).rows;
      return row === undefined ? undefined : toDelivery(row);
    },

    async waitForDue({ signal, pollMs, livemode }) {
      await assertTables();
      await waiting.wait(signal, pollMs, livemode);
    },

    async release(key) {
      await assertTables();
      const released = (await database.query(statements.release, [deliveryId(key)])).rows.length > 0;
      if (released) waiting.announce();
      return released;
    },

    async listDead({ limit = 100 } = {}) {
      await assertTables();
      const { rows } = await database.query(statements.listDead, [limit]);
      return rows.map(
        (row): DeadDelivery => ({
          key: toKey(row["id"]),
          eventType: String(row["event_type"]),
          attempts: Number(row["attempts"]),
          diedAt: new Date(Number(row["died_at_ms"])),
          ...(typeof row["last_error"] === "string" ? { lastError: row["last_error"] } : {}),
        }),
      );
    },

    async readStats() {
      await assertTables();
      const [row = {}] = (await database.query(statements.stats)).rows;
      const counts = {
        held: Number(row["held"]),
        waiting: Number(row["waiting"]),
        dead: Number(row["dead"]),
      };
      const oldest = row["oldest_at_ms"];
      return oldest == null ? counts : { ...counts, oldestAt: new Date(Number(oldest)) };
    },

    async forgetExpired() {
      await assertTables();
      return retention.forget();
    },
  };

  async function run<T>(
    claim: Claiming,
    work: Work<Tx, T>,
    signal: AbortSignal | undefined,
  ): Promise<Processed<T>> {
    signal?.throwIfAborted();
    await assertTables();
    const processed = await processClaim(database, settings, claim, work, signal);
    // It is due again sooner than those who wait know: they have seen the end of its lease.
    if (processed.result?.status === "failed") waiting.wake();
    retention.nudge();
    return processed;
  }
}
