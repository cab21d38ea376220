import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqliteDatabase } from "@repo/billing/webhooks";
import Database from "libsql";

export interface Storage {
  readonly database: SqliteDatabase;
  close(): void;
}

/** Opens the SQLite file of the webhook inbox. Without a name it is a new one, which is deleted at the end. */
export function openStorage(file?: string): Storage {
  if (file !== undefined) {
    const database = new Database(file);
    return { database, close: () => void database.close() };
  }
  const folder = mkdtempSync(join(tmpdir(), "lumen-"));
  const database = new Database(join(folder, "billing.db"));
  return {
    database,
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
