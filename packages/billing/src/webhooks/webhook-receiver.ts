import { ConfigurationError } from "../errors.js";
import { assertKnownKeys } from "../known-keys.js";
import { notify } from "../notify.js";
import { type FetchAdapter, toFetchAdapter } from "./adapters/fetch.js";
import { type NodeAdapter, toNodeAdapter } from "./adapters/node.js";
import { assertInteger } from "./assert-integer.js";
import { Counters, type WebhookStats } from "./counters.js";
import { toLivemode } from "./event-mode.js";
import { readCreatedAtMs, type WebhookEvent, type WebhookEventType } from "./events.js";
import { listEventTypes, toHandlerFor } from "./handlers.js";
import type { DeadDelivery, DurableInbox } from "./inbox/inbox.js";
import type { Outcome } from "./outcome.js";
import type { Pipeline } from "./pipeline.js";
import { type Receive, toFeed, toReceive } from "./receive.js";
import { chooseInbox } from "./receiver-inbox.js";
import { readReceiverOptions, type WebhookReceiverOptions } from "./receiver-options.js";
import { type Reconcile, toReconcile } from "./reconcile/reconcile.js";
import { type ReconcileEntitlements, toReconcileEntitlements } from "./reconcile/reconcile-entitlements.js";
import {
  type ReconcileSubscriptions,
  toReconcileSubscriptions,
} from "./reconcile/reconcile-subscriptions.js";
import { type Requeue, toRequeue, toTakeNext, toWorkOne, type WorkOne } from "./take-up.js";
import { onceTeller } from "./tell-once.js";
import { outcomeTeller, type WebhookLogger } from "./tell-outcome.js";
import { toSigningKeys } from "./verification/signing-secrets.js";
import { createAnyVerifier, createChecks } from "./verification/verifier.js";
import { toWork, type WorkLoop } from "./work.js";

/**
 * Receives webhooks, and handles those that its inbox keeps. Its functions are bound, so they can be passed on by
 * themselves.
 */
export interface WebhookReceiver {
  /**
   * Receives a body and a signature header, for servers without an adapter. Answer with `HTTP_STATUS[outcome.status]`.
   */
  readonly receive: Receive;
  /** The adapter for Next.js, Hono, Workers, Bun and Deno. */
  readonly fetch: FetchAdapter;
  /** The adapter for node:http, Express and Fastify. */
  readonly node: NodeAdapter;
  readonly requeue: Requeue;
  /**
   * Handles the deliveries that are due in the inbox, until its signal aborts. With `respond: "stored"`, call it in at
   * least one process.
   */
  readonly work: WorkLoop;
  /**
   * Handles one delivery that is stored in the inbox, for a queue whose jobs name deliveries. The inbox claims the
   * delivery, so a job that runs twice does nothing the second time. An aborted `signal` stops waiting for the handler;
   * the delivery is then tried again later.
   *
   * @throws {ConfigurationError} when the inbox is not durable. Other errors come from the inbox; run the job again.
   */
  readonly workOne: WorkOne;
  /**
   * Lists the events that Stripe created in a span of time, snapshot and thin ones, and handles those that never
   * arrived as if they were delivered now. Events that did arrive count as duplicates. Run it every hour or so with the
   * cursor of the previous run.
   *
   * One request to Stripe for each 100 events of up to 20 types, reported to the service's `onAudit`. Memory use does
   * not grow with the number of accounts and events. Two runs at once do no harm.
   *
   * It cannot find a change for which Stripe created no event.
   *
   * @throws {ConfigurationError} when `billing` has no `listEvents`.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors come from Stripe; continue from the last
   *   cursor.
   */
  readonly reconcile: Reconcile;
  /**
   * Compares Stripe's subscriptions with the application's copy, and passes each that differs to the handler of
   * `customer.subscription.updated`, or of `customer.subscription.deleted` if it was canceled, as if Stripe had sent
   * that event; the handler's `isSynthetic` is then true. It finds changes for which Stripe created no event, and those
   * older than 30 days. The same difference is delivered once a day, however often it is found.
   *
   * One request to Stripe for each 100 subscriptions, including ended ones, reported to the service's `onAudit`.
   *
   * @throws {ConfigurationError} when `billing` has no `listAccountSubscriptions`, or a handler is missing.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors are Stripe's or `findOutdated`'s.
   */
  readonly reconcileSubscriptions: ReconcileSubscriptions;
  /**
   * Compares the customers' entitlements with the application's copy, and passes each customer whose entitlements
   * differ to the handler of `entitlements.active_entitlement_summary.updated`, as `reconcileSubscriptions` does. The
   * event holds all entitlements.
   *
   * It finds customers through the subscriptions: one request to Stripe for each 100 subscriptions; for each customer
   * one for each hundred entitlements, and one for its owner unless that is remembered. Skips customers that belong to
   * no tenant.
   *
   * @throws {ConfigurationError} when `billing` has no `listAccountSubscriptions`, or the tenant's service no
   *   `listEntitlements`, or the handler is missing.
   * @throws {InvalidArgumentError} when an option is invalid. Other errors are Stripe's or `findOutdated`'s.
   */
  readonly reconcileEntitlements: ReconcileEntitlements;
  /** The types that have a handler, in the order of `on`. */
  readonly eventTypes: readonly WebhookEventType[];
  /** True if the inbox outlives this process. */
  readonly isDurable: boolean;
  /** Lists deliveries whose attempts all failed, longest dead first. `limit` is at most 1,000,000, and defaults to 100. */
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
  const settings = readReceiverOptions(options);
  const { billing, facts, respond, logger, now } = settings;
  const keys = toSigningKeys(options.signingSecrets);
  const verify = createAnyVerifier(createChecks(keys, options));
  const families = new Set(keys.flatMap(({ payload }) => payload ?? ["snapshot", "thin"]));
  const handlerFor = toHandlerFor(options.on, facts, families);
  const { inbox, durable } = chooseInbox(options.inbox, respond, logger);
  const counters = new Counters();
  const tell = outcomeTeller(logger, respond);
  const tellOnce = onceTeller(logger, (type) => handlerFor(type) !== undefined);

