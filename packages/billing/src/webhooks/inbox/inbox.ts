/**
 * The interface of every store of deliveries. It takes a callback instead of offering claim and settle, so that a store
 * can put the claim, the handler's writes and the result into one transaction, and so that no claim is left open.
 *
 * `inboxContract` in `testing/` tests a store against this contract.
 */
import { readSummaryCustomer } from "../entitlement-summary.js";
import { isThin, readAccount, readCreatedAtMs, readObject, type WebhookEvent } from "../events.js";
import type { ParsedEvent } from "../verification/parse-event.js";

/** Identifies a delivery. Stripe's event ids are unique within an account and a mode. */
export interface DeliveryKey {
  /** The snapshot event's id, also for the thin event of the same change, so that both are one delivery. */
  readonly eventId: string;
  readonly livemode: boolean;
  /** The connected account; absent for your own. */
  readonly account?: string | undefined;
}

/** One event to handle, in a form that any store can keep. */
export interface Delivery {
  readonly key: DeliveryKey;
  readonly eventType: string;
  /**
   * The id of the Stripe object it is about, for order among its events; `entitlements/` and the customer for a summary of
   * entitlements, which has no id; absent where there is nothing to go by. At most 255 characters, none of them null.
   */
  readonly objectId?: string | undefined;
  /** When Stripe created the event, in milliseconds since the epoch. */
  readonly createdAtMs: number;
  /**
   * The signed JSON text. Store it as text: it may hold escapes that are valid JSON but that JSON columns refuse, such
   * as an unpaired surrogate.
   */
  readonly body: string;
}

/** The exclusive right to handle a delivery, while its work runs. */
export interface Claim<Tx> extends Delivery {
  /** The number of this attempt, from 1. Counted when the claim is made, so that crashed attempts count. */
  readonly attempt: number;
  /** The store's transaction, which ends with the work; `undefined` where the store has none. */
  readonly tx: Tx;
  /**
   * When Stripe created the newest event of the same object that was handled before, in milliseconds since the epoch, or
   * as of when one of them saw the object, if that is later. An event that is no newer must not take its object back. Absent when there was none, or the event has no object.
   */
  readonly newestHandledAtMs?: number | undefined;
  /**
   * Tells the store that the work has seen its object as it was at a time, in milliseconds since the epoch. Once the work
   * has returned, no event of before that is newer than what was handled: `newestHandledAtMs` is at least that time.
   */
  readonly sawObjectAt: (ms: number) => void;
  /** Aborted when the store loses the claim, for example when a lease expires. */
  readonly signal?: AbortSignal | undefined;
}

/** Handles one claim. Throws to have the delivery tried again. */
export type Work<Tx, T> = (claim: Claim<Tx>) => Promise<T>;

export type InboxResult<T> =
  /** The work returned, and the store recorded it durably. */
  | { readonly status: "handled"; readonly attempt: number; readonly value: T }
  /** The delivery was handled before; the work was not called. */
  | { readonly status: "duplicate" }
  /** Another process holds the claim or took it over, or the store is full. Try again later. */
  | { readonly status: "busy" }
  /** The work threw, and the claim was released. */
  | { readonly status: "failed"; readonly attempt: number; readonly error: unknown }
  /** All attempts failed. The store keeps the delivery for {@link WebhookInbox.requeue}; `error` is set if this call ran one. */
  | { readonly status: "dead"; readonly attempt: number; readonly error?: unknown };

/** A delivery whose attempts all failed. */
export interface DeadDelivery {
  readonly key: DeliveryKey;
  readonly eventType: string;
  readonly attempts: number;
  readonly diedAt: Date;
  /** The stack of the last error, at most 4,000 characters; absent when the last attempt was never finished. */
  readonly lastError?: string | undefined;
}

/** The number of deliveries in a store. */
export interface InboxStats {
  /** Deliveries that are being handled. */
  readonly held: number;
  /** Deliveries that wait for their first attempt or the next one. */
  readonly waiting: number;
  readonly dead: number;
  /** When Stripe created the oldest event that is held or waiting; absent if there is none. */
  readonly oldestAt?: Date | undefined;
}

