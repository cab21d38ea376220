import { NEWEST_API_VERSION } from "../api-version.js";
import { ConfigurationError } from "../errors.js";
import { notify } from "../notify.js";
import { type FetchAdapter, toFetchAdapter } from "./adapters/fetch.js";
import { type NodeAdapter, toNodeAdapter } from "./adapters/node.js";
import { assertInteger } from "./assert-integer.js";
import { Counters, type WebhookStats } from "./counters.js";
import { readCreatedAtMs, type WebhookEvent, type WebhookEventType } from "./events.js";
import { listEventTypes, toHandlerFor, type WebhookHandlers } from "./handlers.js";
import { type DeadDelivery, type DurableInbox, isDurable, type WebhookInbox } from "./inbox/inbox.js";
import { memoryInbox } from "./inbox/memory.js";
import { assertKnownKeys } from "./known-keys.js";
import type { EventObjects } from "./order.js";
import type { Outcome } from "./outcome.js";
import type { Pipeline } from "./pipeline.js";
import { MAX_BODY_BYTES } from "./raw-body.js";
import {
  type Receive,
  type Requeue,
  toFeed,
  toReceive,
  toRequeue,
  toTakeNext,
  toWorkOne,
  type WorkOne,
} from "./receive.js";
import { type Reconcile, toReconcile } from "./reconcile/reconcile.js";
import { type ReconcileEntitlements, toReconcileEntitlements } from "./reconcile/reconcile-entitlements.js";
import {
  type ReconcileSubscriptions,
  toReconcileSubscriptions,
} from "./reconcile/reconcile-subscriptions.js";
import type { TenantResolver } from "./resolve-tenant.js";
import { type SigningSecretOption, toSigningKeys } from "./signing-secrets.js";
import { outcomeTeller, processLogger, toUnfailingLogger, type WebhookLogger } from "./tell-outcome.js";
import type { WebhookTracer } from "./tracing.js";
import { createAnyVerifier, createChecks, VERIFY_OPTIONS, type VerifyOptions } from "./verifier.js";
import { toWork, type WorkLoop } from "./work.js";

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
   * - `"delivered"`: as Stripe sent it, but read as above where an event of the same object that is newer, or of the same
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

/** Its functions are bound, so they may be passed on without the receiver. */
export interface WebhookReceiver {
  /** Takes body and header, for servers without an adapter. Answer with `HTTP_STATUS[outcome.status]`. */
  readonly receive: Receive;
  /** Next.js, Hono, Workers, Bun, Deno. */
  readonly fetch: FetchAdapter;
  /** node:http, Express, Fastify. */
  readonly node: NodeAdapter;
  readonly requeue: Requeue;
  /** Handles what is due in the inbox, in this process: with `respond: "stored"`, call it in at least one. */
  readonly work: WorkLoop;
  /**
   * Handles one delivery that is stored in the inbox, for the worker of a queue whose jobs name deliveries. The inbox
   * claims it, so a job that comes twice does nothing the second time. The signal of the options stops waiting for the
   * handler, which is tried again later.
   *
   * @throws {ConfigurationError} when the inbox is not durable. Other errors are the inbox's; run the job again.
   */
  readonly workOne: WorkOne;
  /**
   * Lists the events that Stripe made in some time, of both families, and handles those that never arrived, as if they
   * were delivered now; those that did are duplicates. Run it every hour or so with the cursor of the run before.
   *
   * One request to Stripe for 100 events of up to 20 types, told to the service's `onAudit`. Any number of accounts and
   * events take the same memory. Two runs at once do no harm.
   *
   * It cannot find a change for which Stripe made no event at all.
   *
   * @throws {ConfigurationError} when `billing` has no `listEvents`.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors are Stripe's; go on from the last cursor.
   */
  readonly reconcile: Reconcile;
  /**
   * Compares Stripe's subscriptions with what the application has, and hands each that differs to the handler of
   * `customer.subscription.updated`, or of `deleted` where it was canceled, as if Stripe had sent that event; `isSynthetic`
   * of the handler's context tells. For changes that Stripe made no event for, and those of more than 30 days ago. The
   * same difference is one delivery a day, however often it is found.
   *
   * One request to Stripe for 100 subscriptions, told to the service's `onAudit`; those that ended are among them.
   *
   * @throws {ConfigurationError} when `billing` has no `listAccountSubscriptions`, or a handler is missing.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors are Stripe's or `findOutdated`'s.
   */
  readonly reconcileSubscriptions: ReconcileSubscriptions;
  /**
   * Compares what the customers have access to with what the application has, and hands each that differs to the handler of
   * `entitlements.active_entitlement_summary.updated`, as `reconcileSubscriptions` does. The event has all entitlements.
   *
   * It goes through the subscriptions: one request to Stripe for 100 of them, and for each of their customers one for a
   * hundred entitlements and one for its owner, where that is not remembered. A customer that is no tenant's is passed over.
   *
   * @throws {ConfigurationError} when `billing` has no `listAccountSubscriptions`, or the tenant's service no
   *   `listEntitlements`, or the handler is missing.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors are Stripe's or `findOutdated`'s.
   */
  readonly reconcileEntitlements: ReconcileEntitlements;
  /** The types that have a handler, in the order of `on`. */
  readonly eventTypes: readonly WebhookEventType[];
  /** Whether the inbox outlives this process. */
  readonly isDurable: boolean;
  /** Lists deliveries whose attempts all failed, longest dead first. `limit` defaults to 100. */
  readonly listDead: (options?: { readonly limit?: number | undefined }) => Promise<readonly DeadDelivery[]>;
  /** Reads counters for a metrics library: outcomes since the start, lag, and how full the inbox is. */
  readonly readStats: () => Promise<WebhookStats>;
}

