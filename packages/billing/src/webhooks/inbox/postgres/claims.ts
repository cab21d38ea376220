import { randomUUID } from "node:crypto";
import type { Delivery, DeliveryKey } from "../inbox.js";
import { deliveryId, deliveryIdPrefix, objectKey } from "../inbox.js";
import type { Query, Row, Statement } from "./database.js";
import { findSqlState } from "./sqlstate.js";
import type { Statements } from "./statements.js";

/** A claim as it was made: what the fence, the settling and the failing are checked against. */
export interface Held {
  readonly delivery: Delivery;
  readonly token: string;
  readonly attempt: number;
}

/** What an attempt to claim came to. */
export type ClaimResult =
  | ({ readonly status: "claimed" } & Held)
  | { readonly status: "handled" | "held" | "object_at_work" | "absent" }
  /** What was looked at had its object at work; there may be more behind. */
  | { readonly status: "passed_over" }
  | { readonly status: "dead"; readonly attempt: number; readonly delivery: Delivery };

/** Makes a claim with one statement or two. */
export type MakeClaim = (query: Query) => Promise<ClaimResult>;

/** A way to claim something. */
export interface Claiming {
  /** Makes the claim that is most likely to succeed, to be sent together with what opens the work's transaction. */
  readonly first?: () => { readonly held: Held; readonly statement: Statement };
  /** Makes a claim when that one was not made. */
  readonly next: MakeClaim;
  /** Makes a claim where statements are sent one by one. */
  readonly make: MakeClaim;
  /** Whether it may wait for a connection until others have ended their work. */
  readonly isPatient?: boolean;
}

interface ClaimSettings {
  readonly statements: Statements;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** Claims a delivery that has just arrived. */
export function claimArrived(settings: ClaimSettings, delivery: Delivery): Claiming {
  const { statements, leaseMs } = settings;
  const next = claimSeen(settings, delivery);
  const first = () => {
    const token = randomUUID();
    const values = [...toValues(delivery), token, leaseMs];
    return { held: { delivery, token, attempt: 1 }, statement: { text: statements.claimNew, values } };
  };
  const make: MakeClaim = async (query) => {
    const { held, statement } = first();
    const [row] = (await query(statement.text, statement.values)).rows;
    return isClaimed(row) ? { status: "claimed", ...held } : next(query);
  };
  return { first, next, make };
}

/** Whether the first claim was made. */
export function isClaimed(row: Row | undefined): boolean {
  return row?.["claimed"] === "true";
}

/** Claims a delivery that was seen before. */
function claimSeen({ statements, leaseMs, maxAttempts }: ClaimSettings, delivery: Delivery): MakeClaim {
  const id = deliveryId(delivery.key);
  return freeingObject(statements, id, objectKey(delivery), async (query) => {
    const [seen] = (await query(statements.claimSeen, [id, leaseMs, maxAttempts])).rows;
    if (seen?.["token"]) return toClaim(delivery, seen);
    if (seen?.["handled"]) return { status: "handled" };
    if (seen?.["dead"]) return { status: "dead", attempt: Number(seen["attempts"]), delivery };
    return { status: seen?.["held"] ? "held" : "object_at_work" };
  });
}

/** Claims a dead delivery. */
export function claimDead({ statements, leaseMs }: ClaimSettings, key: DeliveryKey): Claiming {
  const id = deliveryId(key);
  const make = freeingObject(statements, id, undefined, async (query) => {
    const [row] = (await query(statements.claimDead, [id, leaseMs])).rows;
    if (row === undefined) return { status: "absent" };
    return row["token"] ? toClaim(toDelivery(row), row) : { status: "held" };
  });
  return { make, next: make };
}

/** Claims the delivery that has been due longest and whose object is free. */
export function claimNext(
  { statements, leaseMs, maxAttempts }: ClaimSettings,
  livemode: boolean | undefined,
): Claiming {
  const values = [leaseMs, maxAttempts, deliveryIdPrefix(livemode)];
  const make: MakeClaim = async (query) => {
    for (let looks = 0; looks < LOOKS_AT_ONCE; looks += 1) {
      const row = await lookAtFront(query, statements.claimNext, values);
      if (row === undefined) {
        // A dead delivery is never due, so its object would stay with whoever died while requeueing it.
        await query(statements.freeDead);
        return { status: "absent" };
      }
      if (row["id"] === null) continue;
      const delivery = toDelivery(row);
      return row["token"]
        ? toClaim(delivery, row)
        : { status: "dead", attempt: Number(row["attempts"]), delivery };
    }
    return { status: "passed_over" };
  };
  return { make, next: make, isPatient: true };
}

/** With one connection. Each look parks a delivery whose object is at work, so there is an end to it. */
const LOOKS_AT_ONCE = 100;

/** Resolves to a row of nulls where others were in the way. */
async function lookAtFront(query: Query, text: string, values: unknown[]): Promise<Row | undefined> {
  try {
    return (await query(text, values)).rows[0];
  } catch (error) {
    // Its object was claimed in the same moment, which the next look sees.
    if (isObjectAtWork(error)) return { id: null };
    throw error;
  }
}

/** Frees an object that is at work, if its holder died, for the next try. */
function freeingObject(
  statements: Statements,
  id: string,
  object: string | undefined,
  makeClaim: MakeClaim,
): MakeClaim {
  return async (query) => {
    const claim = await makeClaim(query).catch((error: unknown): ClaimResult => {
      if (isObjectAtWork(error)) return { status: "object_at_work" };
      throw error;
    });
    if (claim.status === "object_at_work") await query(statements.freeObject, [id, object ?? null]);
    return claim;
  };
}

/** Whether a claim failed on the index that lets one delivery of an object be held. */
function isObjectAtWork(error: unknown): boolean {
  return findSqlState(error) === "23505";
}

/** The columns of a delivery, in the order of the statements. */
export function toValues(delivery: Delivery): (string | number | null)[] {
  const { key, eventType, createdAtMs, body } = delivery;
  return [deliveryId(key), eventType, objectKey(delivery) ?? null, createdAtMs, body];
}

export function toKey(id: unknown): DeliveryKey {
  const [, mode, account, eventId = ""] = /^(\w+):([^:]*):(.*)$/s.exec(String(id)) ?? [];
  return { eventId, livemode: mode === "live", ...(account ? { account } : {}) };
}

export function toDelivery(row: Row): Delivery {
  const key = toKey(row["id"]);
  const object = row["object"];
  return {
    key,
    eventType: String(row["event_type"]),
    ...(typeof object === "string" ? { objectId: toKey(object).eventId } : {}),
    createdAtMs: Number(row["created_at_ms"]),
    body: String(row["body"]),
  };
}

function toClaim(delivery: Delivery, { token, attempts }: Row): ClaimResult {
  return { status: "claimed", delivery, token: String(token), attempt: Number(attempts) };
}
