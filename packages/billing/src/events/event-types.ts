import { onFirstUse } from "../on-first-use.js";
import { EVENT_KINDS } from "./event-owners.js";
import type { OwnerPath } from "./owner-path.js";

/** What is known of an event type. */
export interface EventTypeFacts {
  readonly family: "snapshot" | "thin";
  /** The kind of object it is about. */
  readonly kind: string;
  readonly owner: OwnerPath;
}

const byType = onFirstUse(indexTypes);

/** Looks up an event type of either family; `undefined` for a type that the SDK does not know. */
export function findEventType(type: string): EventTypeFacts | undefined {
  return byType().get(type);
}

/** The path to the owner of a kind of object; `undefined` for a kind that no event is about. */
export function ownerPathOfKind(kind: string): OwnerPath | undefined {
  return Object.hasOwn(EVENT_KINDS, kind) ? EVENT_KINDS[kind]?.owner : undefined;
}

/** Finds the known type that is spelled most like another, or that only has more in front; `undefined` when none is close. */
export function findSimilarEventType(type: string): string | undefined {
  const types = [...byType().keys()];
  const longer = types.find((known) => known.endsWith(`.${type}`));
  if (longer !== undefined) return longer;
  let [similar, distance] = ["", Math.ceil(type.length / 3)];
  for (const known of types) {
    const edits = editDistance(type, known, distance);
    if (edits < distance) [similar, distance] = [known, edits];
  }
  return similar === "" ? undefined : similar;
}

function indexTypes(): ReadonlyMap<string, EventTypeFacts> {
  const index = new Map<string, EventTypeFacts>();
  for (const [kind, { owner, snapshot, thin }] of Object.entries(EVENT_KINDS)) {
    for (const type of snapshot) index.set(type, { family: "snapshot", kind, owner });
    for (const type of thin) index.set(type, { family: "thin", kind, owner });
  }
  return index;
}

/** Levenshtein's distance; gives up with `limit` as soon as it cannot be less. */
function editDistance(from: string, to: string, limit: number): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const substitute = (row[other - 1] ?? 0) + (from[at - 1] === to[other - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return row[to.length] ?? limit;
}
