/**
 * `@repo/billing/webhooks` receives Stripe's webhooks: verifies them, hands each event to its handler with its tenant,
 * and acknowledges it only when the result is durable. Loads neither the Stripe SDK nor a validation library.
 *
 * @example
 * import { createWebhookReceiver } from "@repo/billing/webhooks";
 *
 * const webhooks = createWebhookReceiver({
 *   signingSecrets: [{ secret: process.env.STRIPE_WEBHOOK_SECRET, mode: "live", source: "account" }],
 *   billing,
 *   inbox,
 *   on: {
 *     "invoice.paid": async (event, { tenantId, idempotencyKey }) => {
 *       await credits.grant(tenantId, event.data.object.amount_paid, { idempotencyKey });
 *     },
 *   },
 * });
 *
 * export const POST = webhooks.fetch;
 */
import { assertNode } from "./assert-node.js";

export {
  AbortedError,
  AccountMismatchError,
  BillingError,
  ConfigurationError,
  DeadlineError,
  isBillingError,
  ModeMismatchError,
  WebhookPayloadError,
  WebhookSignatureError,
} from "./errors.js";
export type {
  EventListQuery,
  EventPage,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  TenantOrigin,
  TenantResolution,
} from "./tenancy/tenancy.js";
export type { FetchAdapter } from "./webhooks/adapters/fetch.js";
export type { NodeAdapter, NodeRequest, NodeResponse } from "./webhooks/adapters/node.js";
export type { WebhookStats } from "./webhooks/counters.js";
export type {
  SnapshotEventType,
  ThinEvent,
  ThinEventType,
  WebhookEvent,
  WebhookEventOf,
  WebhookEventType,
  WebhookObjectOf,
} from "./webhooks/events.js";
export type { WebhookContext, WebhookHandler, WebhookHandlers } from "./webhooks/handlers.js";
export {
  type Claim,
  type DeadDelivery,
  type Delivery,
  type DeliveryKey,
  type DurableInbox,
  deliveryId,
  type InboxResult,
  type InboxStats,
  type StoreResult,
  type Taken,
  type WebhookInbox,
  type Work,
} from "./webhooks/inbox/inbox.js";
export type { LeaseOptions } from "./webhooks/inbox/leased/settings.js";
export { type MemoryInboxOptions, memoryInbox } from "./webhooks/inbox/memory.js";
export type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
  SendCommand,
} from "./webhooks/inbox/redis/client.js";
export { type RedisInboxOptions, redisInbox } from "./webhooks/inbox/redis/redis-inbox.js";
export type { SqliteDatabase, SqliteStatement, SqliteValue } from "./webhooks/inbox/sqlite/database.js";
export type { SqliteTx } from "./webhooks/inbox/sqlite/deferred-writes.js";
export { type SqliteInboxOptions, sqliteInbox } from "./webhooks/inbox/sqlite/sqlite-inbox.js";
export type { EventObjects } from "./webhooks/order.js";
export { HTTP_STATUS, type IgnoredReason, type Outcome, type WebhookRejection } from "./webhooks/outcome.js";
export type { ReceiveOptions } from "./webhooks/pipeline.js";
export type { Receive } from "./webhooks/receive.js";
export type { WebhookReceiverOptions } from "./webhooks/receiver-options.js";
export type { ReconcileReport } from "./webhooks/reconcile/progress.js";
export type { Reconcile, ReconcileOptions } from "./webhooks/reconcile/reconcile.js";
export type {
  CustomerEntitlements,
  ReconcileEntitlements,
  ReconcileEntitlementsOptions,
} from "./webhooks/reconcile/reconcile-entitlements.js";
export type {
  ReconcileSubscriptions,
  ReconcileSubscriptionsOptions,
} from "./webhooks/reconcile/reconcile-subscriptions.js";
export type { Accounts, RunOptions } from "./webhooks/reconcile/run-options.js";
export type { TenantResolver } from "./webhooks/resolve-tenant.js";
export type { Requeue, WorkOne } from "./webhooks/take-up.js";
export type { WebhookLogDetails, WebhookLogger } from "./webhooks/tell-outcome.js";
export type { WebhookSpan, WebhookTracer } from "./webhooks/tracing.js";
export type { RawBody } from "./webhooks/verification/raw-body.js";
export type { SignatureHeaderValue } from "./webhooks/verification/signature-header.js";
export type { SigningSecret, SigningSecretOption } from "./webhooks/verification/signing-secrets.js";
export type { VerifyOptions } from "./webhooks/verification/verifier.js";
export { verifyWebhook, verifyWebhookAsync } from "./webhooks/verification/verify.js";
export { createWebhookReceiver, type WebhookReceiver } from "./webhooks/webhook-receiver.js";
export type { WorkLoop, WorkOptions } from "./webhooks/work.js";

assertNode();
