import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StripeBillingService, UpdateSubscriptionOptions } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addCard, addMeteredPrice, addPlan, addPrice, type Plan } from "./plans.js";

const DAY_MS = 86_400_000;

let world: StripeWorld;
let acme: TenantWorld;
let pro: Plan;
let billing: StripeBillingService;
/** A subscription of acme's to three of its product, $147.00 a month. */
let subscriptionId: string;

beforeAll(async () => {
  world = await startStripeWorld();
  pro = await addPlan(world, "acme");
});

beforeEach(async () => {
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  subscriptionId = acme.subscriptionId;
  world.takeRequests();
});

afterAll(() => world.close());

describe.each(["classic", "flexible"] as const)(
  "a change at the end of the period, in %s billing",
  (mode) => {
    beforeEach(async () => {
      const { id } = await world.stripe.subscriptions.create({
        billing_mode: { type: mode },
        customer: acme.customerId,
        items: [{ price: acme.priceId, quantity: 3 }],
      });
      subscriptionId = id;
      world.takeRequests();
    });

    it("leaves what was paid for until then, and says what will be", async () => {
      const changed = await update({ priceId: pro.priceId });

      expect(changed.items).toMatchObject([{ price: { id: acme.priceId }, quantity: 3 }]);
      expect(changed.scheduledChange).toEqual({
        startsAt: changed.currentPeriodEnd,
        items: [{ priceId: pro.priceId, quantity: 3 }],
      });
      expect(await billing.getSubscription(subscriptionId)).toMatchObject({
        scheduledChange: changed.scheduledChange,
      });
    });

    it("is made by the clock, keeps the quantity, and is billed once and whole", async () => {
      await update({ priceId: pro.priceId });
      await passPeriod();

      const after = await billing.getSubscription(subscriptionId);
      expect(after).toMatchObject({ status: "active", scheduledChange: null });
      expect(after.items).toMatchObject([{ price: { id: pro.priceId }, quantity: 3 }]);
      const invoices = (await world.stripe.invoices.list({ subscription: subscriptionId })).data;
      expect(invoices.map(({ total }) => total)).toEqual([3 * 9900, 3 * 4900]);
      await passPeriod();
      expect((await world.stripe.subscriptions.retrieve(subscriptionId)).schedule).toBeNull();
      expect((await billing.getSubscription(subscriptionId)).items).toMatchObject([{ quantity: 3 }]);
    });

    it("is replaced by a second one", async () => {
      await update({ priceId: pro.priceId });
      world.takeRequests();
      const second = await update({ quantity: 7 });

      expect(second.scheduledChange?.items).toEqual([{ priceId: acme.priceId, quantity: 7 }]);
      expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toHaveLength(1);
      await passPeriod();
      expect((await billing.getSubscription(subscriptionId)).items).toMatchObject([
        { price: { id: acme.priceId }, quantity: 7 },
      ]);
    });

    it("is dropped by a cancellation, and does not come back with a resumption", async () => {
      await update({ priceId: pro.priceId });
      const ending = await billing.cancelSubscription(subscriptionId);
      expect(ending).toMatchObject({ scheduledChange: null, cancelsAt: ending.currentPeriodEnd });
      const kept = await billing.resumeSubscription(subscriptionId);
      expect(kept).toMatchObject({ scheduledChange: null, cancelsAt: null });

      await passPeriod();
      const after = await billing.getSubscription(subscriptionId);
      expect(after).toMatchObject({
        status: "active",
        items: [{ price: { id: acme.priceId }, quantity: 3 }],
      });
    });

    it("ends with the subscription where that is canceled at once", async () => {
      await update({ priceId: pro.priceId });
      const ended = await billing.cancelSubscription(subscriptionId, { when: "now" });
      expect(ended).toMatchObject({ status: "canceled", scheduledChange: null });
    });

    it("is dropped by name, alone or to change at once instead", async () => {
      await update({ priceId: pro.priceId });
      const dropped = await billing.updateSubscription(subscriptionId, { scheduledChange: null });
      expect(dropped.scheduledChange).toBeNull();
      await update({ priceId: pro.priceId });
      const changed = await billing.updateSubscription(subscriptionId, {
        quantity: 5,
        scheduledChange: null,
      });
      expect(changed).toMatchObject({ scheduledChange: null, items: [{ quantity: 5 }] });
      await passPeriod();
      expect((await billing.getSubscription(subscriptionId)).items).toMatchObject([
        { price: { id: acme.priceId }, quantity: 5 },
      ]);
    });

    it("changes, adds and takes away items, and keeps those that are not named", async () => {
      const [kept, gone, added] = await Promise.all(
        [700, 500, 300].map(async (unitAmount) => (await addPlan(world, "acme", { unitAmount })).priceId),
      );
      if (kept === undefined || gone === undefined || added === undefined) throw new Error("three were made");
      await billing.updateSubscription(subscriptionId, {
        items: [{ add: kept, quantity: 4 }, { add: gone }],
      });
      const changed = await update({
        items: [
          { change: { priceId: acme.priceId }, priceId: pro.priceId },
          { remove: { priceId: gone } },
          { add: added, quantity: 2 },
        ],
      });
      const expected = [
        { priceId: pro.priceId, quantity: 3 },
        { priceId: kept, quantity: 4 },
        { priceId: added, quantity: 2 },
      ];
      expect(changed.scheduledChange?.items).toEqual(expected);
      await passPeriod();
      const { items } = await billing.getSubscription(subscriptionId);
      const after = items.map(({ price, quantity }) => ({ priceId: price.id, quantity }));
      expect(after).toHaveLength(3);
      expect(after).toEqual(expect.arrayContaining(expected));
    });

    it("waits for the end of a trial", async () => {
      const { id } = await world.stripe.subscriptions.create({
        billing_mode: { type: mode },
        customer: acme.customerId,
        items: [{ price: acme.priceId, quantity: 2 }],
        trial_period_days: 10,
      });
      subscriptionId = id;
      const changed = await update({ priceId: pro.priceId });
      expect(changed).toMatchObject({
        status: "trialing",
        scheduledChange: { startsAt: changed.trialEndsAt },
      });
      world.local.advanceBy(11 * DAY_MS);
      expect(await billing.getSubscription(id)).toMatchObject({
        status: "active",
        items: [{ price: { id: pro.priceId }, quantity: 2 }],
      });
    });
  },
);

