import { newId } from "../ids.js";
import { finerTypes } from "./finer-types.js";
import { isWire } from "./is-wire.js";
import type { EventRecord, RelatedObject, ThinEventRecord } from "./records/events.js";
import { relatedObject } from "./related-object.js";
import type { Wire } from "./wire.js";

/** The thin events of a change: one for its snapshot event, and finer ones that have no snapshot event. */
export function thinEvents(snapshot: EventRecord): readonly ThinEventRecord[] {
  const { object, previous_attributes: before } = snapshot.data;
  const related = relatedObject(object);
  const twin: ThinEventRecord = {
    ...thinEvent(snapshot, `v1.${snapshot.type}`, related),
    ...(before && { changes: { before, after: pick(object, before) } }),
    snapshot_event: snapshot.id,
  };
  return [twin, ...finerTypes(snapshot).map((type) => thinEvent(snapshot, type, related))];
}

/** The circumstances of an event, which snapshot and thin events share. */
export type EventOrigin = Pick<EventRecord, "account" | "created" | "livemode" | "request">;

export function thinEvent(
  origin: EventOrigin,
  type: string,
  related_object: RelatedObject | null,
): ThinEventRecord {
  const { account, created, livemode, request } = origin;
  return {
    id: newId(livemode ? "evt" : "evt_test"),
    object: "v2.core.event",
    ...(account !== undefined && { context: account }),
    created,
    livemode,
    ...(request.id !== null && {
      reason: {
        type: "request",
        request: { id: request.id, idempotency_key: request.idempotency_key ?? "" },
      },
    }),
    related_object,
    type,
  };
}

/** The present values of what has changed. */
function pick(object: Wire, changed: Wire): Wire {
  return Object.fromEntries(
    Object.entries(changed).map(([name, was]) => {
      const is = object[name];
      return [name, isWire(was) && isWire(is) ? pick(is, was) : (is ?? null)];
    }),
  );
}
