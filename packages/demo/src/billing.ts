/** Everything that an application writes to use `@repo/billing`: the service and the webhook receiver. */
import { type RequestListener, StripeBillingService } from "@repo/billing";
import {
  createWebhookReceiver,
  type Outcome,
  type SqliteDatabase,
  type SqliteTx,
  sqliteInbox,
  type WebhookContext,
  type WebhookEventOf,
  type WebhookReceiver,
} from "@repo/billing/webhooks";
import type Stripe from "stripe";
import type { Effects } from "./effects.js";
import { toPortalSpec } from "./portal-branding.js";
import type { ReadModel } from "./read-model.js";
import type { Workspaces } from "./workspaces.js";

export const FOLLOWED_EVENTS = [
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
] as const;

interface BillingParts {
  readonly stripe: Stripe;
  readonly url: string;
  readonly workspaces: Workspaces;
  /** Is told of every request to Stripe. */
  readonly onRequest?: RequestListener;
}

export function createBilling({ stripe, url, workspaces, onRequest }: BillingParts): StripeBillingService {
  return new StripeBillingService({
    stripe,
    mode: "test",
    // The demo's one promotion code is for all tenants, so a customer may type any.
    catalog: { promotionCodes: "shared" },
    portal: {
      returnUrl: `${url}/billing`,
      configuration: (tenantId) => toPortalSpec(workspaces.get(tenantId)),
    },
    onRequest,
  });
}

interface WebhookParts {
  readonly signingSecret: string;
  readonly billing: StripeBillingService;
  readonly readModel: ReadModel;
  readonly database: SqliteDatabase;
  readonly effects: Effects;
  /** Is told what became of every delivery. */
  readonly onOutcome?: (outcome: Outcome) => void;
  /** Throws where the back office has the handler crash. */
  readonly beforeCommit?: (eventId: string) => void;
}

export function createWebhooks(parts: WebhookParts): WebhookReceiver {
  const { signingSecret, billing, database, onOutcome } = parts;
  const follow = followSubscription(parts);
  return createWebhookReceiver({
    signingSecrets: [{ secret: signingSecret, mode: "test", source: "account" }],
    inbox: sqliteInbox({ database }),
    billing,
    onOutcome,
    on: {
      "customer.subscription.created": follow,
      "customer.subscription.updated": follow,
      "customer.subscription.deleted": follow,
    },
  });
}

type SubscriptionEvent = WebhookEventOf<(typeof FOLLOWED_EVENTS)[number]>;
/** Its service is bound to the event's tenant. */
type Context = WebhookContext<StripeBillingService, SqliteTx<SqliteDatabase>>;

function followSubscription({ readModel, effects, beforeCommit }: WebhookParts) {
  return async (
    event: SubscriptionEvent,
    { tenantId, billing, tx, idempotencyKey, signal }: Context,
  ): Promise<void> => {
    // Events arrive in any order, so read the current subscription instead of using the event's copy.
    const readAt = performance.now();
    const subscription = await billing.getSubscription(event.data.object.id, { signal });
    // Written in the transaction that records the delivery as handled: once, however often the event comes.
    tx.write(effects.write(idempotencyKey, tenantId));
    beforeCommit?.(event.id);
    const before = readModel.save(tenantId, subscription, readAt);
    readModel.note(tenantId, { eventType: event.type, before, subscription });
  };
}
