import { describe, expect, it } from "vitest";
import { idOf } from "../support/local.js";
import {
  FEBRUARY,
  HOUR,
  happenedSince,
  later,
  MARCH,
  START,
  scheduled,
  seconds,
  withBigPhase,
} from "./scheduled.js";

describe("a phase", () => {
  it("begins by the clock where the period ends, with its items, metadata and events", async () => {
    const world = await scheduled();
    const { big, clock, schedule, stripe, subscription } = world;
    const updated = await stripe.subscriptionSchedules.update(schedule.id, withBigPhase(world));
    expect(updated.phases[1]).toMatchObject({ start_date: seconds(FEBRUARY), end_date: seconds(MARCH) });
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.unit_amount).toBe(
      2000,
    );

    await clock.advanceTo(later(FEBRUARY, 2 * HOUR));
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after.items.data).toMatchObject([{ price: { id: big.id }, quantity: 3 }]);
    expect(after.items.data[0]?.current_period_end).toBe(seconds(MARCH));
    expect(after.metadata).toEqual({ plan: "big" });
    expect(after.latest_invoice).toMatchObject({ total: 15_000, status: "paid" });
    expect(await happenedSince(stripe, FEBRUARY)).toEqual([
      "subscription_schedule.updated",
      "invoice.created",
      "customer.subscription.updated",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
    ]);
    const [change] = (await stripe.events.list({ type: "customer.subscription.updated" })).data;
    expect(change?.data.previous_attributes).toMatchObject({ metadata: { plan: "small" } });
  });

  it("that begins within the period is prorated as it says", async () => {
    const world = await scheduled();
    const { clock, schedule, stripe, subscription } = world;
    const half = later(START, 15.5 * 24 * HOUR);
    const [current, next] = withBigPhase(world, { proration_behavior: "always_invoice" }).phases ?? [];
    if (current === undefined || next === undefined) throw new Error("there are two phases");
    await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [{ ...current, end_date: seconds(half) }, next],
    });
    await clock.advanceTo(later(half, HOUR));
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after.latest_invoice).toMatchObject({
      billing_reason: "subscription_update",
      total: (15_000 - 4000) / 2,
    });
    expect(after.items.data[0]?.current_period_end).toBe(seconds(FEBRUARY));
  });

  it("of another interval begins a cycle of its own", async () => {
    const world = await scheduled();
    const { clock, schedule, small, stripe, subscription } = world;
    const yearly = await stripe.prices.create({
      product: idOf(small.product),
      currency: "usd",
      unit_amount: 20_000,
      recurring: { interval: "year" },
    });
    await stripe.subscriptionSchedules.update(
      schedule.id,
      withBigPhase(world, { items: [{ price: yearly.id }] }),
    );
    await clock.advanceTo(later(FEBRUARY, 2 * HOUR));
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after.latest_invoice).toMatchObject({ total: 20_000 });
    expect(after.items.data[0]?.current_period_end).toBe(Date.UTC(2028, 1, 1, 12) / 1000);
  });

  it("without the items that renew bills nothing, and leaves what is pending for the next invoice", async () => {
    const world = await scheduled();
    const { clock, schedule, small, stripe, subscription } = world;
    const recurring = { interval: "year" } as const;
    const plan = { product: idOf(small.product), currency: "usd", unit_amount: 20_000, recurring };
    const yearly = await stripe.prices.create(plan);
    await stripe.subscriptions.update(subscription.id, { items: [{ price: yearly.id }] });
    const [item] = subscription.items.data;
    await stripe.subscriptions.update(subscription.id, { items: [{ id: String(item?.id), quantity: 3 }] });
    const [current] = (await stripe.subscriptionSchedules.retrieve(schedule.id)).phases;
    if (current === undefined) throw new Error("a phase runs");
    const { start_date, end_date } = current;
    const both = [{ price: small.id, quantity: 3 }, { price: yearly.id }];
    await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [{ items: both, start_date, end_date }, { items: [{ price: yearly.id }] }],
    });
    const { data: before } = await stripe.invoices.list({ subscription: subscription.id });

    await clock.advanceTo(later(FEBRUARY, 2 * HOUR));
    const after = await stripe.subscriptions.retrieve(subscription.id);
    expect(after.items.data).toMatchObject([{ price: { id: yearly.id } }]);
    expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(before.length);
    const next = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(next.total).toBe(2000 + 20_000);
  });

  it("gives another price to the item whose discount it names, and that goes on", async () => {
    const shop = await scheduled();
    const { clock, stripe, subscription } = shop;
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const [item] = subscription.items.data;
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(item?.id), discounts: [{ coupon }] }],
    });
    const [discount] = (await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.discounts ?? [];
    const { phases = [] } = withBigPhase(shop);
    const [current, next] = phases;
    if (current === undefined || next === undefined) throw new Error("there are two phases");
    if (typeof discount !== "string") throw new Error("the item has a discount");
    const discounts = [{ discount }];
    const keeps = [current, next].map((phase) => ({
      ...phase,
      items: phase.items.map((one) => ({ ...one, discounts })),
    }));
    await stripe.subscriptionSchedules.update(shop.schedule.id, { phases: keeps });
    await clock.advanceTo(later(FEBRUARY, 2 * HOUR));

    const after = await stripe.subscriptions.retrieve(subscription.id);
    expect(after.items.data).toMatchObject([
      { id: item?.id, price: { id: shop.big.id }, discounts: [discount] },
    ]);
    const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(invoice?.total).toBe(7500);
  });

  it("charges a price that was archived since it was agreed on", async () => {
    const world = await scheduled();
    const { big, clock, schedule, stripe, subscription } = world;
    await stripe.subscriptionSchedules.update(schedule.id, withBigPhase(world));
    await stripe.prices.update(big.id, { active: false });
    await clock.advanceTo(later(FEBRUARY, HOUR));
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.id).toBe(big.id);
  });

  it("is on trial until the date that it names", async () => {
    const world = await scheduled();
    const { clock, schedule, stripe, subscription } = world;
    const trialEnd = later(FEBRUARY, 10 * 24 * HOUR);
    await stripe.subscriptionSchedules.update(
      schedule.id,
      withBigPhase(world, { trial_end: seconds(trialEnd) }),
    );
    await clock.advanceTo(later(FEBRUARY, HOUR));
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: "trialing",
      trial_end: seconds(trialEnd),
    });
    await clock.advanceTo(later(trialEnd, 2 * HOUR));
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after).toMatchObject({ status: "active", latest_invoice: { total: 15_000 } });
  });
});