export interface WebhookInbox<Tx> {
  /**
   * Claims the delivery and runs the work, unless the delivery is handled, held or dead. Runs at most one work per
   * delivery and per object at a time, across all processes that share the store: a delivery whose object is at work
   * waits for it.
   *
   * Rejects only when the store itself failed; the delivery must then not be acknowledged. `signal` stops waiting for
   * the store, but does not stop work that has begun.
   */
  process<T>(
    delivery: Delivery,
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<InboxResult<T>>;

  /**
   * Tries a dead delivery once more, with the stored body. It stays dead until the work returns, so a crash loses
   * nothing. Resolves to `undefined` when that delivery is not dead, and to `busy` while it is tried already.
   */
  requeue<T>(
    key: DeliveryKey,
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<InboxResult<T> | undefined>;

  /** Lists dead deliveries, longest dead first. `limit` defaults to 100. */
  listDead(options?: { readonly limit?: number | undefined }): Promise<readonly DeadDelivery[]>;

  /** Counts what is held, waiting and dead. */
  readStats(): Promise<InboxStats>;
}

/** The result of storing a delivery. */
export type StoreResult =
  /** It is stored durably, by this call or an earlier one, and will be processed. */
  | { readonly status: "stored" }
  /** It was handled before. */
  | { readonly status: "duplicate" }
  /** All its attempts failed; it waits for {@link WebhookInbox.requeue} or {@link DurableInbox.release}. */
  | { readonly status: "dead" };

/** A stored delivery that was claimed, and the result. */
export interface Taken<T> {
  readonly delivery: Delivery;
  readonly result: InboxResult<T>;
}

/**
 * A store that outlives its process, so that a delivery can be acknowledged once it is stored, and be handled later in
 * any process.
 */
export interface DurableInbox<Tx> extends WebhookInbox<Tx> {
  /** Stores a delivery durably, to be processed later. Rejects if the store failed; then do not acknowledge it. */
  store(delivery: Delivery, options?: { readonly signal?: AbortSignal | undefined }): Promise<StoreResult>;

  /**
   * Claims the delivery that has been due longest and runs the work like `process`. A failed delivery is due again
   * after a pause that grows with its attempts; one whose process died, when its lease expires. Resolves to `undefined`
   * if nothing is due. `livemode` leaves what is of the other mode to other processes.
   */
  processNext<T>(
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal | undefined; readonly livemode?: boolean | undefined },
  ): Promise<Taken<T> | undefined>;

  /**
   * Reads a delivery that is kept for its handler: stored, failed, held or dead. Resolves to `undefined` if it was
   * handled or never arrived.
   */
  find(key: DeliveryKey): Promise<Delivery | undefined>;

  /**
   * Waits until something may be due, at most `pollMs` milliseconds. Resolves early, without an error, when `signal`
   * aborts. `livemode` is what `processNext` is to be called with.
   */
  waitForDue(options: {
    readonly signal: AbortSignal;
    readonly pollMs: number;
    readonly livemode?: boolean | undefined;
  }): Promise<void>;

  /**
   * Makes a dead delivery due again with all its attempts. Resolves to false when that delivery is not dead, or is tried
   * once more already.
   */
  release(key: DeliveryKey): Promise<boolean>;
}

export function isDurable<Tx>(inbox: WebhookInbox<Tx>): inbox is DurableInbox<Tx> {
  return ["store", "processNext", "find", "waitForDue", "release"].every(
    (method) => typeof Reflect.get(inbox, method) === "function",
  );
}

/** Turns an event into a delivery. */
export function toDelivery({ event, body }: ParsedEvent): Delivery {
  const account = readAccount(event);
  const eventId = isThin(event) ? (event.snapshot_event ?? event.id) : event.id;
  const objectId = readSubject(event);
  return {
    key: { eventId, livemode: event.livemode, ...(account === undefined ? {} : { account }) },
    eventType: event.type,
    ...(objectId === undefined ? {} : { objectId }),
    createdAtMs: readCreatedAtMs(event),
    body,
  };
}

function readSubject(event: WebhookEvent): string | undefined {
  const customer = readSummaryCustomer(event);
  // Not the customer's id alone, whose own events are about something else.
  return customer === undefined ? shorten(readObject(event)?.id) : `entitlements/${customer}`;
}

/**
 * Cuts an id to what every store can index: whoever made a plan or a coupon may have chosen one of thousands of characters.
 * Two objects that begin alike wait for each other then.
 */
function shorten(id: string | undefined): string | undefined {
  return id?.replaceAll("\0", "").slice(0, 255);
}

/** Formats a key as one string. It is unambiguous, because neither ids nor accounts contain a colon. */
export function deliveryId({ eventId, livemode, account }: DeliveryKey): string {
  return `${livemode ? "live" : "test"}:${account ?? ""}:${eventId}`;
}

/** What {@link deliveryId} begins with in a mode; nothing for both modes. */
export function deliveryIdPrefix(livemode: boolean | undefined): "" | "live:" | "test:" {
  if (livemode === undefined) return "";
  return livemode ? "live:" : "test:";
}

/** Reads what {@link deliveryId} wrote. */
export function parseDeliveryId(id: string): DeliveryKey {
  const [mode, account = "", eventId = ""] = id.split(":");
  return { eventId, livemode: mode === "live", ...(account === "" ? {} : { account }) };
}

/** Formats the object of a delivery as one string; ids of objects, too, are unique within an account and a mode. */
export function objectKey({ key, objectId }: Delivery): string | undefined {
  return objectId === undefined ? undefined : deliveryId({ ...key, eventId: objectId });
}

/** Formats the key that handlers pass on. It includes the account, because Stripe scopes event ids by account. */
export function toIdempotencyKey({ eventId, account }: DeliveryKey): string {
  return account === undefined ? eventId : `${account}:${eventId}`;
}
