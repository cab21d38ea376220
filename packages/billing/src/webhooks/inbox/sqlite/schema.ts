import { inTransaction, type SqliteDatabase } from "./database.js";

/** Milliseconds since the epoch by the clock of SQLite, in every version of it. */
export const NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)";

/**
 * A delivery that was handled leaves its id alone. `dead` ones keep their text. A lease that ends later than now is
 * somebody's; a delivery is due when its lease has ended.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS billing_inbox_open (
    id TEXT NOT NULL PRIMARY KEY,
    object TEXT,
    object_id TEXT,
    event_type TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at_ms INTEGER NOT NULL,
    token TEXT,
    lease_ends_at_ms INTEGER NOT NULL,
    died_at_ms INTEGER,
    last_error TEXT
  );
  CREATE INDEX IF NOT EXISTS billing_inbox_open_due ON billing_inbox_open (due_at_ms) WHERE died_at_ms IS NULL;
  CREATE INDEX IF NOT EXISTS billing_inbox_open_object ON billing_inbox_open (object) WHERE token IS NOT NULL;
  CREATE INDEX IF NOT EXISTS billing_inbox_open_dead ON billing_inbox_open (died_at_ms) WHERE died_at_ms IS NOT NULL;
  CREATE TABLE IF NOT EXISTS billing_inbox_handled (
    id TEXT NOT NULL PRIMARY KEY,
    forget_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS billing_inbox_handled_forget ON billing_inbox_handled (forget_at_ms);
  CREATE TABLE IF NOT EXISTS billing_inbox_newest (
    object TEXT NOT NULL PRIMARY KEY,
    created_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS billing_inbox_newest_created ON billing_inbox_newest (created_at_ms);
`;

/** How long to wait for another process's transaction; all of ours are short. */
const BUSY_TIMEOUT_MS = 5_000;

/** Makes commits last through a power failure and lets processes share the file, and creates what is missing. */
export function prepareDatabase(database: SqliteDatabase): void {
  // First, since the others wait for locks as well.
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.exec("PRAGMA journal_mode = WAL");
  // better-sqlite3 is built with NORMAL, under which the last commits may be lost.
  database.exec("PRAGMA synchronous = FULL");
  inTransaction(database, () => database.exec(TABLES));
}
