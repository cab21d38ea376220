/** Everything that an application writes to use `@repo/billing`: the service and the webhook receiver. */
import { StripeBillingService } from "@repo/billing";
import {
  createWebhookReceiver,
  sqliteInbox,
  type WebhookContext,
  type WebhookEventOf,
  type WebhookReceiver,
} from "@repo/billing/webhooks";
import Database from "libsql";
import type Stripe from "stripe";
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
}

export function createBilling({ stripe, url, workspaces }: BillingParts): StripeBillingService {
  return new StripeBillingService({
    stripe,
    mode: "test",
    // The demo's one promotion code is for all tenants, so a customer may type any.
    catalog: { promotionCodes: "shared" },
    portal: {
      returnUrl: `${url}/billing`,
      configuration: (tenantId) => workspaces.get(tenantId).portalConfigurationId,
    },
  });
}

interface WebhookParts {
  readonly signingSecret: string;
  readonly billing: StripeBillingService;
  readonly readModel: ReadModel;
}

export function createWebhooks({ signingSecret, billing, readModel }: WebhookParts): WebhookReceiver {
  const follow = followSubscription(readModel);
  return createWebhookReceiver({
    signingSecrets: [{ secret: signingSecret, mode: "test", source: "account" }],
    // In your application a file, such as "billing.db". The demo's read model lasts as long as this process anyway.
    inbox: sqliteInbox({ database: new Database(":memory:") }),
    billing,
    on: {
      "customer.subscription.created": follow,
      "customer.subscription.updated": follow,
      "customer.subscription.deleted": follow,
    },
  });
}

type SubscriptionEvent = WebhookEventOf<(typeof FOLLOWED_EVENTS)[number]>;
/** Its service is bound to the event's tenant. */
type Context = WebhookContext<StripeBillingService, unknown>;

function followSubscription(readModel: ReadModel) {
  return async (event: SubscriptionEvent, { tenantId, billing, signal }: Context): Promise<void> => {
    // Events arrive in any order, so read the current subscription instead of using the event's copy.
    const readAt = performance.now();
    const subscription = await billing.getSubscription(event.data.object.id, { signal });
    const before = readModel.save(tenantId, subscription, readAt);
    readModel.note(tenantId, { eventType: event.type, before, subscription });
  };
}
