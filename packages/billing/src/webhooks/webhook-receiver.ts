import { ConfigurationError } from "../errors.js";
import { type FetchAdapter, toFetchAdapter } from "./adapters/fetch.js";
import { type NodeAdapter, toNodeAdapter } from "./adapters/node.js";
import { assertInteger } from "./assert-integer.js";
import { toHandlerFor, type WebhookHandlers } from "./handlers.js";
import type { DeadDelivery, WebhookInbox } from "./inbox/inbox.js";
import { memoryInbox } from "./inbox/memory.js";
import type { Outcome } from "./outcome.js";
import { type Pipeline, type Receive, type Requeue, toReceive, toRequeue } from "./receive.js";
import type { TenantResolver } from "./resolve-tenant.js";
import type { SigningSecretOption } from "./signing-secrets.js";
import { createVerifier, type VerifyOptions } from "./verify.js";

export interface WebhookReceiverOptions<TBilling, Tx = undefined> extends VerifyOptions {
  /** Every secret that may sign for this receiver: one per endpoint and mode, two while one is being rotated. */
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
  /** The time for finding the tenant and running the handler, together. Default 20 seconds. */
  readonly handlerTimeoutMs?: number | undefined;
  /** The time for the request's body to arrive, in the adapters. Default 10 seconds. */
  readonly bodyTimeoutMs?: number | undefined;
  /** Called with every outcome, for logs and metrics. The answer waits for it, and it cannot change the outcome. */
  readonly onOutcome?: ((outcome: Outcome) => void | Promise<void>) | undefined;
  /** Receives warnings. Default: `process.emitWarning`. */
  readonly logger?: WebhookLogger | undefined;
}

export interface WebhookLogger {
  warn(message: string): void;
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
  /** Lists deliveries whose attempts all failed, longest dead first. `limit` defaults to 100. */
  readonly listDead: (options?: { readonly limit?: number | undefined }) => Promise<readonly DeadDelivery[]>;
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
  const { billing, onOutcome, logger = processLogger } = options;
  const { maxBodyBytes = 2 ** 20, bodyTimeoutMs = 10_000, handlerTimeoutMs = 20_000 } = options;
  if (typeof billing?.resolveTenant !== "function" || typeof billing.forTenant !== "function") {
    throw new ConfigurationError(
      "billing must be a StripeBillingService, or an object with its resolveTenant and forTenant.",
    );
  }
  assertInteger("bodyTimeoutMs", bodyTimeoutMs, TIMER_RANGE);
  assertInteger("handlerTimeoutMs", handlerTimeoutMs, TIMER_RANGE);
  const verify = createVerifier(options.signingSecrets, { ...options, maxBodyBytes });
  const handlerFor = toHandlerFor(options.on);
  const inbox = options.inbox ?? createMemoryInbox<Tx>(logger);

  const pipeline: Pipeline<TBilling, Tx> = { verify, handlerFor, inbox, billing, handlerTimeoutMs, report };
  const receive = toReceive(pipeline);
  return {
    receive,
    fetch: toFetchAdapter(receive, { maxBodyBytes, bodyTimeoutMs }),
    node: toNodeAdapter(receive, { maxBodyBytes, bodyTimeoutMs }),
    requeue: toRequeue(pipeline),
    listDead: (page) => inbox.listDead(page),
  };

  async function report(outcome: Outcome): Promise<void> {
    try {
      await onOutcome?.(outcome);
    } catch {
      // The delivery is settled; another answer would only make Stripe deliver it again.
      logger.warn(`onOutcome threw for a webhook that was ${outcome.status}.`);
    }
  }
}

function createMemoryInbox<Tx>(logger: WebhookLogger): WebhookInbox<Tx> {
  logger.warn(
    "This webhook receiver has no `inbox` option and keeps handled events in memory: other processes do not share it, " +
      "and a restart forgets it. Pass a durable inbox, or `inbox: memoryInbox()` to accept this.",
  );
  // Tx is inferred from `inbox` alone, so without it Tx is its default, undefined.
  return memoryInbox() as WebhookInbox<Tx>;
}

const processLogger: WebhookLogger = {
  warn: (message) => process.emitWarning(message, { type: "BillingWarning" }),
};

/** The range of setTimeout. */
const TIMER_RANGE = { min: 1, max: 2 ** 31 - 1 };
