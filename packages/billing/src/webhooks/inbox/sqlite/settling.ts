import { deliveryId, objectKey } from "../inbox.js";
import type { Lease, Settlement } from "../leased/lease-store.js";
import type { LeaseSettings } from "../leased/settings.js";
import type { SqliteDatabase } from "./database.js";
import type { DeferredWrites } from "./deferred-writes.js";

/** How many expired rows one settlement removes at most, which keeps up with any rate. */
const FORGET_AT_ONCE = 10;

/** Ends a claim inside a transaction of the caller; false when the claim was taken over. */
export type Settling<Database> = (
  lease: Lease,
  settlement: Settlement,
  tx: DeferredWrites<Database>,
  nowMs: number,
) => boolean;

export function sqliteSettling<Database extends SqliteDatabase>(
  database: Database,
  { retentionMs }: LeaseSettings,
): Settling<Database> {
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
    // guard: a result counts only under the newest claim of the delivery
    if (selectOwn.get(id, lease.token) === undefined) return false;
    switch (settlement.status) {
      case "handled": {
        tx.runAll(database);
        const object = objectKey(lease);
        removeOpen.run(id);
        insertHandled.run(id, nowMs + retentionMs);
        if (object !== undefined) raiseNewest.run(object, settlement.newestAtMs);
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