describe("the schedule of a change at the end of the period", () => {
  it("costs one request to look, one for the price, and two to write", async () => {
    await update({ priceId: pro.priceId });
    const schedule = await governing();
    const [price, subscription, ...writes] = world.takeRequests();
    expect([price, subscription].sort()).toEqual([
      `GET /v1/prices/${pro.priceId}`,
      `GET /v1/subscriptions/${subscriptionId}`,
    ]);
    expect(writes.slice(0, 2)).toEqual([
      "POST /v1/subscription_schedules",
      `POST /v1/subscription_schedules/${schedule.id}`,
    ]);
  });

  it("keeps every field of the phase that runs, and of the next all that is not changed", async () => {
    const card = await addCard(world, acme.customerId);
    await world.stripe.subscriptions.update(subscriptionId, {
      default_payment_method: card,
      description: "The team plan",
      items: [{ id: acme.itemId, metadata: { seat: "desk" } }],
    });
    const { id } = await world.stripe.subscriptionSchedules.create({ from_subscription: subscriptionId });
    const before = await world.stripe.subscriptionSchedules.retrieve(id);
    const [running] = before.phases;
    if (running === undefined) throw new Error("a phase runs");
    const invoiceSettings = { footer: "Thank you", custom_fields: [{ name: "PO", value: "42" }] };
    const written = await world.stripe.subscriptionSchedules.update(id, {
      phases: [
        {
          billing_cycle_anchor: "automatic",
          collection_method: "charge_automatically",
          default_payment_method: card,
          description: "The team plan",
          end_date: running.end_date,
          invoice_settings: invoiceSettings,
          items: [{ price: acme.priceId, quantity: 3, metadata: { seat: "desk" } }],
          metadata: { phase: "first" },
          proration_behavior: "always_invoice",
          start_date: running.start_date,
        },
      ],
    });
    await update({ quantity: 8 });

    const { phases } = await governing();
    expect(phases).toHaveLength(2);
    expect(phases[0]).toEqual(written.phases[0]);
    expect(phases[1]).toEqual({
      ...written.phases[0],
      end_date: expect.any(Number),
      items: [{ ...written.phases[0]?.items[0], quantity: 8 }],
      metadata: {},
      proration_behavior: "none",
      start_date: running.end_date,
    });
  });

  it("is refused before anything is written where it gives a metered price a quantity", async () => {
    const priceId = await addMeteredPrice(world, acme);
    await expect(update({ priceId, quantity: 2 })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("A metered price takes no quantity"),
    });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([
      "POST /v1/billing/meters",
      "POST /v1/prices",
    ]);
    await expect(update({ priceId })).resolves.toMatchObject({ scheduledChange: { items: [{ priceId }] } });
  });

  it("bills nothing for the phase that runs, and is told by its mark", async () => {
    await update({ quantity: 8 });
    const sent = world.local.requests.at(-1)?.params;
    expect(sent).toMatchObject({
      end_behavior: "release",
      metadata: { scheduledBy: "@repo/billing" },
      proration_behavior: "none",
    });
  });

  it("stays as it is where a payment method is set and nothing is to come", async () => {
    const { id } = await world.stripe.subscriptionSchedules.create({ from_subscription: subscriptionId });
    world.takeRequests();
    const defaultPaymentMethodId = acme.paymentMethodId;
    const changed = await billing.updateSubscription(subscriptionId, { defaultPaymentMethodId });
    expect(changed).toMatchObject({ defaultPaymentMethodId, scheduledChange: null });
    expect(world.takeRequests().filter((request) => request.includes(id))).toEqual([]);
  });

  it("brings metadata with it, over what is written until then", async () => {
    await update({ quantity: 4, metadata: { seats: "4" } });
    await billing.updateSubscription(subscriptionId, { metadata: { seatPlan: "company", owner: "Ada" } });
    await passPeriod();
    expect((await billing.getSubscription(subscriptionId)).metadata).toMatchObject({
      seats: "4",
      seatPlan: "company",
      owner: "Ada",
    });
  });

  it("charges the payment method that is set meanwhile", async () => {
    const [first, second] = [await addCard(world, acme.customerId), await addCard(world, acme.customerId)];
    await billing.updateSubscription(subscriptionId, { defaultPaymentMethodId: first });
    await update({ quantity: 4 });
    const changed = await billing.updateSubscription(subscriptionId, { defaultPaymentMethodId: second });
    expect(changed.scheduledChange?.items).toMatchObject([{ quantity: 4 }]);
    await passPeriod();
    expect(await billing.getSubscription(subscriptionId)).toMatchObject({
      defaultPaymentMethodId: second,
      items: [{ quantity: 4 }],
    });
  });

  it("can name a price that was archived since, of an item that is left alone", async () => {
    const legacy = await addPrice(world, acme);
    await world.stripe.subscriptions.update(subscriptionId, { items: [{ id: acme.itemId, price: legacy }] });
    await world.stripe.prices.update(legacy, { active: false });
    const addOn = await addPlan(world, "acme", { unitAmount: 500 });
    const changed = await update({ items: [{ add: addOn.priceId }] });
    expect(changed.scheduledChange?.items).toHaveLength(2);
  });

  it("stands in the way of a change at once, which it would undo", async () => {
    await update({ priceId: pro.priceId });
    const { id } = await governing();
    for (const change of [{ quantity: 2 }, { trialEnd: "now" as const }, { discounts: [] }]) {
      await expect(billing.updateSubscription(subscriptionId, change)).rejects.toMatchObject({
        code: "conflict",
        conflictingId: id,
        message: expect.stringContaining("A change is scheduled"),
      });
    }
    expect((await governing()).phases[1]?.items).toMatchObject([{ price: pro.priceId, quantity: 3 }]);
  });

  it("is refused where the subscription is going to end, or has", async () => {
    await billing.cancelSubscription(subscriptionId);
    await expect(update({ quantity: 2 })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Resume it first"),
    });
    await billing.cancelSubscription(subscriptionId, { when: "now" });
    await expect(update({ quantity: 2 })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("has ended"),
    });
  });

  it("is not put in the place of one that was made elsewhere, until that is dropped", async () => {
    const { id, phases } = await world.stripe.subscriptionSchedules.create({
      from_subscription: subscriptionId,
    });
    const [running] = phases;
    await world.stripe.subscriptionSchedules.update(id, {
      phases: [
        {
          items: [{ price: acme.priceId, quantity: 3 }],
          start_date: Number(running?.start_date),
          end_date: Number(running?.end_date),
        },
        { items: [{ price: acme.priceId, quantity: 50 }] },
      ],
    });
    await expect(update({ quantity: 2 })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: id,
      message: expect.stringContaining("made elsewhere"),
    });
    await billing.updateSubscription(subscriptionId, { scheduledChange: null });
    expect((await update({ quantity: 2 })).scheduledChange?.items).toMatchObject([{ quantity: 2 }]);
  });

  it("is resumed where it was to cancel at its end", async () => {
    const { id } = await world.stripe.subscriptionSchedules.create({ from_subscription: subscriptionId });
    await world.stripe.subscriptionSchedules.update(id, { end_behavior: "cancel" });
    expect((await billing.getSubscription(subscriptionId)).cancelsAt).toBeInstanceOf(Date);
    expect((await billing.resumeSubscription(subscriptionId)).cancelsAt).toBeNull();
    await passPeriod();
    expect((await billing.getSubscription(subscriptionId)).status).toBe("active");
  });

  it("is made once for one idempotency key", async () => {
    const change = { quantity: 6, idempotencyKey: "seats-6" };
    const [one, two] = [await update(change), await update(change)];
    expect(two.scheduledChange).toEqual(one.scheduledChange);
    expect((await governing()).phases).toHaveLength(2);
  });
});

