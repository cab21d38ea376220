import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import {
  createWebhookReceiver,
  memoryInbox,
  type Outcome,
  type WebhookReceiver,
} from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { type Host, listening } from "../webhooks/adapters/hosts.js";

let world: StripeWorld;
let host: Host;
let secret: string;
let acme: TenantWorld;
let billing: StripeBillingService;
let webhooks: WebhookReceiver;
let outcomes: Outcome[];

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  await world.addTenant("globex");
  host = await listening(createServer((request, response) => void webhooks.node(request, response)));
  const endpoint = await world.stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${host.port}/webhooks/stripe`,
    enabled_events: ["product.created", "product.updated", "price.created", "price.updated"],
  });
  secret = endpoint.secret ?? "";
});

/** The application, as it is after a while: both tenants' products are remembered. */
beforeEach(async () => {
  billing = world.service();
  outcomes = [];
  webhooks = createWebhookReceiver({
    signingSecrets: [secret],
    billing,
    inbox: memoryInbox(),
    on: { "product.updated": () => Promise.resolve() },
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  for (const tenantId of ["acme", "globex"]) {
    await catalogOf(tenantId);
    expect(await catalogOf(tenantId)).toMatchObject({ asked: false });
  }
});

afterAll(async () => {
  await host.close();
  await world.close();
});

/** What a tenant's catalogue holds, and whether Stripe had to be asked for it. */
async function catalogOf(tenantId: string): Promise<{ asked: boolean; names: string[]; amounts: unknown[] }> {
  world.takeRequests();
  const { data } = await billing.forTenant(tenantId).listTenantProducts();
  return {
    asked: world.takeRequests().length > 0,
    names: data.map(({ name }) => name),
    amounts: data.flatMap(({ prices }) => prices.map(({ unitAmount }) => unitAmount)),
  };
}

describe("a change in the Dashboard, told by a signed delivery", () => {
  it("to a product is seen at once, by its own tenant alone asking again", async () => {
    await world.stripe.products.update(acme.productId, { name: "Renamed" });
    await world.local.settled();

    expect(outcomes).toMatchObject([{ status: "handled", eventType: "product.updated" }]);
    expect(await catalogOf("acme")).toMatchObject({ asked: true, names: ["Renamed"] });
    expect(await catalogOf("globex")).toMatchObject({ asked: false });
  });

  it("to a price, which names no owner and nobody listens to, is seen at once", async () => {
    const { productId: product } = acme;
    await world.stripe.prices.create({ product, currency: "usd", unit_amount: 777 });
    await world.local.settled();

    expect(outcomes).toMatchObject([{ status: "ignored", reason: "no_handler" }]);
    const catalog = await catalogOf("acme");
    expect(catalog.asked).toBe(true);
    expect(catalog.amounts).toContain(777);
  });

  it("that puts a product on everyone's list is seen by everyone", async () => {
    await world.stripe.products.create({ name: "Add-on", metadata: { tenantId: "*" } });
    await world.local.settled();

    for (const tenantId of ["acme", "globex"]) {
      expect(await catalogOf(tenantId)).toMatchObject({
        asked: true,
        names: expect.arrayContaining(["Add-on"]),
      });
    }
  });

  it("to a product of nobody's is ignored, and ends what is remembered all the same", async () => {
    await world.stripe.products.create({ name: "Stray" });
    await world.local.settled();
    expect(outcomes).toMatchObject([{ status: "ignored", eventType: "product.created" }]);
    expect(await catalogOf("acme")).toMatchObject({ asked: true });
  });

  it("to a product that becomes the tenant's is seen by it", async () => {
    const { id } = await world.stripe.products.create({ name: "Found" });
    await world.stripe.products.update(id, { metadata: { tenantId: "acme" } });
    await world.local.settled();
    expect((await catalogOf("acme")).names).toContain("Found");
  });

  it("is not believed without the endpoint's signature", async () => {
    const body = JSON.stringify({ id: "evt_1", object: "event", type: "product.updated", data: {} });
    const { status } = await host.send({ body, headers: { "stripe-signature": "t=1,v1=00" } });

    expect(status).toBe(400);
    expect(await catalogOf("acme")).toMatchObject({ asked: false });
  });
});
