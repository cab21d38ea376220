import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hasEnded,
  isEntitled,
  onGracePeriod,
  onTrial,
  type StripeBillingService,
  type Subscription,
} from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

/** Both have passed by real time; the clock stands between them. */
const CLOCK = new Date("2021-04-01T00:00:00Z");
const AHEAD = new Date("2021-04-20T00:00:00Z");
const BEHIND = new Date("2021-03-01T00:00:00Z");

let world: StripeWorld;
let acme: TenantWorld;
let billing: StripeBillingService;
let customer: Stripe.Customer;
let subscription: Subscription;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  const { id } = await world.stripe.testHelpers.testClocks.create({ frozen_time: Number(CLOCK) / 1_000 });
  customer = await world.stripe.customers.create({ test_clock: id, metadata: { tenantId: "acme" } });
  subscription = await billing.createSubscription({ customerId: customer.id, priceId: acme.priceId });
});

afterAll(() => world.close());

type Call = (at: Date, ids: { customerId: string; subscriptionId: string }) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  createSubscription: (trialEnd, { customerId }) =>
    billing.createSubscription({ customerId, priceId: acme.priceId, trialEnd, allowSecond: true }),
  "updateSubscription of a trial": (trialEnd, { subscriptionId }) =>
    billing.updateSubscription(subscriptionId, { trialEnd }),
  pauseSubscription: (until, { subscriptionId }) => billing.pauseSubscription(subscriptionId, { until }),
  cancelSubscription: (when, { subscriptionId }) => billing.cancelSubscription(subscriptionId, { when }),
};

describe.each(Object.entries(CALLS))("a date of %s", (name, call) => {
  const onClock = () => ({ customerId: customer.id, subscriptionId: subscription.id });

  it("is judged by the customer's test clock", async () => {
    await expect(call(AHEAD, onClock())).resolves.toMatchObject({ customerId: customer.id });
    // Stripe takes any date for a pause to end.
    if (name === "pauseSubscription") return;
    await expect(call(BEHIND, onClock())).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("is judged by real time without one, and changes nothing once it has passed", async () => {
    world.takeRequests();
    await expect(call(AHEAD, acme)).rejects.toThrow("in the future");
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("has passed within its second, since Stripe is sent no fraction of it", async () => {
    const endOfThisSecond = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 999);
    await expect(call(endOfThisSecond, acme)).rejects.toThrow("in the future");
  });
});

it("keeps a subscription on a test clock entitled until its clock has come to the end", async () => {
  const canceled = await billing.getSubscription(subscription.id);
  expect(canceled).toMatchObject({ cancelsAt: AHEAD, testClockId: customer.test_clock });
  expect([hasEnded(canceled), isEntitled(canceled), onGracePeriod(canceled)]).toEqual([false, true, true]);
  expect(onTrial(canceled)).toBe(canceled.status === "trialing");
  expect(hasEnded(canceled, AHEAD)).toBe(true);
  expect(hasEnded({ ...canceled, testClockId: null })).toBe(true);
});
