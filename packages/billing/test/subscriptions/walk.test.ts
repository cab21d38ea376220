import { afterAll, beforeAll, expect, it } from "vitest";
import type { StripeBillingService, StripeClient } from "../../src/index.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
let customerId: string;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  customerId = (await world.addTenant("acme")).customerId;
  billing = world.service({ stripe: listingAsStripe(world.stripe) }).forTenant("acme");
});

afterAll(() => world.close());

/** Refuses a cursor that no longer passes the list's filter, as Stripe does. */
function listingAsStripe(client: StripeClient): StripeClient {
  return {
    rawRequest: async (method, path, params, options) => {
      const url = new URL(path, "http://stripe.test");
      const [cursor, status] = [url.searchParams.get("starting_after"), url.searchParams.get("status")];
      if (method === "GET" && url.pathname === "/v1/subscriptions" && cursor !== null && status !== "all") {
        const now = (await world.stripe.subscriptions.retrieve(cursor)).status;
        if (status === null ? now === "canceled" : now !== status) {
          url.searchParams.set("starting_after", "sub_missing");
        }
      }
      return client.rawRequest(method, `${url.pathname}${url.search}`, params, options);
    },
  };
}

async function subscribe(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const product = await world.stripe.products.create({ name: "Seat", metadata: { tenantId: "acme" } });
    const recurring = { interval: "month" as const };
    const price = await world.stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: 100,
      recurring,
    });
    await world.stripe.subscriptions.create({ customer: customerId, items: [{ price: price.id }] });
  }
}

it.each(["current", "active"] as const)(
  "a walk over %s subscriptions that cancels each neither stops nor skips",
  async (status) => {
    await subscribe(7);
    const before = (await billing.listCustomerSubscriptions(customerId, { status, limit: 100 })).data.length;
    let canceled = 0;
    for await (const { id } of billing.listCustomerSubscriptions(customerId, { status, limit: 2 })) {
      await billing.cancelSubscription(id, { when: "now" });
      canceled += 1;
    }
    expect(canceled).toBe(before);
    expect((await billing.listCustomerSubscriptions(customerId, { status })).data).toEqual([]);
  },
);
