import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { createWebhookReceiver, memoryInbox, type WebhookReceiver } from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { type Host, listening } from "../webhooks/adapters/hosts.js";
import { deliveryWarnings } from "../webhooks/delivery-warnings.js";

let world: StripeWorld;
let host: Host;
let secret: string;
let given: TenantWorld;
let billing: StripeBillingService;
let webhooks: WebhookReceiver;

beforeAll(async () => {
  world = await startStripeWorld();
  host = await listening(createServer((request, response) => void webhooks.node(request, response)));
  const endpoint = await world.stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${host.port}/webhooks/stripe`,
    enabled_events: ["customer.updated", "customer.deleted"],
  });
  secret = endpoint.secret ?? "";
});

/** A process that remembers whose the customer is. */
beforeEach(async () => {
  billing = world.service();
  webhooks = receiver([secret]);
  given = await world.addTenant("acme");
  await world.local.settled();
  await acme().getSubscription(given.subscriptionId);
});

afterAll(async () => {
  await host.close();
  await world.close();
});

const acme = () => billing.forTenant("acme");

function receiver(signingSecrets: string[]): WebhookReceiver {
  return createWebhookReceiver({
    signingSecrets,
    billing,
    inbox: memoryInbox(),
    logger: deliveryWarnings,
    on: { "customer.subscription.updated": () => Promise.resolve() },
  });
}

describe("a customer given to another tenant in the Dashboard", () => {
  const give = () => world.stripe.customers.update(given.customerId, { metadata: { tenantId: "globex" } });

  it("is closed to the former one's reads once the signed event arrives, which no handler listens to", async () => {
    await give();
    await world.local.settled();

    await expect(acme().getSubscription(given.subscriptionId)).rejects.toMatchObject({ code: "not_found" });
    const { id } = await billing.forTenant("globex").getSubscription(given.subscriptionId);
    expect(id).toBe(given.subscriptionId);
  });

  it("is not forgotten for an event that nobody has verified", async () => {
    webhooks = receiver(["whsec_another_endpoints_secret_00000"]);
    await give();
    await world.local.settled();

    await expect(acme().getSubscription(given.subscriptionId)).resolves.toMatchObject({
      id: given.subscriptionId,
    });
  });
});

it("a deleted customer's subscription is closed to reads once the signed event arrives", async () => {
  await world.stripe.customers.del(given.customerId);
  await world.local.settled();

  await expect(acme().getSubscription(given.subscriptionId)).rejects.toMatchObject({ code: "not_found" });
});
