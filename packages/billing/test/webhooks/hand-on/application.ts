import type { PoolClient } from "pg";
import { createWebhookReceiver, type Outcome, type WebhookInbox } from "../../../src/webhooks.js";
import { type BoundBilling, eventBody, headerFor, now, SECRET, twoTenants } from "../signed-delivery.js";
import type { SubscriptionChange } from "./recipes/subscription-change.js";

/** What a handler does with the change that an event tells. */
export type Handle = (change: SubscriptionChange, tx: PoolClient, attempt: number) => Promise<unknown>;

/** A receiver whose handler does as it is told, and a way to deliver an event of a tenant's subscription to it. */
export function createApplication(
  inbox: WebhookInbox<PoolClient>,
  handle: Handle,
  respond: "handled" | "stored" = "handled",
) {
  const outcomes: Outcome[] = [];
  const webhooks = createWebhookReceiver<BoundBilling, PoolClient>({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox,
    now,
    respond,
    objects: "delivered",
    logger: { warn: () => undefined },
    onOutcome: (outcome) => void outcomes.push(outcome),
    on: {
      "customer.subscription.updated": (event, { tenantId, tx, attempt, idempotencyKey }) => {
        const { id: subscriptionId } = event.data.object;
        return handle({ tenantId, subscriptionId, idempotencyKey }, tx, attempt).then(() => undefined);
      },
    },
  });
  const deliver = (id: string, subscription = `sub_${id}`, tenant = "acme"): Promise<Outcome> => {
    const object = {
      id: subscription,
      object: "subscription",
      customer: `cus_${tenant}`,
      status: "active",
    };
    const body = eventBody({ id, data: { object } });
    return webhooks.receive(body, headerFor(body));
  };
  return { ...webhooks, deliver, outcomes };
}
