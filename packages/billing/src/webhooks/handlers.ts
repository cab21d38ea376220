import type Stripe from "stripe";
import { ConfigurationError } from "../errors.js";

export type WebhookEventType = Stripe.Event["type"];

/** The Stripe event of one type, with its object typed accordingly. */
export type WebhookEventOf<T extends WebhookEventType> = EventsByType[T];

// Indexes a map instead of using Extract, so that a handler of several types is assignable where one type is expected.
type EventsByType = { readonly [E in Stripe.Event as E["type"]]: E };

/** The second argument of a handler. */
export interface WebhookContext<TBilling, Tx> {
  readonly tenantId: string;
  /** The billing service, bound to this tenant. */
  readonly billing: TBilling;
  /**
   * The inbox's transaction. Writes made through it commit together with the mark that the event was handled, so they
   * take effect exactly once. `undefined` where the inbox has no transactions.
   */
  readonly tx: Tx;
  /** Identifies this event on every attempt. Pass it to effects outside `tx`, which may run more than once. */
  readonly idempotencyKey: string;
  /** Aborted at the deadline, or when the claim on the event is lost. Work that finishes later is discarded. */
  readonly signal: AbortSignal;
  /** Starts at 1. An attempt that crashed counts. */
  readonly attempt: number;
}

/**
 * Handles one event. Return (or resolve) once the work is durable; throw to have Stripe deliver the event again. The
 * returned value is ignored. A handler may run more than once for one event.
 */
export type WebhookHandler<T extends WebhookEventType, TBilling, Tx> = (
  event: WebhookEventOf<T>,
  context: WebhookContext<TBilling, Tx>,
) => unknown;

/** One handler per event type. Events of other types are acknowledged and ignored. */
export type WebhookHandlers<TBilling, Tx> = {
  readonly [T in WebhookEventType]?: WebhookHandler<T, TBilling, Tx> | undefined;
};

type AnyHandler<TBilling, Tx> = (event: Stripe.Event, context: WebhookContext<TBilling, Tx>) => unknown;

/** Looks up the handler of an event type. The handlers are copied first, so changing `on` later has no effect. */
export type HandlerFor<TBilling, Tx> = (type: string) => AnyHandler<TBilling, Tx> | undefined;

/** @throws {ConfigurationError} when a handler is not a function. */
export function toHandlerFor<TBilling, Tx>(on: WebhookHandlers<TBilling, Tx>): HandlerFor<TBilling, Tx> {
  if (typeof on !== "object" || on === null) {
    throw new ConfigurationError("on must be an object that maps event types to handler functions.");
  }
  for (const [type, handler] of Object.entries(on)) {
    if (handler !== undefined && typeof handler !== "function") {
      throw new ConfigurationError(`on["${type}"] must be a function.`);
    }
  }
  // Each handler takes the events of its own key; a Map cannot express that relation, hence the cast.
  const handlers = new Map(Object.entries(on) as [string, AnyHandler<TBilling, Tx> | undefined][]);
  return (type) => handlers.get(type);
}
