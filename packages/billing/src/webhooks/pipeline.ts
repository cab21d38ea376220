import { assertKnownKeys } from "../known-keys.js";
import { assertSignal } from "./assert-signal.js";
import type { WebhookEvent } from "./events.js";
import type { HandlerFor } from "./handlers.js";
import type { DurableInbox, WebhookInbox } from "./inbox/inbox.js";
import type { EventObjects } from "./order.js";
import type { Outcome, Verdict } from "./outcome.js";
import type { TenantResolver } from "./resolve-tenant.js";
import { describeOutcome, type WebhookSpan, type WebhookTracer } from "./tracing.js";
import type { VerifiedEvent, Verify } from "./verification/verifier.js";

/** The parts of a receiver, checked and ready. */
export interface Pipeline<TBilling, Tx> {
  readonly verify: Verify<VerifiedEvent | Promise<VerifiedEvent>>;
  readonly handlerFor: HandlerFor<TBilling, Tx>;
  readonly inbox: WebhookInbox<Tx>;
  /** Set where a delivery is acknowledged once it is stored here. */
  readonly store: DurableInbox<Tx>["store"] | undefined;
  readonly billing: TenantResolver<TBilling>;
  /** The mode of the billing service; events of the other one are no tenant's. */
  readonly mode: "live" | "test" | undefined;
  readonly handlerTimeoutMs: number;
  readonly objects: EventObjects;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly tracer: WebhookTracer | undefined;
  /** Receives every outcome before the caller does, with the delivered event's age where it is known. It must not throw. */
  readonly report: (outcome: Outcome, event?: WebhookEvent) => void;
}

export interface ReceiveOptions {
  /** Stops waiting, as for a shutdown; the event is then not acknowledged and Stripe delivers it again. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws {ConfigurationError} when an option is unknown or invalid. */
export function assertReceiveOptions(method: string, options: ReceiveOptions): void {
  assertKnownKeys(method, options, ["signal"]);
  if (options.signal !== undefined) assertSignal(options.signal);
}

/** Measures an outcome, and reports it before the caller gets it. */
export async function finish<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  span: WebhookSpan | undefined,
  verdict: Verdict,
  startedAtMs: number,
  event: WebhookEvent | undefined,
): Promise<Outcome> {
  const outcome: Outcome = { ...verdict, durationMs: performance.now() - startedAtMs };
  describeOutcome(span, outcome, IS_ERROR.has(outcome.status));
  pipeline.report(outcome, event);
  return outcome;
}

const IS_ERROR: ReadonlySet<Outcome["status"]> = new Set(["failed", "dead", "unresolved", "rejected"]);
