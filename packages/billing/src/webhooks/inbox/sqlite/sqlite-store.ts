import { deliveryId, type InboxStats, objectKey } from "../inbox.js";
import type { Lease, LeaseStore, Settlement } from "../leased/lease-store.js";
import type { LeaseSettings } from "../leased/settings.js";
import { sqliteClaims } from "./claims.js";
import { inTransaction, type SqliteDatabase } from "./database.js";
import { DeferredWrites } from "./deferred-writes.js";
import { type OpenRow, toDeadDelivery } from "./rows.js";
import { NOW_MS } from "./schema.js";

/** How many expired rows one settlement removes at most, which keeps up with any rate. */
const FORGET_AT_ONCE = 10;

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
    `UPDATE billing_inbox_open SET died_at_ms = NULL, attempts = 0, due_at_ms = ?, last_error = NULL
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
    claimNext: async (token) => atNow((nowMs) => claims.claimNext(token, nowMs)),
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

    hasDue: async () => claims.findDue(readNowMs()) !== undefined,

    release: async (key) =>
      atNow((nowMs) => {
        const id = deliveryId(key);
        if (claims.find(id)?.died_at_ms == null) return false;
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

type Settling<Database> = (
  lease: Lease,
  settlement: Settlement,
  tx: DeferredWrites<Database>,
  nowMs: number,
) => boolean;

function sqliteSettling<Database extends SqliteDatabase>(
  database: Database,
  { retentionMs }: LeaseSettings,
): Settling<Database> {
  // guard: a result counts only under the newest claim of the delivery
  const selectOwn = database.prepare("SELECT id FROM billing_inbox_open WHERE id = ? AND token = ?");
  const removeOpen = database.prepare("DELETE FROM billing_inbox_open WHERE id = ?");
  const insertHandled = database.prepare(
    "INSERT OR REPLACE INTO billing_inbox_handled (id, forget_at_ms) VALUES (?, ?)",
  );
  const raiseNewest = database.prepare(
    `INSERT INTO billing_inbox_newest (object, created_at_ms) VALUES (?, ?)
      ON CONFLICT (object) DO UPDATE SET created_at_ms = max(created_at_ms, excluded.created_at_ms)`,
  );
  const waitAgain = database.prepare(
    `UPDATE billing_inbox_open SET due_at_ms = ?, last_error = ?, token = NULL, lease_ends_at_ms = 0 WHERE id = ?`,
  );
  const die = database.prepare(
    `UPDATE billing_inbox_open SET died_at_ms = ?, last_error = ?, token = NULL, lease_ends_at_ms = 0 WHERE id = ?`,
  );
  const forgetHandled = database.prepare(
    `DELETE FROM billing_inbox_handled WHERE id IN (
      SELECT id FROM billing_inbox_handled WHERE forget_at_ms <= ? ORDER BY forget_at_ms LIMIT ?)`,
  );
  const forgetNewest = database.prepare(
    `DELETE FROM billing_inbox_newest WHERE object IN (
      SELECT object FROM billing_inbox_newest WHERE created_at_ms <= ? ORDER BY created_at_ms LIMIT ?)`,
  );

  return (lease, settlement, tx, nowMs) => {
    const id = deliveryId(lease.key);
    if (selectOwn.get(id, lease.token) === undefined) return false;
    switch (settlement.status) {
      case "handled": {
        tx.runAll(database);
        const object = objectKey(lease);
        removeOpen.run(id);
        insertHandled.run(id, nowMs + retentionMs);
        if (object !== undefined) raiseNewest.run(object, lease.createdAtMs);
        forgetHandled.run(nowMs, FORGET_AT_ONCE);
        forgetNewest.run(nowMs - retentionMs, FORGET_AT_ONCE);
        break;
      }
      case "failed":
        waitAgain.run(nowMs + settlement.pauseMs, settlement.error, id);
        break;
      case "dead":
        die.run(nowMs, settlement.error, id);
        break;
    }
    return true;
  };
}
