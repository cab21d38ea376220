import type Stripe from "stripe";
import {
  type CustomerEntitlements,
  createWebhookReceiver,
  memoryInbox,
  type WebhookReceiver,
} from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

export const world: StripeWorld = await startStripeWorld();
await world.addTenant("acme");

/** What the application has. */
export const rows: Set<string> = new Set();

/** An application's own receiver, of which Stripe's events never reach any handler. */
export const webhooks: WebhookReceiver = createWebhookReceiver({
  signingSecrets: ["whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS"],
  billing: world.service(),
  inbox: memoryInbox(),
  logger: { warn: () => undefined },
  on: {
    "customer.subscription.updated": (event) => void rows.add(event.data.object.id),
    "customer.subscription.deleted": (event) => void rows.add(event.data.object.id),
    "entitlements.active_entitlement_summary.updated": (event) => void rows.add(event.data.object.customer),
  },
});

const isMissing = (id: string) => !rows.has(id);

export const findOutdated = {
  subscriptions: (all: readonly Stripe.Subscription[]) => all.map(({ id }) => id).filter(isMissing),
  entitlements: (all: readonly CustomerEntitlements[]) =>
    all.map(({ customerId }) => customerId).filter(isMissing),
};
