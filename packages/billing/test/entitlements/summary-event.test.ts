import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createWebhookReceiver, memoryInbox } from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { addPlan } from "../subscriptions/plans.js";

let world: StripeWorld;
const servers = new Set<ReturnType<typeof createServer>>();

afterEach(async () => {
  for (const server of servers) server.close();
  await world.close();
});

it("a change of what a customer is entitled to reaches its tenant, which asks for all of it", async () => {
  world = await startStripeWorld();
  const { stripe } = world;
  const { customerId } = await world.addTenant("acme");
  await world.addTenant("globex");
  const { productId, priceId } = await addPlan(world, "acme");
  const feature = await stripe.entitlements.features.create({ lookup_key: "audit-log", name: "Audit log" });
  await stripe.products.createFeature(productId, { entitlement_feature: feature.id });
  const heard: [string, readonly string[]][] = [];

  await listen((secret) =>
    createWebhookReceiver({
      signingSecrets: [secret],
      inbox: memoryInbox(),
      billing: world.service(),
      on: {
        "entitlements.active_entitlement_summary.updated": async (event, { tenantId, billing }) => {
          const entitlements = await billing.listEntitlements(event.data.object.customer);
          heard.push([tenantId, entitlements.map(({ lookupKey }) => lookupKey)]);
        },
      },
    }),
  );
  const subscription = await stripe.subscriptions.create({
    customer: customerId,
    items: [{ price: priceId }],
  });
  await world.local.settled();
  await stripe.subscriptions.cancel(subscription.id);
  await world.local.settled();

  expect(heard).toEqual([
    ["acme", expect.arrayContaining(["audit-log"])],
    ["acme", expect.not.arrayContaining(["audit-log"])],
  ]);
});

type Receiver = Pick<ReturnType<typeof createWebhookReceiver>, "node">;

/** A server of its own for the receiver, registered with the local Stripe. */
async function listen(receiverOf: (secret: string) => Receiver): Promise<void> {
  let receiver: Receiver | undefined;
  const server = createServer((request, response) => void receiver?.node(request, response));
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  const endpoint = await world.stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${port}/`,
    enabled_events: ["entitlements.active_entitlement_summary.updated"],
  });
  receiver = receiverOf(endpoint.secret ?? "");
}
