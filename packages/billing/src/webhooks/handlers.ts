import { ConfigurationError } from "../errors.js";
import { findEventType, findSimilarEventType } from "../events/event-types.js";
import type { ReceiverFacts } from "../tenancy/tenancy.js";
import type { WebhookEvent, WebhookEventOf, WebhookEventType, WebhookObjectOf } from "./events.js";

/** The second argument of a handler. */
export interface WebhookContext<TBilling, Tx, TObject = object> {
  readonly tenantId: string;
  /** The billing service, bound to this tenant. */
  readonly billing: TBilling;
  /**
   * Reads the present state of the event's object through the tenant's own service. One request, made at the first
   * call.
   *
   * Rejects with a NotFoundError if the object is gone, and with an InvalidArgumentError for a kind of object whose
   * owner cannot be proved, such as a discount.
   */
  readonly fetchObject: () => Promise<TObject>;
  /**
   * The inbox's transaction. Writes made through it are committed together with the record that the event was handled,
   * so they take effect exactly once. `undefined` if the inbox has no transactions.
   */
  readonly tx: Tx;
  /** Identifies this event in every attempt. Pass it to calls outside `tx`, which may run more than once. */
  readonly idempotencyKey: string;
  /**
   * Aborted at the handler's time limit, or when the claim on the event is lost. Work that finishes later is discarded.
   */
  readonly signal: AbortSignal;
  /**
   * True if the event's object may be older than one that a handler got before, and its present state could not be
   * read: it is gone, or of a kind that `fetchObject` does not read. Act on what the event says happened, but do not
   * save its object as the present state. Never true for an event that says its object was deleted.
   */
  readonly isStale: boolean;
  /**
   * True if the event is not Stripe's: `reconcileSubscriptions` or `reconcileEntitlements` found a difference from your
   * copy.
   */
  readonly isSynthetic: boolean;
  /** The number of this attempt, from 1. Attempts that crashed count. */
  readonly attempt: number;
}

/**
 * Handles one event. Return (or resolve) once the work is durable; throw to have the event delivered again. The
 * returned value is ignored. A handler may run more than once for one event.
 */
export type WebhookHandler<T extends WebhookEventType, TBilling, Tx> = (
  event: WebhookEventOf<T>,
  context: WebhookContext<TBilling, Tx, WebhookObjectOf<T>>,
) => unknown;

/**
 * One handler per event type: `invoice.paid` for snapshot events, `v1.invoice.paid` for thin ones. Events of other types
 * are acknowledged and ignored. With a handler in each family, a change that arrives in both is handled by whichever
 * comes first.
 */
export type WebhookHandlers<TBilling, Tx> = {
  readonly [T in WebhookEventType]?: WebhookHandler<T, TBilling, Tx> | undefined;
};

type AnyHandler<TBilling, Tx> = (event: WebhookEvent, context: WebhookContext<TBilling, Tx>) => unknown;

/** Looks up the handler of an event type. The handlers are copied first, so changing `on` later has no effect. */
export type HandlerFor<TBilling, Tx> = (type: string) => AnyHandler<TBilling, Tx> | undefined;

/**
 * Checks the handlers.
 *
 * @throws {ConfigurationError} when a handler is inherited, is not a function, or is for a type that does not exist, that
 * no tenant can be found for, or that no secret's endpoint sends.
 */
export function toHandlerFor<TBilling, Tx>(
  on: WebhookHandlers<TBilling, Tx>,
  facts: ReceiverFacts | undefined,
  families: ReadonlySet<string>,
): HandlerFor<TBilling, Tx> {
  // A Map or a list has entries, and no properties.
  if (typeof on !== "object" || on === null || Symbol.iterator in on) {
    throw new ConfigurationError("on must be an object that maps event types to handler functions.");
  }
  assertNoneInherited(on);
  for (const [type, handler] of Object.entries(on)) {
    if (handler === undefined) continue;
    if (typeof handler !== "function") throw new ConfigurationError(`on["${type}"] must be a function.`);
    assertHandled(type, facts, families);
  }
  // Each handler takes the events of its own key; a Map cannot express that relation, hence the cast.
  const handlers = new Map(Object.entries(on) as [string, AnyHandler<TBilling, Tx> | undefined][]);
  return (type) => handlers.get(type);
}

/** Lists the types that have a handler. */
export function listEventTypes<TBilling, Tx>(on: WebhookHandlers<TBilling, Tx>): readonly WebhookEventType[] {
  // Checked to be types of events, each with a handler or `undefined`.
  const entries = Object.entries(on) as [WebhookEventType, unknown][];
  return Object.freeze(entries.filter(([, handler]) => handler !== undefined).map(([type]) => type));
}

/** A method of a class is its prototype's: its events would be acknowledged, and nobody would handle them. */
function assertNoneInherited(on: object): void {
  for (let from: object = Object.getPrototypeOf(on); from !== null; from = Object.getPrototypeOf(from)) {
    const type = Object.getOwnPropertyNames(from).find((name) => findEventType(name) !== undefined);
    if (type === undefined) continue;
    throw new ConfigurationError(
      `on["${type}"] is inherited, such as from a class, and only on's own properties are handlers. List it in on.`,
    );
  }
}

function assertHandled(type: string, facts: ReceiverFacts | undefined, families: ReadonlySet<string>): void {
  const known = findEventType(type);
  if (known === undefined) {
    const similar = findSimilarEventType(type);
    const advice =
      similar === undefined ? "Look it up in Stripe's list of event types." : `Did you mean "${similar}"?`;
    throw new ConfigurationError(`on["${type}"] is not the type of a Stripe event. ${advice}`);
  }
  if (known.owner === "account" && facts?.tenantsBy === "customer") {
    throw new ConfigurationError(
      `on["${type}"] would never be called: the event names no customer, so only connectTenancy finds its tenant. ` +
        "Handle it without this receiver, or remove the handler.",
    );
  }
  if (!families.has(known.family)) {
    throw new ConfigurationError(
      `on["${type}"] would never be called: it is for ${known.family} events, and every secret in signingSecrets has ` +
        `another payload. Add the secret of an endpoint that sends ${known.family} events.`,
    );
  }
}
