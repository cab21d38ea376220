import { ConfigurationError } from "../errors.js";
import { assertKnownKeys } from "../known-keys.js";
import type { ReceiverFacts } from "../tenancy/tenancy.js";
import { assertInteger } from "./assert-integer.js";
import { assertMethod } from "./assert-method.js";
import type { WebhookHandlers } from "./handlers.js";
import type { WebhookInbox } from "./inbox/inbox.js";
import type { EventObjects } from "./order.js";
import type { Outcome } from "./outcome.js";
import type { TenantResolver } from "./resolve-tenant.js";
import { processLogger, toUnfailingLogger, type WebhookLogger } from "./tell-outcome.js";
import type { WebhookTracer } from "./tracing.js";
import { MAX_BODY_BYTES } from "./verification/raw-body.js";
import type { SigningSecretOption } from "./verification/signing-secrets.js";
import { VERIFY_OPTIONS, type VerifyOptions } from "./verification/verifier.js";

export interface WebhookReceiverOptions<TBilling, Tx = undefined> extends VerifyOptions {
  /**
   * The signing secrets to accept: one per endpoint and mode, and two while one is being rotated. While one of them is
   * undefined, every delivery fails and is answered with 500, and the log names the missing one.
   */
  readonly signingSecrets: readonly SigningSecretOption[];
  /**
   * The billing service. It finds the tenant of each event, and handlers get it bound to that tenant. `product.*` and
   * `price.*` events clear its cached catalog.
   */
  readonly billing: TenantResolver<TBilling>;
  /** One handler per event type. */
  readonly on: WebhookHandlers<TBilling, NoInfer<Tx>>;
  /**
   * The store that remembers handled events. Receivers with different handlers need one each. Default: a memory inbox, with
   * a warning.
   */
  readonly inbox?: WebhookInbox<Tx> | undefined;
  /**
   * Which state of its object a snapshot event has in `event.data.object`.
   *
   * - `"current"`: the present state, read through the tenant's service before the handler is called, in the API
   *   version of its client. Handlers never see an older state after a newer one, in whatever order events arrive. One
   *   request to Stripe for each event; if Stripe cannot be reached, the event is tried again.
   * - `"delivered"`: the state that Stripe sent. The present state is read only if a newer event of the same object, or
   *   one of the same second, was handled before, if the object was read after Stripe created the event or less than a
   *   minute before it, if the event is more than 30 days old, or if it is synthetic. Handlers never see an older state
   *   after a newer one either.
   *
   * Some objects cannot be read: see `isStale` in the handler's context. Default: `"current"`.
   */
  readonly objects?: EventObjects | undefined;
  /**
   * When to acknowledge an event: once it is `"handled"` (the default), or once it is `"stored"`, which needs a durable
   * inbox and a process that calls `work`. Choose `"stored"` for handlers that may take longer than Stripe waits for an
   * answer.
   */
  readonly respond?: "handled" | "stored" | undefined;
  /**
   * The time limit for finding the tenant, reading the object and running the handler together, in milliseconds.
   * Default: 20,000.
   */
  readonly handlerTimeoutMs?: number | undefined;
  /** The time limit for the request's body to arrive, in the adapters, in milliseconds. Default: 10,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Called with every outcome before it is answered, for logs and metrics. It cannot change the outcome, and is not
   * awaited.
   */
  readonly onOutcome?: ((outcome: Outcome) => void | Promise<void>) | undefined;
  /**
   * Gets one line for every outcome that somebody should look at: `failed`, `dead`, `unresolved` and `rejected`, with
   * the error's stack and nothing of the event's content. Requests that could not be verified, for example because of a
   * wrong or missing secret, are logged once a minute for each kind. Default: process warnings, which also get the
   * lines that a logger fails to write.
   */
  readonly logger?: WebhookLogger | undefined;
  /**
   * Records a span for each delivery, with child spans for its verification, claim and handler; spans of
   * `traceRequests` become children of the handler's. A tracer of `@opentelemetry/api` 1 fits.
   */
  readonly tracer?: WebhookTracer | undefined;
}

/** The options with their defaults; secrets, handlers and inbox are read where they are used. */
export interface ReceiverSettings<TBilling> {
  readonly billing: TenantResolver<TBilling>;
  readonly facts: ReceiverFacts | undefined;
  readonly objects: EventObjects;
  readonly respond: "handled" | "stored";
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly handlerTimeoutMs: number;
  readonly now: () => number;
  readonly onOutcome: ((outcome: Outcome) => void | Promise<void>) | undefined;
  /** Never throws. */
  readonly logger: WebhookLogger;
  readonly tracer: WebhookTracer | undefined;
}

/** Checks the options but for secrets, handlers and inbox. @throws ConfigurationError | InvalidArgumentError */
export function readReceiverOptions<TBilling, Tx>(
  options: WebhookReceiverOptions<TBilling, Tx>,
): ReceiverSettings<TBilling> {
  assertKnownKeys("createWebhookReceiver", options, RECEIVER_OPTIONS);
  const { billing, onOutcome, now = Date.now, tracer } = options;
  const {
    objects = "current",
    respond = "handled",
    maxBodyBytes = MAX_BODY_BYTES,
    bodyTimeoutMs = 10_000,
    handlerTimeoutMs = 20_000,
  } = options;
  if (typeof billing?.resolveTenant !== "function" || typeof billing.forTenant !== "function") {
    throw new ConfigurationError(
      "billing must be a StripeBillingService, or an object with its resolveTenant and forTenant.",
    );
  }
  if (objects !== "current" && objects !== "delivered") {
    throw new ConfigurationError('objects must be "current" or "delivered".');
  }
  if (respond !== "handled" && respond !== "stored") {
    throw new ConfigurationError('respond must be "handled" or "stored".');
  }
  assertInteger("bodyTimeoutMs", bodyTimeoutMs, TIMER_RANGE);
  assertInteger("handlerTimeoutMs", handlerTimeoutMs, TIMER_RANGE);
  if (options.logger !== undefined) assertMethod("logger", options.logger, "warn");
  const logger = options.logger === undefined ? processLogger : toUnfailingLogger(options.logger);
  if (tracer !== undefined) assertMethod("tracer", tracer, "startActiveSpan");
  if (onOutcome !== undefined && typeof onOutcome !== "function") {
    throw new ConfigurationError("onOutcome must be a function.");
  }
  const facts = billing.receiverFacts?.();
  // guard: a service that is bound to one tenant is refused
  if (facts?.tenantId !== undefined) {
    throw new ConfigurationError(
      "billing is bound to one tenant, and a receiver gets the events of all. Pass the service that forTenant was called on.",
    );
  }
  return {
    billing,
    facts,
    objects,
    respond,
    maxBodyBytes,
    bodyTimeoutMs,
    handlerTimeoutMs,
    now,
    onOutcome,
    logger,
    tracer,
  };
}

const RECEIVER_OPTIONS: readonly string[] = [
  ...VERIFY_OPTIONS,
  "signingSecrets",
  "billing",
  "on",
  "inbox",
  "objects",
  "respond",
  "handlerTimeoutMs",
  "bodyTimeoutMs",
  "onOutcome",
  "logger",
  "tracer",
];

/** The range of setTimeout. */
const TIMER_RANGE = { min: 1, max: 2 ** 31 - 1 };
