import { ConfigurationError } from "../../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import type { DurableInbox } from "../inbox.js";
import { leasedInbox } from "../leased/leased-inbox.js";
import { LEASE_OPTIONS, type LeaseOptions, toLeaseSettings } from "../leased/settings.js";
import type { SqliteDatabase } from "./database.js";
import type { SqliteTx } from "./deferred-writes.js";
import { prepareDatabase } from "./schema.js";
import { sqliteStore } from "./sqlite-store.js";

export interface SqliteInboxOptions<Database extends SqliteDatabase> extends LeaseOptions {
  /**
   * `DatabaseSync` of `node:sqlite`, or `Database` of better-sqlite3 or libsql. Its transactions must be over whenever the
   * application waits, since the inbox begins its own on the same connection.
   */
  readonly database: Database;
}

/**
 * Creates an inbox in a SQLite file, for one machine: processes may share the file over a local disk. It creates its
 * tables, `billing_inbox_*`, and switches the connection to WAL with `synchronous = FULL`, under which what was
 * acknowledged outlives a power failure.
 *
 * A handler gets `tx.write`, whose writes are committed with its delivery's result or not at all. Anything else is at
 * least once. Claims are leases by SQLite's clock, with fences.
 *
 * @example
 * import { sqliteInbox } from "@repo/billing/webhooks";
 *
 * const inbox = sqliteInbox({ database: sqlite }); // `new DatabaseSync("billing.db")` of node:sqlite, for example
 *
 * @throws {ConfigurationError} when an option is unknown or out of range. What SQLite throws is passed on.
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
