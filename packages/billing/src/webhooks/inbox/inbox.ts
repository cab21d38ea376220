/**
 * The contract of every store of deliveries. It takes a callback instead of offering claim and settle, so that a store
 * can put claim, the handler's writes and the result into one transaction, and so that no claim is left open.
 *
 * `inboxContract` in `testing/` tests a store against this contract.
 */
import type Stripe from "stripe";

/** Identifies a delivery. Stripe's event ids are unique within an account and a mode. */
export interface DeliveryKey {
  readonly eventId: string;
  readonly livemode: boolean;
  /** The connected account; absent for your own. */
  readonly account?: string | undefined;
}

export interface Delivery {
  readonly key: DeliveryKey;
  readonly event: Stripe.Event;
}

/** The exclusive right to handle a delivery, while its work runs. */
export interface Claim<Tx> extends Delivery {
  /** Starts at 1. Counted when the claim is made, so that a crash counts. */
  readonly attempt: number;
  /** The store's transaction, which ends with the work; `undefined` where the store has none. */
  readonly tx: Tx;
  /** Aborted when the store loses the claim, as when a lease runs out. */
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
}

export interface WebhookInbox<Tx> {
  /**
   * Claims the delivery and runs the work, unless the delivery is handled, held or dead. Runs at most one work per
   * delivery at a time, across all processes that share the store.
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
   * Tries a dead delivery once more, with the stored event. It stays dead until the work returns, so a crash loses
   * nothing. Resolves to `undefined` when that delivery is not dead.
   */
  requeue<T>(
    key: DeliveryKey,
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<InboxResult<T> | undefined>;

  /** Lists dead deliveries, longest dead first. `limit` defaults to 100. */
  listDead(options?: { readonly limit?: number | undefined }): Promise<readonly DeadDelivery[]>;
}

/** Wraps an event with its key. */
export function toDelivery(event: Stripe.Event): Delivery {
  const account = event.account ?? undefined;
  return {
    key: { eventId: event.id, livemode: event.livemode, ...(account === undefined ? {} : { account }) },
    event,
  };
}

/** Formats a key as one string. It is unambiguous, because neither ids nor accounts contain a colon. */
export function deliveryId({ eventId, livemode, account }: DeliveryKey): string {
  return `${livemode ? "live" : "test"}:${account ?? ""}:${eventId}`;
}

/** Formats the key that handlers pass on. It includes the account, because Stripe scopes event ids by account. */
export function toIdempotencyKey({ eventId, account }: DeliveryKey): string {
  return account === undefined ? eventId : `${account}:${eventId}`;
}
