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
import type { SigningSecret } from "./signing-secrets.js";
import { createVerifier, type VerifyOptions } from "./verify.js";

export interface WebhookReceiverOptions<TBilling, Tx = undefined> extends VerifyOptions {
  /** Every secret that may sign for this receiver: one per endpoint and mode, two while one is being rotated. */
  readonly signingSecrets: readonly (string | SigningSecret)[];
  /**
   * Finds the tenant of an event, and is bound to that tenant for the handler. A `StripeBillingService` is one, and
   * forgets its catalogue where a `product.*` or `price.*` event says that it changed.
   */
  readonly billing: TenantResolver<TBilling>;
  /** One handler per event type. */
  readonly on: WebhookHandlers<TBilling, NoInfer<Tx>>;
  /** Remembers what was handled. When left out, a memory inbox, with a warning. */
  readonly inbox?: WebhookInbox<Tx>;
  /** For finding the tenant and running the handler, together. Default 20 seconds. */
  readonly handlerTimeoutMs?: number;
  /** For the request's body to arrive, in the adapters. Default 10 seconds. */
  readonly bodyTimeoutMs?: number;
  /** Called with every outcome before it is answered, for logs and metrics; it is waited for and cannot change it. */
  readonly onOutcome?: (outcome: Outcome) => void | Promise<void>;
  /** Where warnings go. Default: warnings of the process. */
  readonly logger?: WebhookLogger;
}

export interface WebhookLogger {
  warn(message: string): void;
}

/** All functions may be passed around on their own. */
export interface WebhookReceiver {
  /** For anything without an adapter: body and header in, outcome out. Answer with `HTTP_STATUS[outcome.status]`. */
  readonly receive: Receive;
  /** Next.js, Hono, Workers, Bun, Deno. */
  readonly fetch: FetchAdapter;
  /** node:http, Express, Fastify. */
  readonly node: NodeAdapter;
  readonly requeue: Requeue;
  /** Deliveries that used up their attempts, the longest dead first. */
  readonly listDead: (options?: { readonly limit?: number }) => Promise<readonly DeadDelivery[]>;
}

/**
 * Receives Stripe's webhooks: each event is verified, claimed, resolved to its tenant and given to its handler, and is
 * acknowledged only once that is durable in the inbox. A handler that throws, or runs past `handlerTimeoutMs`, has the
 * event delivered again.
 *
 * @example
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
 * @throws {ConfigurationError} where an option cannot be right.
 */
export function createWebhookReceiver<TBilling, Tx = undefined>(
  options: WebhookReceiverOptions<TBilling, Tx>,
): WebhookReceiver {
  const { billing, onOutcome, logger = processWarnings } = options;
  const { maxBodyBytes = 2 ** 20, bodyTimeoutMs = 10_000, handlerTimeoutMs = 20_000 } = options;
  if (typeof billing?.resolveTenant !== "function" || typeof billing.forTenant !== "function") {
    throw new ConfigurationError(
      "billing must be a StripeBillingService, or have its resolveTenant and forTenant.",
    );
  }
  assertInteger("bodyTimeoutMs", bodyTimeoutMs, TIMER_RANGE);
  assertInteger("handlerTimeoutMs", handlerTimeoutMs, TIMER_RANGE);
  const verify = createVerifier(options.signingSecrets, { ...options, maxBodyBytes });
  const handlerFor = toHandlerFor(options.on);
  const inbox = options.inbox ?? inboxInMemory<Tx>(logger);

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
      // The delivery is settled: answering otherwise would only have it delivered again.
      logger.warn(`onOutcome threw for a webhook that was ${outcome.status}.`);
    }
  }
}

function inboxInMemory<Tx>(logger: WebhookLogger): WebhookInbox<Tx> {
  logger.warn(
    "This webhook receiver keeps its inbox in memory: other processes do not share it and a restart forgets it. " +
      "Pass a durable `inbox`, or `inbox: memoryInbox()` if that is meant.",
  );
  // Tx is inferred from `inbox` alone, so where that is left out it is its default, undefined.
  return memoryInbox() as WebhookInbox<Tx>;
}

const processWarnings: WebhookLogger = {
  warn: (message) => process.emitWarning(message, { type: "BillingWarning" }),
};

/** What setTimeout can count. */
const TIMER_RANGE = { min: 1, max: 2 ** 31 - 1 };
