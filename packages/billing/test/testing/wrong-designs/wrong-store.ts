import type { LeaseStore } from "../../../src/webhooks/inbox/leased/lease-store.js";
import { leasedInbox } from "../../../src/webhooks/inbox/leased/leased-inbox.js";
import { type LeaseSettings, toLeaseSettings } from "../../../src/webhooks/inbox/leased/settings.js";
import type { SqliteDatabase } from "../../../src/webhooks/inbox/sqlite/database.js";
import type { DeferredWrites } from "../../../src/webhooks/inbox/sqlite/deferred-writes.js";
import { prepareDatabase } from "../../../src/webhooks/inbox/sqlite/schema.js";
import { sqliteStore } from "../../../src/webhooks/inbox/sqlite/sqlite-store.js";
import type { MakeInbox } from "../../webhooks/inbox/sqlite/open-sqlite-inbox.js";

type Store = LeaseStore<DeferredWrites<SqliteDatabase>>;

/** The steps of a design that differ from the right ones. */
export type Flaw = (store: Store, database: SqliteDatabase) => Partial<Store>;

/** A store on SQLite that is right but for one flaw. */
export function wrongStore(flaw: Flaw, settings: Partial<LeaseSettings> = {}): MakeInbox {
  return ({ database, ...options }) => {
    const all = { ...toLeaseSettings(options), ...settings };
    prepareDatabase(database);
    const store = sqliteStore(database, all);
    return leasedInbox({ ...store, ...flaw(store, database) }, all);
  };
}

export interface Held {
  readonly attempts: number;
  readonly token: string | null;
  readonly lease_ends_at_ms: number;
}

/** Reads a delivery that is not handled, outside of any transaction. */
export function readOpen(database: SqliteDatabase, id: string): Held | undefined {
  // The row's columns are those named.
  return database
    .prepare("SELECT attempts, token, lease_ends_at_ms FROM billing_inbox_open WHERE id = ?")
    .get(id) as Held | undefined;
}
