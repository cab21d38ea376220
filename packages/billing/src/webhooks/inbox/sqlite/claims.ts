import { type Delivery, deliveryId, deliveryIdPrefix, objectKey } from "../inbox.js";
import type { Claimed, Lease, ObjectBusy } from "../leased/lease-store.js";
import type { LeaseSettings } from "../leased/settings.js";
import type { SqliteDatabase } from "./database.js";
import { type OpenRow, toStoredDelivery } from "./rows.js";

/** The claims of a store, each inside a transaction of the caller. */
export interface Claims {
  readonly claim: (delivery: Delivery, token: string, nowMs: number) => Claimed | ObjectBusy;
  readonly claimDead: (id: string, token: string, nowMs: number) => Claimed | ObjectBusy | undefined;
  readonly claimNext: (token: string, livemode: boolean | undefined, nowMs: number) => Lease | undefined;
  readonly isHandled: (id: string, nowMs: number) => boolean;
  readonly find: (id: string) => OpenRow | undefined;
  readonly isDead: (row: OpenRow, nowMs: number) => boolean;
  /** Keeps a delivery that is due now. */
  readonly keep: (delivery: Delivery, nowMs: number) => OpenRow;
  readonly findDue: (livemode: boolean | undefined, nowMs: number) => OpenRow | undefined;
}

export function sqliteClaims(database: SqliteDatabase, { leaseMs, maxAttempts }: LeaseSettings): Claims {
  const selectHandled = database.prepare(
    "SELECT forget_at_ms FROM billing_inbox_handled WHERE id = ? AND forget_at_ms > ?",
  );
  const selectOpen = database.prepare("SELECT * FROM billing_inbox_open WHERE id = ?");
  const insert = database.prepare(
    `INSERT INTO billing_inbox_open
      (id, object, object_id, event_type, created_at_ms, body, attempts, due_at_ms, lease_ends_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0)`,
  );
  const selectHolder = database.prepare(
    "SELECT id FROM billing_inbox_open WHERE object = ? AND token IS NOT NULL AND id <> ? AND lease_ends_at_ms > ?",
  );
  const fenceOff = database.prepare(
    "UPDATE billing_inbox_open SET token = NULL WHERE object = ? AND token IS NOT NULL AND id <> ?",
  );
  const take = database.prepare(
    `UPDATE billing_inbox_open SET attempts = attempts + 1, token = ?, lease_ends_at_ms = ?, due_at_ms = ?
      WHERE id = ?`,
  );
  const bury = database.prepare(
    "UPDATE billing_inbox_open SET died_at_ms = ?, token = NULL, lease_ends_at_ms = 0 WHERE id = ?",
  );
  const selectNewest = database.prepare("SELECT created_at_ms FROM billing_inbox_newest WHERE object = ?");
  const selectDue = database.prepare(
    `SELECT * FROM billing_inbox_open AS due
      WHERE died_at_ms IS NULL AND due_at_ms <= ? AND lease_ends_at_ms <= ? AND id GLOB ? AND NOT EXISTS (
        SELECT 1 FROM billing_inbox_open AS holder
          WHERE holder.object = due.object AND holder.token IS NOT NULL AND holder.lease_ends_at_ms > ?)
      ORDER BY due_at_ms, rowid LIMIT 1`,
  );

  const find = (id: string) => selectOpen.get(id) as OpenRow | undefined;
  const findDue = (livemode: boolean | undefined, nowMs: number) =>
    selectDue.get(nowMs, nowMs, `${deliveryIdPrefix(livemode)}*`, nowMs) as OpenRow | undefined;
  const isHandled = (id: string, nowMs: number) => selectHandled.get(id, nowMs) !== undefined;

  return { claim, claimDead, claimNext, isHandled, find, isDead, keep, findDue };

  function claim(delivery: Delivery, token: string, nowMs: number): Claimed | ObjectBusy {
    const id = deliveryId(delivery.key);
    if (isHandled(id, nowMs)) return { status: "duplicate" };
    const before = find(id);
    if (before !== undefined && before.lease_ends_at_ms > nowMs) return { status: "busy" };
    if (before !== undefined && isDead(before, nowMs)) return { status: "dead", attempt: before.attempts };
    if (isObjectHeld(before?.object ?? objectKey(delivery) ?? null, id, nowMs))
      return { status: "object_busy" };
    return { status: "claimed", lease: begin(before ?? keep(delivery, nowMs), token, nowMs) };
  }

  function claimDead(id: string, token: string, nowMs: number): Claimed | ObjectBusy | undefined {
    const row = find(id);
    if (row === undefined || !isDead(row, nowMs)) return undefined;
    if (row.lease_ends_at_ms > nowMs) return { status: "busy" };
    if (isObjectHeld(row.object, id, nowMs)) return { status: "object_busy" };
    return { status: "claimed", lease: begin(row, token, nowMs) };
  }

  function claimNext(token: string, livemode: boolean | undefined, nowMs: number): Lease | undefined {
    for (;;) {
      const row = findDue(livemode, nowMs);
      if (row === undefined) return undefined;
      if (!isDead(row, nowMs)) return begin(row, token, nowMs);
    }
  }

  function keep(delivery: Delivery, nowMs: number): OpenRow {
    const { key, objectId = null, eventType, createdAtMs, body } = delivery;
    const id = deliveryId(key);
    insert.run(id, objectKey(delivery) ?? null, objectId, eventType, createdAtMs, body, nowMs);
    const row = find(id);
    if (row === undefined) throw new Error("SQLite does not have the row that it has just inserted.");
    return row;
  }

  /** Also a delivery whose last attempt ended with its holder is dead; whoever finds it says so. */
  function isDead(row: OpenRow, nowMs: number): boolean {
    if (row.died_at_ms !== null) return true;
    if (row.attempts < maxAttempts || row.lease_ends_at_ms > nowMs) return false;
    bury.run(nowMs, row.id);
    return true;
  }

  function isObjectHeld(object: string | null, id: string, nowMs: number): boolean {
    return object !== null && selectHolder.get(object, id, nowMs) !== undefined;
  }

  function begin(row: OpenRow, token: string, nowMs: number): Lease {
    const { id, object } = row;
    const endsAtMs = nowMs + leaseMs;
    // guard: what held the object before, and lost its lease, is not settled any more
    if (object !== null) fenceOff.run(object, id);
    take.run(token, endsAtMs, endsAtMs, id);
    const newest = object === null ? undefined : selectNewest.get(object);
    const { created_at_ms: newestHandledAtMs } = (newest ?? {}) as { readonly created_at_ms?: number };
    return {
      ...toStoredDelivery(row),
      attempt: row.attempts + 1,
      token,
      ...(newestHandledAtMs === undefined ? {} : { newestHandledAtMs }),
    };
  }
}
