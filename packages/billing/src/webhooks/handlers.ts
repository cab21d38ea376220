import type Stripe from "stripe";
import { ConfigurationError } from "../errors.js";

export type WebhookEventType = Stripe.Event["type"];

/** Stripe's event of one type, with the object it carries. */
export type WebhookEventOf<T extends WebhookEventType> = EventsByType[T];

// Looked up, and not extracted, so that a handler of several types may stand where one of a single type is asked for.
type EventsByType = { readonly [E in Stripe.Event as E["type"]]: E };

/** What a handler is given beside the event. */
export interface WebhookContext<TBilling, Tx> {
  readonly tenantId: string;
  /** The billing service, bound to this tenant. */
  readonly billing: TBilling;
  /**
   * The inbox's own transaction: what is written through it takes effect exactly once, together with the event being
   * marked as handled. `undefined` where the inbox has none.
   */
  readonly tx: Tx;
  /** The same on every attempt at this event, and no other event's. For effects outside `tx`, which may repeat. */
  readonly idempotencyKey: string;
  /** Aborted at the deadline, or when the claim on the event is lost. What finishes after that does not count. */
  readonly signal: AbortSignal;
  /** 1 on the first delivery. A crash counts as an attempt. */
  readonly attempt: number;
}

/**
 * Is waited for; what it returns is not used. It returns once its work is durable, or throws to have the event
 * delivered again. It may run more than once.
 */
export type WebhookHandler<T extends WebhookEventType, TBilling, Tx> = (
  event: WebhookEventOf<T>,
  context: WebhookContext<TBilling, Tx>,
) => unknown;

/** One handler per event type. Types that are absent are acknowledged and ignored. */
export type WebhookHandlers<TBilling, Tx> = {
  readonly [T in WebhookEventType]?: WebhookHandler<T, TBilling, Tx>;
};

type AnyHandler<TBilling, Tx> = (event: Stripe.Event, context: WebhookContext<TBilling, Tx>) => unknown;

/** Looks up the handler of an event's type, among the handlers as they are now: nothing registers late. */
export type HandlerFor<TBilling, Tx> = (type: string) => AnyHandler<TBilling, Tx> | undefined;

/** @throws {ConfigurationError} where something other than a function stands for a handler. */
export function toHandlerFor<TBilling, Tx>(on: WebhookHandlers<TBilling, Tx>): HandlerFor<TBilling, Tx> {
  if (typeof on !== "object" || on === null) {
    throw new ConfigurationError("on must be an object of event handlers.");
  }
  for (const [type, handler] of Object.entries(on)) {
    if (handler !== undefined && typeof handler !== "function") {
      throw new ConfigurationError(`on["${type}"] must be a function.`);
    }
  }
  // The key under which a handler stands is the type of the events it is given, which a Map's type cannot say.
  const handlers = new Map(Object.entries(on) as [string, AnyHandler<TBilling, Tx> | undefined][]);
  return (type) => handlers.get(type);
}