/**
 * Creates a receiver of Stripe's webhooks. Each event is verified, claimed in the inbox, resolved to its tenant and
 * passed to its handler, and is acknowledged only once the result is durable in the inbox. When a handler throws or
 * exceeds `handlerTimeoutMs`, Stripe delivers the event again.
 *
 * @example
 * import { createWebhookReceiver } from "@repo/billing/webhooks";
 *
 * const webhooks = createWebhookReceiver({
 *   signingSecrets: [{ secret: process.env.STRIPE_WEBHOOK_SECRET, mode: "live", source: "account" }],
 *   billing,
 *   inbox,
 *   on: {
 *     "customer.subscription.updated": async (event, { tenantId }) => {
 *       await plans.save(tenantId, event.data.object.status);
 *     },
 *   },
 * });
 * export const POST = webhooks.fetch;
 *
 * @throws {ConfigurationError} when an option is invalid.
 */
export function createWebhookReceiver<TBilling, Tx = undefined>(
  options: WebhookReceiverOptions<TBilling, Tx>,
): WebhookReceiver {
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
  const keys = toSigningKeys(options.signingSecrets);
  const verify = createAnyVerifier(createChecks(keys, options));
  const families = new Set(keys.flatMap(({ payload }) => payload ?? ["snapshot", "thin"]));
  const handlerFor = toHandlerFor(options.on, facts, families);
  const counters = new Counters();
  const tell = outcomeTeller(logger, respond);
  const toldVersions = new Set<string>();
  const toldTwins = new Set<string>();
  const inbox = options.inbox ?? createMemoryInbox<Tx>(logger);
  for (const method of INBOX_METHODS) assertMethod("inbox", inbox, method);

  const durable = isDurable(inbox) ? inbox : undefined;
  if (respond === "stored" && durable === undefined) {
    throw new ConfigurationError(
      'respond: "stored" needs an inbox that outlives this process, such as postgresInbox; memoryInbox does not.',
    );
  }

  const mode = facts?.mode;
  const store: Pipeline<TBilling, Tx>["store"] =
    respond === "stored" && durable ? (delivery, given) => durable.store(delivery, given) : undefined;
  const parts = {
    verify,
    handlerFor,
    inbox,
    store,
    billing,
    mode,
    handlerTimeoutMs,
    objects,
    now,
    tracer,
    report,
  };
  const pipeline: Pipeline<TBilling, Tx> = parts;
  const receive = toReceive(pipeline);
  const eventTypes = listEventTypes(options.on);
  const listEvents = billing.listEvents?.bind(billing);
  const listSubscriptions = billing.listAccountSubscriptions?.bind(billing);
  const feed = toFeed(pipeline);
  return {
    receive,
    fetch: toFetchAdapter(receive, { maxBodyBytes, bodyTimeoutMs }),
    node: toNodeAdapter(receive, { maxBodyBytes, bodyTimeoutMs }),
    requeue: toRequeue(pipeline),
    work: durable === undefined ? refuseWork : createWork(pipeline, durable, logger),
    workOne: durable === undefined ? refuseWork : toWorkOne(pipeline, durable),
    reconcile: toReconcile({ listEvents, eventTypes, feed, now }),
    reconcileSubscriptions: toReconcileSubscriptions({ listSubscriptions, eventTypes, feed, now }),
    reconcileEntitlements: toReconcileEntitlements({ listSubscriptions, billing, eventTypes, feed, now }),
    eventTypes,
    isDurable: durable !== undefined,
    listDead: (page) => inbox.listDead(page),
    readStats: async () => counters.read(await inbox.readStats()),
  };

  function report(outcome: Outcome, event?: WebhookEvent): void {
    counters.add(outcome);
    if (outcome.status === "handled" && event !== undefined) counters.addLag(now() - readCreatedAtMs(event));
    tellOfVersion(outcome);
    tellOfTwin(outcome);
    tell(outcome);
    // The delivery is settled; another answer would only make Stripe deliver it again.
    notify(onOutcome, outcome, "onOutcome", (message) => logger.warn(message));
  }

  function tellOfVersion(outcome: Outcome): void {
    const version = outcome.delivery && outcome.unknownApiVersion;
    if (version === undefined || toldVersions.has(version) || toldVersions.size === MAX_TOLD) return;
    toldVersions.add(version);
    logger.warn(
      `Webhooks arrive in API version ${version}, which this package does not know, so their objects may have another ` +
        `shape. Create the endpoint with api_version ${NEWEST_API_VERSION}.`,
    );
  }

  /** An endpoint of the wrong payload style sends what nobody handles, and all is acknowledged. */
  function tellOfTwin(outcome: Outcome): void {
    if (outcome.status !== "ignored" || outcome.reason !== "no_handler") return;
    const { eventType } = outcome;
    const twin = eventType.startsWith("v1.") ? eventType.slice("v1.".length) : `v1.${eventType}`;
    if (handlerFor(twin) === undefined || toldTwins.has(eventType)) return;
    toldTwins.add(eventType);
    logger.warn(
      `A ${eventType} webhook was ignored, and on has a handler for ${twin}. If no endpoint sends ${twin}, change the ` +
        "endpoint's payload style or add a handler.",
    );
  }
}