describe("a change at the end of the period of items with several intervals", () => {
  let yearly: Plan;

  beforeEach(async () => {
    yearly = await addPlan(world, "acme", { unitAmount: 120_000, interval: "year" });
    const { id } = await world.stripe.subscriptions.create({
      billing_mode: { type: "flexible" },
      customer: acme.customerId,
      items: [{ price: acme.priceId, quantity: 3 }, { price: yearly.priceId }],
    });
    subscriptionId = id;
  });

  async function endOf(priceId: string): Promise<Date | null | undefined> {
    const { items } = await billing.getSubscription(subscriptionId);
    return items.find(({ price }) => price.id === priceId)?.currentPeriodEnd;
  }

  it("is made when the period of the changed item is over, and not the first of them all", async () => {
    const silver = await addPlan(world, "acme", { unitAmount: 60_000, interval: "year" });
    const yearEnds = await endOf(yearly.priceId);
    const changed = await update({
      items: [{ change: { priceId: yearly.priceId }, priceId: silver.priceId }],
    });
    expect(changed.scheduledChange?.startsAt).toEqual(yearEnds);
    await passPeriod();
    expect(await endOf(yearly.priceId)).toEqual(yearEnds);
  });

  it("removes an item when its own period is over, and adds one beside it then", async () => {
    const yearEnds = await endOf(yearly.priceId);
    const items = [{ remove: { priceId: yearly.priceId } }, { add: pro.priceId }];
    expect((await update({ items })).scheduledChange?.startsAt).toEqual(yearEnds);
  });

  it("comes with the first period to end where no item of it is changed", async () => {
    const monthEnds = await endOf(acme.priceId);
    expect((await update({ items: [{ add: pro.priceId }] })).scheduledChange?.startsAt).toEqual(monthEnds);
    expect((await update({ metadata: { a: "1" } })).scheduledChange?.startsAt).toEqual(monthEnds);
  });

  it("may bring another number of years beside a year that goes on, or usage, which is billed later", async () => {
    const monthEnds = await endOf(acme.priceId);
    const { id: meter } = await world.stripe.billing.meters.create({
      display_name: "Calls",
      event_name: `calls_${subscriptionId}`,
      default_aggregation: { formula: "sum" },
    });
    const { productId } = pro;
    for (const recurring of [
      { interval: "year" as const, interval_count: 2 },
      { interval: "year" as const, usage_type: "metered" as const, meter },
    ]) {
      const add = await addPrice(world, { productId }, { recurring });
      const changed = await update({ items: [{ add }] });
      expect(changed.scheduledChange).toMatchObject({ startsAt: monthEnds });
      await billing.updateSubscription(subscriptionId, { scheduledChange: null });
    }
    const add = await addPrice(world, { productId }, { recurring: { interval: "year" } });
    const yearEnds = await endOf(yearly.priceId);
    await expect(update({ items: [{ add }] })).rejects.toMatchObject({
      code: "conflict",
      message: `Another item with the new price's interval renews later (${yearEnds?.toISOString()}), and until then Stripe might not bill the new price. Make the change now, with prorations.`,
    });
  });

  it("is refused for items that end at different times, before anything is written", async () => {
    const items = [
      { change: { priceId: yearly.priceId }, quantity: 2 },
      { change: { priceId: acme.priceId }, quantity: 2 },
    ];
    world.takeRequests();
    const [year, month] = [await endOf(yearly.priceId), await endOf(acme.priceId)];
    world.takeRequests();
    await expect(update({ items })).rejects.toMatchObject({
      code: "conflict",
      message: `The periods of the items to change end at different times (${month?.toISOString()}, ${year?.toISOString()}), but a change at the end of the period can have one date only. Change only items that end together, or make the change now.`,
    });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });
});

function update(change: UpdateSubscriptionOptions) {
  return billing.updateSubscription(subscriptionId, { ...change, when: "period_end" });
}

/** The end of the longest month, and the hour after which its invoice is final. */
async function passPeriod(): Promise<void> {
  const { currentPeriodEnd } = await billing.getSubscription(subscriptionId);
  const { created } = await world.stripe.customers.create({});
  world.local.advanceBy(Number(currentPeriodEnd) - created * 1000 + 2 * 3_600_000);
}

async function governing(): Promise<Stripe.SubscriptionSchedule> {
  const { schedule } = await world.stripe.subscriptions.retrieve(subscriptionId, { expand: ["schedule"] });
  if (schedule === null || typeof schedule === "string") throw new Error("no schedule governs it");
  return schedule;
}
