import type { SqliteDatabase } from "@repo/billing/webhooks";

/**
 * What the webhook handlers wrote: a row for each time that an event took effect. Nothing in the table keeps an event from
 * a second row, so that one would be seen.
 */
export class Effects {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    database.exec("CREATE TABLE IF NOT EXISTS effects (event_key TEXT NOT NULL, tenant_id TEXT NOT NULL)");
    this.#database = database;
  }

  /** For `tx.write` of a handler. */
  write(eventKey: string, tenantId: string): (database: SqliteDatabase) => void {
    return (database) => {
      database.prepare("INSERT INTO effects (event_key, tenant_id) VALUES (?, ?)").run(eventKey, tenantId);
    };
  }

  count(eventKey: string): number {
    return this.#database.prepare("SELECT 1 FROM effects WHERE event_key = ?").all(eventKey).length;
  }
}
