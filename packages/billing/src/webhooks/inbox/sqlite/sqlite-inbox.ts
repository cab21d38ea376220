import { ConfigurationError } from "../../../errors.js";
import { assertKnownKeys } from "../../../known-keys.js";
import type { DurableInbox } from "../inbox.js";
import { leasedInbox } from "../leased/leased-inbox.js";
import { LEASE_OPTIONS, type LeaseOptions, toLeaseSettings } from "../leased/settings.js";
import type { SqliteDatabase } from "./database.js";
import type { SqliteTx } from "./deferred-writes.js";
import { prepareDatabase } from "./schema.js";
import { sqliteStore } from "./sqlite-store.js";

export interface SqliteInboxOptions<Database extends SqliteDatabase> extends LeaseOptions {
  /**
   * A `DatabaseSync` of `node:sqlite`, or a `Database` of better-sqlite3 or libsql. Never `await` inside a transaction
   * of your own on it, since the inbox begins transactions on the same connection.
   */
  readonly database: Database;
}

/**
 * Creates an inbox in a SQLite file, for one machine: processes may share the file on a local disk. Creates its tables,
 * `billing_inbox_*`, and switches the connection to WAL with `synchronous = FULL`, so that acknowledged deliveries
 * survive a power failure.
 *
 * A handler gets `tx.write`, whose writes are committed together with its delivery's result or not at all. Everything
 * else in a handler may happen more than once. Claims are leases by SQLite's clock, with fencing tokens.
 *
 * @example
 * import { sqliteInbox } from "@repo/billing/webhooks";
 *
 * const inbox = sqliteInbox({ database: sqlite }); // `new DatabaseSync("billing.db")` of node:sqlite, for example
 *
 * @throws {ConfigurationError} when an option is unknown or out of range. Errors of SQLite are passed on.
 */
export function sqliteInbox<Database extends SqliteDatabase>(
  options: SqliteInboxOptions<Database>,
): DurableInbox<SqliteTx<Database>> {
  assertKnownKeys("sqliteInbox", options, ["database", ...LEASE_OPTIONS]);
  const settings = toLeaseSettings(options);
  const { database } = options;
  if (typeof database?.exec !== "function" || typeof database.prepare !== "function") {
    throw new ConfigurationError(
      "database must be a DatabaseSync of node:sqlite, or a Database of better-sqlite3 or libsql.",
    );
  }
  prepareDatabase(database);
  return leasedInbox(sqliteStore(database, settings), settings);
}
