import { ConfigurationError } from "../errors.js";
import { notify } from "../notify.js";
import { type FetchAdapter, toFetchAdapter } from "./adapters/fetch.js";
import { type NodeAdapter, toNodeAdapter } from "./adapters/node.js";
import { Counters, type WebhookStats } from "./counters.js";
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
import { toSigningKeys } from "./signing-secrets.js";
import { type Requeue, toRequeue, toTakeNext, toWorkOne, type WorkOne } from "./take-up.js";
import { onceTeller } from "./tell-once.js";
import { outcomeTeller, type WebhookLogger } from "./tell-outcome.js";
import { createAnyVerifier, createChecks } from "./verifier.js";
import { toWork, type WorkLoop } from "./work.js";

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
    listDead: (page) => inbox.listDead(page),
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
  return toWork({ takeNext, waitForDue: (options) => inbox.waitForDue(options), logger });
}

async function refuseWork(): Promise<never> {
  throw new ConfigurationError(
    "work and workOne need an inbox that outlives this process, such as postgresInbox; memoryInbox has nothing to take up.",
  );
}