function createWork<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  inbox: DurableInbox<Tx>,
  logger: WebhookLogger,
): WorkLoop {
  const takeNext = toTakeNext(pipeline, inbox);
  return toWork({ takeNext, waitForDue: (options) => inbox.waitForDue(options), logger });
}

async function refuseWork(): Promise<never> {
  throw new ConfigurationError(
    "work and workOne need an inbox that outlives this process, such as postgresInbox; memoryInbox has nothing to take up.",
  );
}

function createMemoryInbox<Tx>(logger: WebhookLogger): WebhookInbox<Tx> {
  logger.warn(
    "This webhook receiver has no `inbox` option and keeps handled events in memory: other processes do not share it, " +
      "and a restart forgets it. Pass a durable inbox, or `inbox: memoryInbox()` to accept this.",
  );
  // Tx is inferred from `inbox` alone, so without it Tx is its default, undefined.
  return memoryInbox() as WebhookInbox<Tx>;
}

function assertMethod(option: string, value: object, method: string): void {
  if (typeof value === "object" && value !== null && typeof Reflect.get(value, method) === "function") return;
  throw new ConfigurationError(`${option} must be an object with the method ${method}.`);
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

const INBOX_METHODS: readonly (keyof WebhookInbox<unknown>)[] = [
  "process",
  "requeue",
  "listDead",
  "readStats",
];

/** Versions come with signed events, so there are few; the bound is for whoever has a secret. */
const MAX_TOLD = 100;

/** The range of setTimeout. */
const TIMER_RANGE = { min: 1, max: 2 ** 31 - 1 };
