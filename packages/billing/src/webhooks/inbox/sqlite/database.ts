/**
 * What the inbox uses of a database: `DatabaseSync` of `node:sqlite`, and `Database` of better-sqlite3 or libsql, fit as
 * they are.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

export interface SqliteStatement {
  run(...values: SqliteValue[]): unknown;
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): readonly unknown[];
}

export type SqliteValue = string | number | null;

/** Runs a transaction that takes the write lock when it begins: one that reads first could not be upgraded safely. */
export function inTransaction<T>(database: SqliteDatabase, run: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Also after a failed COMMIT, which leaves the transaction open. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // Nothing is open: SQLite ends a transaction by itself after some errors.
  }
}
