import { ConfigurationError } from "../errors.js";
import type { ReceiverFacts } from "../tenancy/tenancy.js";
import { assertInteger } from "./assert-integer.js";
import { assertMethod } from "./assert-method.js";
import type { WebhookHandlers } from "./handlers.js";
import type { WebhookInbox } from "./inbox/inbox.js";
import { assertKnownKeys } from "./known-keys.js";
import type { EventObjects } from "./order.js";
import type { Outcome } from "./outcome.js";
import { MAX_BODY_BYTES } from "./raw-body.js";
import type { TenantResolver } from "./resolve-tenant.js";
import type { SigningSecretOption } from "./signing-secrets.js";
import { processLogger, toUnfailingLogger, type WebhookLogger } from "./tell-outcome.js";
import type { WebhookTracer } from "./tracing.js";
import { VERIFY_OPTIONS, type VerifyOptions } from "./verifier.js";

export interface WebhookReceiverOptions<TBilling, Tx = undefined> extends VerifyOptions {
  /**
   * Every secret that may sign for this receiver: one per endpoint and mode, two while one is being rotated. While one of
   * them is undefined, every delivery fails, is answered with 500, and the logger hears which it is.
   */
  readonly signingSecrets: readonly SigningSecretOption[];
  /**
   * The billing service. It finds the tenant of each event and is bound to it for the handler. `product.*` and
   * `price.*` events make it drop its cached catalog.
   */
  readonly billing: TenantResolver<TBilling>;
  /** One handler per event type. */
  readonly on: WebhookHandlers<TBilling, NoInfer<Tx>>;
  /** Remembers handled events. Default: a memory inbox, with a warning. */
  readonly inbox?: WebhookInbox<Tx> | undefined;
  /**
   * The object that a snapshot event has in `event.data.object`.
   *
   * - `"current"`: as it is now, read through the tenant's service before the handler is called, in the API version of
   *   its client. Its state never goes backward, whatever order events come in. One request to Stripe for each event, and
   *   when Stripe cannot be asked, the event is tried again.
   * - `"delivered"`: as Stripe sent it, but read as it is now where an event of the same object that is newer, or of the same
   *   second, was handled before, or where the object was read after Stripe made the event, or less than a minute before.
   *   Its state never goes backward either.
   *
   * Some objects cannot be read: see `isStale` of the handler's context. Default: `"current"`.
   */
  readonly objects?: EventObjects | undefined;
  /**
   * When to acknowledge an event: once it is `"handled"`, the default, or once it is `"stored"`, which needs a durable
   * inbox and a process that calls `work`. Choose `"stored"` for handlers that may take longer than Stripe waits.
   */
  readonly respond?: "handled" | "stored" | undefined;
  /** The time for finding the tenant, reading the object and running the handler, together. Default 20 seconds. */
  readonly handlerTimeoutMs?: number | undefined;
  /** The time for the request's body to arrive, in the adapters. Default 10 seconds. */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Called with every outcome before it is answered, for logs and metrics. It cannot change the outcome, and a promise that
   * it returns is not waited for.
   */
  readonly onOutcome?: ((outcome: Outcome) => void | Promise<void>) | undefined;
  /**
   * Receives one line for every outcome that somebody has to look at, `failed`, `dead`, `unresolved` and `rejected`, with
   * the error's stack and nothing of the event's content. What was not verified, as with a wrong or missing secret, is
   * told once a minute for each kind.
   * Default: warnings of the process, which also get the lines that a logger fails to take.
   */
  readonly logger?: WebhookLogger | undefined;
  /**
   * Makes a span of each delivery, with one for its verification, its claim and its handler; the spans of
   * `traceRequests` become children of the handler's. That of `@opentelemetry/api` 1 fits.
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
