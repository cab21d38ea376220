import { deliveryId, type InboxStats } from "../inbox.js";
import type { LeaseStore } from "../leased/lease-store.js";
import type { LeaseSettings } from "../leased/settings.js";
import { sqliteClaims } from "./claims.js";
import { inTransaction, type SqliteDatabase } from "./database.js";
import { DeferredWrites } from "./deferred-writes.js";
import { type OpenRow, toDeadDelivery, toStoredDelivery } from "./rows.js";
import { NOW_MS } from "./schema.js";
import { sqliteSettling } from "./settling.js";

/** The steps of an inbox on a prepared database. */
export function sqliteStore<Database extends SqliteDatabase>(
  database: Database,
  settings: LeaseSettings,
): LeaseStore<DeferredWrites<Database>> {
  const claims = sqliteClaims(database, settings);
  const settling = sqliteSettling(database, settings);
  const selectNow = database.prepare(`SELECT ${NOW_MS} AS now_ms`);
  const selectDead = database.prepare(
    "SELECT * FROM billing_inbox_open WHERE died_at_ms IS NOT NULL ORDER BY died_at_ms, rowid LIMIT ?",
  );
  const revive = database.prepare(
    `UPDATE billing_inbox_open SET died_at_ms = NULL, attempts = 0, due_at_ms = ?, last_error = NULL, token = NULL,
        lease_ends_at_ms = 0
      WHERE id = ? AND died_at_ms IS NOT NULL`,
  );
  const selectStats = database.prepare(
    `SELECT count(*) FILTER (WHERE lease_ends_at_ms > ?) AS held,
        count(*) FILTER (WHERE died_at_ms IS NULL AND lease_ends_at_ms <= ?) AS waiting,
        count(*) FILTER (WHERE died_at_ms IS NOT NULL) AS dead,
        min(created_at_ms) FILTER (WHERE died_at_ms IS NULL) AS oldest_at_ms
      FROM billing_inbox_open`,
  );

  return {
    claim: async (delivery, token) => atNow((nowMs) => claims.claim(delivery, token, nowMs)),
    claimDead: async (key, token) => atNow((nowMs) => claims.claimDead(deliveryId(key), token, nowMs)),
    claimNext: async (token, livemode) => atNow((nowMs) => claims.claimNext(token, livemode, nowMs)),
    openTx: () => new DeferredWrites<Database>(),
    settle: async (lease, settlement, tx) => atNow((nowMs) => settling(lease, settlement, tx, nowMs)),

    store: async (delivery) =>
      atNow((nowMs) => {
        const id = deliveryId(delivery.key);
        if (claims.isHandled(id, nowMs)) return { status: "duplicate" };
        const before = claims.find(id);
        if (before !== undefined && claims.isDead(before, nowMs)) return { status: "dead" };
        if (before === undefined) claims.keep(delivery, nowMs);
        return { status: "stored" };
      }),

    find: async (key) => {
      const row = claims.find(deliveryId(key));
      return row === undefined ? undefined : toStoredDelivery(row);
    },

    hasDue: async (livemode) => claims.findDue(livemode, readNowMs()) !== undefined,

    release: async (key) =>
      atNow((nowMs) => {
        const id = deliveryId(key);
        const row = claims.find(id);
        if (row?.died_at_ms == null || row.lease_ends_at_ms > nowMs) return false;
        revive.run(nowMs, id);
        return true;
      }),

    listDead: async ({ limit }) => (selectDead.all(limit) as readonly OpenRow[]).map(toDeadDelivery),

    readStats: async (): Promise<InboxStats> => {
      const nowMs = readNowMs();
      const row = selectStats.get(nowMs, nowMs) as Omit<InboxStats, "oldestAt"> & {
        readonly oldest_at_ms: number | null;
      };
      const { held, waiting, dead, oldest_at_ms: oldestAtMs } = row;
      return { held, waiting, dead, ...(oldestAtMs === null ? {} : { oldestAt: new Date(oldestAtMs) }) };
    },
  };

  function atNow<T>(step: (nowMs: number) => T): T {
    return inTransaction(database, () => step(readNowMs()));
  }

  function readNowMs(): number {
    return (selectNow.get() as { readonly now_ms: number }).now_ms;
  }
}