  const store: Pipeline<TBilling, Tx>["store"] =
    respond === "stored" && durable ? (delivery, given) => durable.store(delivery, given) : undefined;
  const { handlerTimeoutMs, objects, tracer } = settings;
  const mode = facts?.mode;
  const pipeline: Pipeline<TBilling, Tx> = {
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
  const receive = toReceive(pipeline);
  const eventTypes = listEventTypes(options.on);
  const listEvents = billing.listEvents?.bind(billing);
  const listSubscriptions = billing.listAccountSubscriptions?.bind(billing);
  const feed = toFeed(pipeline);
  return {
    receive,
    fetch: toFetchAdapter(receive, settings),
    node: toNodeAdapter(receive, settings),
    requeue: toRequeue(pipeline),
    work: durable === undefined ? refuseWork : createWork(pipeline, durable, logger),
    workOne: durable === undefined ? refuseWork : toWorkOne(pipeline, durable),
    reconcile: toReconcile({ listEvents, eventTypes, feed, now }),
    reconcileSubscriptions: toReconcileSubscriptions({ listSubscriptions, eventTypes, feed, now }),
    reconcileEntitlements: toReconcileEntitlements({ listSubscriptions, billing, eventTypes, feed, now }),
    eventTypes,
    isDurable: durable !== undefined,
    listDead: async (page = {}) => {
      assertKnownKeys("listDead", page, ["limit"]);
      const { limit = 100 } = page;
      assertInteger("limit", limit, { min: 1, max: 1_000_000 });
      return inbox.listDead({ limit });
    },
    readStats: async () => counters.read(await inbox.readStats()),
  };

  function report(outcome: Outcome, event?: WebhookEvent): void {
    counters.add(outcome);
    if (outcome.status === "handled" && event !== undefined) counters.addLag(now() - readCreatedAtMs(event));
    tellOnce(outcome);
    tell(outcome);
    // The delivery is settled; another answer would only make Stripe deliver it again.
    notify(settings.onOutcome, outcome, "onOutcome", (message) => logger.warn(message));
  }
}

function createWork<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  inbox: DurableInbox<Tx>,
  logger: WebhookLogger,
): WorkLoop {
  const takeNext = toTakeNext(pipeline, inbox);
  const livemode = toLivemode(pipeline.mode);
  return toWork({ takeNext, waitForDue: (options) => inbox.waitForDue({ ...options, livemode }), logger });
}

async function refuseWork(): Promise<never> {
  throw new ConfigurationError(
    "work and workOne need an inbox that outlives this process, such as postgresInbox; memoryInbox has nothing to take up.",
  );
}
