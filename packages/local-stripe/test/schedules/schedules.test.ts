import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../support/it.js";
import { cardholder, monthly, refusal, startClock } from "../support/local.js";
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

describe("a schedule made from a subscription", () => {
  it.each(["classic", "flexible"] as const)(
    "is in one phase, as the subscription is, in %s billing",
    async (mode) => {
      const { schedule, small, stripe, subscription } = await scheduled(mode);
      expect(schedule).toMatchObject({
        object: "subscription_schedule",
        status: "active",
        end_behavior: "release",
        billing_mode: { type: mode },
        subscription: subscription.id,
        current_phase: { start_date: seconds(START), end_date: seconds(FEBRUARY) },
      });
      expect(schedule.phases).toMatchObject([
        {
          start_date: seconds(START),
          end_date: seconds(FEBRUARY),
          items: [{ price: small.id, quantity: 2 }],
          metadata: { plan: "small" },
          trial_end: null,
        },
      ]);
      expect((await stripe.subscriptions.retrieve(subscription.id)).schedule).toBe(schedule.id);
      const expanded = await stripe.subscriptions.retrieve(subscription.id, { expand: ["schedule"] });
      expect(expanded.schedule).toMatchObject({ id: schedule.id, phases: [{ end_date: seconds(FEBRUARY) }] });
    },
  );

  it("is the only one that a subscription has, and of one that has not ended", async () => {
    const { schedule, stripe, subscription } = await scheduled();
    const create = () => refusal(stripe.subscriptionSchedules.create({ from_subscription: subscription.id }));
    expect((await create()).message).toContain(`already attached to a schedule: \`${schedule.id}\``);
    await stripe.subscriptionSchedules.cancel(schedule.id);
    expect((await create()).param).toBe("from_subscription");
    const more = refusal(
      stripe.subscriptionSchedules.create({ from_subscription: subscription.id, end_behavior: "cancel" }),
    );
    expect((await more).message).toContain("`end_behavior`");
  });
});

describe("the end of a schedule", () => {
  it("releases the subscription, which renews as the last phase left it", async () => {
    const world = await scheduled();
    const { clock, schedule, stripe, subscription } = world;
    await stripe.subscriptionSchedules.update(schedule.id, withBigPhase(world));
    await clock.advanceTo(later(MARCH, 2 * HOUR));
    expect(await stripe.subscriptionSchedules.retrieve(schedule.id)).toMatchObject({
      status: "released",
      current_phase: null,
      released_at: seconds(MARCH),
      released_subscription: subscription.id,
      subscription: null,
    });
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after).toMatchObject({ status: "active", schedule: null, latest_invoice: { total: 15_000 } });
    expect((await happenedSince(stripe, MARCH))[0]).toBe("subscription_schedule.released");
  });

  it("cancels the subscription where it says so, and tells the date before", async () => {
    const world = await scheduled();
    const { clock, schedule, stripe, subscription } = world;
    await stripe.subscriptionSchedules.update(schedule.id, {
      ...withBigPhase(world),
      end_behavior: "cancel",
    });
    expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBe(seconds(MARCH));
    await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: "release" });
    expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBeNull();
    await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: "cancel" });
    await clock.advanceTo(later(MARCH, 2 * HOUR));
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("canceled");
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe("completed");
    expect(await happenedSince(stripe, MARCH)).toEqual([
      "subscription_schedule.completed",
      "customer.subscription.deleted",
    ]);
  });

  it("is announced seven days ahead", async () => {
    const world = await scheduled();
    const { clock, stripe } = world;
    await clock.advanceTo(later(FEBRUARY, -7 * 24 * HOUR - HOUR));
    const announced = () => stripe.events.list({ type: "subscription_schedule.expiring" });
    expect((await announced()).data).toHaveLength(0);
    await clock.advanceTo(later(FEBRUARY, -7 * 24 * HOUR));
    expect((await announced()).data).toHaveLength(1);
  });
});

describe("a schedule that is released", () => {
  it("leaves the subscription as it is, takes its cancellation back unless told otherwise, and is over", async () => {
    const world = await scheduled();
    const { schedule, stripe, subscription } = world;
    await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: "cancel" });
    const released = await stripe.subscriptionSchedules.release(schedule.id);
    expect(released).toMatchObject({ status: "released", released_subscription: subscription.id });
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      schedule: null,
      cancel_at: null,
    });
    expect((await refusal(stripe.subscriptionSchedules.release(schedule.id))).message).toContain(
      "`released`",
    );
    expect(
      (await refusal(stripe.subscriptionSchedules.update(schedule.id, { end_behavior: "release" })))
        .statusCode,
    ).toBe(400);

    const again = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    await stripe.subscriptionSchedules.update(again.id, { end_behavior: "cancel" });
    await stripe.subscriptionSchedules.release(again.id, { preserve_cancel_date: true });
    expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBe(seconds(FEBRUARY));
  });
});

