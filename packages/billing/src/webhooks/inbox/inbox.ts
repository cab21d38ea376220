/**
 * The contract of every store of deliveries. It is a callback, not claim-then-settle, so that a store with transactions
 * can put its claim, the handler's writes and the settling into one, and so that no claim can be forgotten.
 *
 * `inboxContract` in `testing/` proves a store against these words.
 */
import type Stripe from "stripe";

/** What makes a delivery the same delivery. Stripe's event ids are unique within an account and a mode. */
export interface DeliveryKey {
  readonly eventId: string;
  readonly livemode: boolean;
  /** The connected account, absent for your own. */
  readonly account?: string;
}

export interface Delivery {
  readonly key: DeliveryKey;
  readonly event: Stripe.Event;
}

/** The sole right to work on a delivery, for as long as the work takes. */
export interface Claim<Tx> extends Delivery {
  /** 1 on the first try. Counted when the claim is made, so that a crash counts as well. */
  readonly attempt: number;
  /** The store's transaction, or `undefined` where it has none. It ends with the work. */
  readonly tx: Tx;
  /** Aborted when the store loses the claim, as when a lease runs out. */
  readonly signal?: AbortSignal;
}

/** The work on one claim. It throws where the delivery is to be tried again. */
export type Work<Tx, T> = (claim: Claim<Tx>) => Promise<T>;

export type InboxResult<T> =
  /** The work returned, and that is durable. */
  | { readonly status: "handled"; readonly attempt: number; readonly value: T }
  /** It was handled before; the work was not called. */
  | { readonly status: "duplicate" }
  /** Someone else holds the claim, or took it over, or the store has no room: come again. */
  | { readonly status: "busy" }
  /** The work threw and the claim is free again. */
  | { readonly status: "failed"; readonly attempt: number; readonly error: unknown }
  /** The attempts are used up. The delivery is kept for {@link WebhookInbox.requeue}; `error` is this call's, if it made one. */
  | { readonly status: "dead"; readonly attempt: number; readonly error?: unknown };

/** A delivery that used up its attempts. */
export interface DeadDelivery {
  readonly key: DeliveryKey;
  readonly eventType: string;
  readonly attempts: number;
  readonly diedAt: Date;
}

export interface WebhookInbox<Tx> {
  /**
   * Claims the delivery and does the work, unless it is handled, held or dead. At most one work runs for a delivery at
   * a time, over all processes that share the store.
   *
   * It rejects only where the store itself failed, and then the delivery must not be acknowledged.
   * `signal` gives up waiting for the store; it does not end a work that has begun.
   */
  process<T>(
    delivery: Delivery,
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<InboxResult<T>>;

  /**
   * Tries a dead delivery once more, with the event as it was stored. It stays dead until a work returns, so a crash
   * half-way loses nothing. `undefined` where no such delivery is dead.
   */
  requeue<T>(
    key: DeliveryKey,
    work: Work<Tx, T>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<InboxResult<T> | undefined>;

  /** Dead deliveries, the longest dead first. At most `limit`, 100 unless told. */
  listDead(options?: { readonly limit?: number }): Promise<readonly DeadDelivery[]>;
}

/** The delivery of an event. */
export function toDelivery(event: Stripe.Event): Delivery {
  const account = event.account ?? undefined;
  return {
    key: { eventId: event.id, livemode: event.livemode, ...(account === undefined ? {} : { account }) },
    event,
  };
}

/** One text per delivery. The parts cannot run into each other: neither ids nor accounts hold a colon. */
export function deliveryId({ eventId, livemode, account }: DeliveryKey): string {
  return `${livemode ? "live" : "test"}:${account ?? ""}:${eventId}`;
}

/** The same on every attempt at a delivery. Accounts are named because Stripe scopes event ids by account. */
export function idempotencyKeyOf({ eventId, account }: DeliveryKey): string {
  return account === undefined ? eventId : `${account}:${eventId}`;
}
