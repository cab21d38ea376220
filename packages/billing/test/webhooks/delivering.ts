import { expect } from "vitest";
import {
  createWebhookReceiver,
  memoryInbox,
  type WebhookHandlers,
  type WebhookReceiverOptions,
} from "../../src/webhooks.js";
import { deliveryWarnings } from "./delivery-warnings.js";
import { type BoundBilling, eventBody, headerFor, now, SECRET, twoTenants } from "./signed-delivery.js";

export type Handlers = WebhookHandlers<BoundBilling, undefined>;
type Options = Partial<WebhookReceiverOptions<BoundBilling>>;

export function receiver(on: Handlers, options: Options = {}) {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox: memoryInbox(),
    logger: deliveryWarnings,
    now,
    on,
    ...options,
  });
}

/** A receiver with one handler, and a way to deliver an event to it as Stripe does. */
export function delivering(handler: Handlers["customer.subscription.updated"] & {}, options: Options = {}) {
  const webhooks = receiver({ "customer.subscription.updated": handler }, options);
  const deliver = (fields: Record<string, unknown> = {}) => {
    const body = eventBody(fields);
    return webhooks.receive(body, headerFor(body));
  };
  return { ...webhooks, deliver };
}

/** What every outcome says. */
export const measured = { durationMs: expect.any(Number) };

/** What every outcome says of the usual event. */
export const about = {
  ...measured,
  delivery: { eventId: "evt_1", livemode: false },
  eventType: "customer.subscription.updated",
};
