import { isBillingError } from "../errors.js";
import { isThin, readCreatedAtMs, type WebhookEvent } from "./events.js";
import { isSynthetic } from "./reconcile/synthetic-event.js";

/** Which object a snapshot event has for its handler; see the receiver's option `objects`. */
export type EventObjects = "current" | "delivered";

export interface OrderOptions {
  readonly objects: EventObjects;
  /** From the claim: when Stripe created the newest event of the same object that was handled before. */
  readonly newestHandledAtMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Left out where the tenant's service reads no objects. */
  readonly fetchObject: (() => Promise<object>) | undefined;
}

/** An event that is safe to handle, whatever order it came in. */
export interface OrderedEvent {
  readonly event: WebhookEvent;
  /** What the event carries may be older than what a handler was given before, and could not be replaced. */
  readonly isStale: boolean;
}

/**
 * Gives a snapshot event its object as it is now, so that a handler which writes the object never writes an older state
 * over a newer one. A late event is not dropped: a missed `invoice.paid` would be as bad as a lost one.
 *
 * Rejects when Stripe cannot be asked, to have the event tried again.
 */
export async function orderEvent(event: WebhookEvent, options: OrderOptions): Promise<OrderedEvent> {
  const { objects, newestHandledAtMs, nowMs, fetchObject } = options;
  const isLate =
    nowMs - readCreatedAtMs(event) > REMEMBERED_MS ||
    (newestHandledAtMs !== undefined && !isNewer(event, newestHandledAtMs));
  // The deletion of an object is its last state, so nothing can be newer.
  const mayBeStale = !/\.(?:deleted|detached)$/.test(event.type);
  // A thin event carries no object; the handler reads it when it needs it.
  if (isThin(event)) return { event, isStale: isLate && mayBeStale };
  // Stripe listed the object of a synthetic event before the event was made, so it may be older than the event says.
  const mayBeOlder = isLate || isSynthetic(event);
  if (objects === "delivered" && !mayBeOlder) return { event, isStale: false };
  if (fetchObject === undefined) return { event, isStale: mayBeOlder && mayBeStale };
  try {
    return { event: withObject(event, await fetchObject()), isStale: false };
  } catch (error) {
    if (!isBillingError(error) || !UNREADABLE.has(error.code)) throw error;
    // One that is gone may have been handled in a later state than this.
    return { event, isStale: mayBeStale && (mayBeOlder || error.code === "not_found") };
  }
}

/** Inboxes remember the newest event of an object for 35 days; what is requeued later may have been followed by others. */
const REMEMBERED_MS = 30 * 86_400_000;

/** Missing, or of a kind that cannot be read for a tenant. */
const UNREADABLE: ReadonlySet<string> = new Set(["not_found", "invalid_argument"]);

/** Compares seconds: snapshot events have no smaller unit, so the order of two in one second is not known. */
function isNewer(event: WebhookEvent, thanMs: number): boolean {
  return Math.floor(readCreatedAtMs(event) / 1000) > Math.floor(thanMs / 1000);
}

function withObject(
  event: Extract<WebhookEvent, { readonly object: "event" }>,
  object: object,
): WebhookEvent {
  // Of the same kind and id, which the types of `event.data` cannot relate to each other.
  return { ...event, data: { ...event.data, object } } as WebhookEvent;
}
