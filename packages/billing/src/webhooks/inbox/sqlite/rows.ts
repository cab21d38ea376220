import { type DeadDelivery, type Delivery, parseDeliveryId } from "../inbox.js";

/** A delivery that is not handled, as its table has it. */
export interface OpenRow {
  readonly id: string;
  readonly object: string | null;
  readonly object_id: string | null;
  readonly event_type: string;
  readonly created_at_ms: number;
  readonly body: string;
  readonly attempts: number;
  readonly token: string | null;
  readonly lease_ends_at_ms: number;
  readonly died_at_ms: number | null;
  readonly last_error: string | null;
}

export function toStoredDelivery(row: OpenRow): Delivery {
  return {
    key: parseDeliveryId(row.id),
    eventType: row.event_type,
    ...(row.object_id === null ? {} : { objectId: row.object_id }),
    createdAtMs: row.created_at_ms,
    body: row.body,
  };
}

export function toDeadDelivery(row: OpenRow): DeadDelivery {
  return {
    key: parseDeliveryId(row.id),
    eventType: row.event_type,
    attempts: row.attempts,
    diedAt: new Date(row.died_at_ms ?? Number.NaN),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}