describe("a subscription that a schedule governs", () => {
  it("refuses to be ended beside it", async () => {
    const { schedule, stripe, subscription } = await scheduled();
    for (const params of [{ cancel_at_period_end: true }, { cancel_at: seconds(MARCH) }]) {
      expect((await refusal(stripe.subscriptions.update(subscription.id, params))).message).toBe(
        `The subscription is managed by the subscription schedule \`${schedule.id}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
      );
    }
  });

  it("ends it when it is canceled at once", async () => {
    const { schedule, stripe, subscription } = await scheduled();
    await stripe.subscriptions.cancel(subscription.id);
    expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe("canceled");
    const types = (await stripe.events.list({ limit: 2 })).data.map(({ type }) => type);
    expect(types.reverse()).toEqual(["customer.subscription.deleted", "subscription_schedule.canceled"]);
  });

  it("tells its present phase of what is changed beside it, and keeps its metadata to itself", async () => {
    const { schedule, stripe, subscription } = await scheduled();
    const id = String(subscription.items.data[0]?.id);
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id, quantity: 9 }],
      metadata: { a: "1" },
    });
    const [phase] = (await stripe.subscriptionSchedules.retrieve(schedule.id)).phases;
    expect(phase).toMatchObject({ items: [{ quantity: 9 }], metadata: { plan: "small" } });
  });

  it("is changed with its present phase, and billed as the update says", async () => {
    const world = await scheduled();
    const { schedule, small, stripe, subscription } = world;
    const [current] = schedule.phases;
    await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [
        {
          items: [{ price: small.id, quantity: 5 }],
          start_date: Number(current?.start_date),
          end_date: Number(current?.end_date),
        },
      ],
      proration_behavior: "always_invoice",
    });
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
    expect(after.items.data[0]?.quantity).toBe(5);
    expect(after.latest_invoice).toMatchObject({ total: 6000, billing_reason: "subscription_update" });
  });
});

describe("a schedule of phases alone", () => {
  it("begins at once, and makes its subscription", async ({ stripe }) => {
    const customer = await cardholder(stripe);
    const price = await monthly(stripe, 2000);
    const schedule = await stripe.subscriptionSchedules.create({
      customer: customer.id,
      end_behavior: "cancel",
      metadata: { made: "here" },
      phases: [
        { items: [{ price: price.id, quantity: 2 }], duration: { interval: "month", interval_count: 3 } },
      ],
      expand: ["subscription.latest_invoice"],
    });
    const subscription = schedule.subscription as Stripe.Subscription;
    expect(schedule).toMatchObject({ status: "active", metadata: { made: "here" } });
    expect(subscription).toMatchObject({
      status: "active",
      schedule: schedule.id,
      cancel_at: schedule.phases[0]?.end_date,
      latest_invoice: { total: 4000, status: "paid" },
    });
  });

  it("begins later by the clock, and can be listed and canceled before that", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe, 2000);
    const create = () =>
      stripe.subscriptionSchedules.create({
        customer: customer.id,
        start_date: seconds(FEBRUARY),
        phases: [{ items: [{ price: price.id }] }],
      });
    const [dropped, kept] = [await create(), await create()];
    expect(kept).toMatchObject({ status: "not_started", current_phase: null, subscription: null });
    const list = async (params: Stripe.SubscriptionScheduleListParams) =>
      (await stripe.subscriptionSchedules.list({ customer: customer.id, ...params })).data.map(
        ({ id }) => id,
      );
    expect(await list({ scheduled: true })).toEqual([kept.id, dropped.id]);
    expect((await stripe.subscriptionSchedules.cancel(dropped.id)).status).toBe("canceled");
    expect(await list({ scheduled: true })).toEqual([kept.id]);
    expect(await list({ canceled_at: { gte: seconds(START) } })).toEqual([dropped.id]);

    await clock.advanceTo(later(FEBRUARY, HOUR));
    const begun = await stripe.subscriptionSchedules.retrieve(kept.id, { expand: ["subscription"] });
    expect(begun).toMatchObject({ status: "active", subscription: { status: "active" } });
    expect(await list({ scheduled: true })).toEqual([]);
  });

  it("is refused where its phases do not follow one another, or say what does not fit", async () => {
    const world = await scheduled();
    const { big, customer, schedule, small, stripe } = world;
    const update = (phases: Stripe.SubscriptionScheduleUpdateParams.Phase[]) =>
      refusal(stripe.subscriptionSchedules.update(schedule.id, { phases }));
    const items = [{ price: small.id }];
    expect((await update([{ items }])).message).toContain("anchor end dates");
    expect((await update([{ items, start_date: seconds(FEBRUARY) }])).message).toContain("start date");
    const current = { items, start_date: seconds(START), end_date: seconds(FEBRUARY) };
    expect((await update([current, { items, start_date: seconds(MARCH) }])).param).toBe(
      "phases[1][start_date]",
    );
    expect((await update([{ ...current, end_date: seconds(START) }])).param).toBe("phases[0][end_date]");
    expect((await update([{ ...current, trial_end: seconds(MARCH) }])).param).toBe("phases[0][trial_end]");
    expect((await update([{ ...current, currency: "eur" }])).param).toBe("phases[0][currency]");
    expect((await update([{ ...current, items: [{ price: "price_missing" }] }])).param).toBe(
      "phases[0][items][0][price]",
    );
    await stripe.prices.update(big.id, { active: false });
    expect((await update([{ ...current, items: [{ price: big.id }] }])).message).toContain("inactive");
    expect((await refusal(stripe.subscriptionSchedules.create({ customer: customer.id }))).param).toBe(
      "phases",
    );
    expect((await refusal(stripe.subscriptionSchedules.retrieve("sub_sched_none"))).message).toBe(
      "No such subscription schedule: 'sub_sched_none'",
    );
  });
});
