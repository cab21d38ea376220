import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { at, itInApril as it } from "../support/april.js";
import { monthly, refusal } from "../support/local.js";

const MODES = ["classic", "flexible"] as const;

const itemOf = ({ items }: Stripe.Subscription): string => items.data[0]?.id ?? "";

describe("what waits for an invoice", () => {
  it("is billed by the next one, also where that is made at once for another change", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe();
    const id = itemOf(subscription);
    await stripe.subscriptions.update(subscription.id, { items: [{ id, quantity: 3 }] });
    await advanceTo("2027-04-15");
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id, quantity: 1 }],
      proration_behavior: "always_invoice",
    });
    const [first, second] = await totals(subscription);
    expect(first).toBe(3000);
    expect(second).toBeGreaterThan(0);
    const { data } = await stripe.invoices.list({ subscription: subscription.id, limit: 1 });
    expect(data[0]?.lines.data.map((line) => Math.sign(line.amount))).toEqual([-1, 1, -1, 1]);
    await advanceTo("2027-05-01");
    expect((await totals(subscription)).at(-1)).toBe(3000);
  });

  it("stands before the new period, the latest first", async ({ stripe, subscribe, advanceTo }) => {
    const subscription = await subscribe();
    for (const [day, quantity] of [
      ["2027-04-05", 2],
      ["2027-04-10", 3],
    ] as const) {
      await advanceTo(day);
      await stripe.subscriptions.update(subscription.id, { items: [{ id: itemOf(subscription), quantity }] });
    }
    const upcoming = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(upcoming.lines.data.map((line) => new Date(line.period.start * 1000).getUTCDate())).toEqual([
      10, 10, 5, 5, 1,
    ]);
  });
});

describe("from free to paid", () => {
  it.for(["create_prorations", "none"] as const)(
    "begins the cycle anew and bills at once in classic billing, with %s",
    async (proration_behavior, { stripe, gold, subscribe, totals, advanceTo }) => {
      const free = await monthly(stripe, 0, "Free");
      const subscription = await subscribe({
        items: [{ price: free.id }],
        billing_mode: { type: "classic" },
      });
      await advanceTo("2027-04-16");
      const paid = await stripe.subscriptions.update(subscription.id, {
        items: [{ id: itemOf(subscription), price: gold.id }],
        proration_behavior,
      });
      expect(paid.billing_cycle_anchor).toBe(paid.items.data[0]?.current_period_start);
      expect(paid.billing_cycle_anchor).toBeGreaterThan(at("2027-04-15"));
      expect(await totals(subscription)).toEqual([0, 3000]);
    },
  );

  it("leaves the anchor in flexible billing, and prorates", async ({
    stripe,
    gold,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const free = await monthly(stripe, 0, "Free");
    const subscription = await subscribe({ items: [{ price: free.id }] });
    await advanceTo("2027-04-16");
    const paid = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription), price: gold.id }],
    });
    expect(paid.billing_cycle_anchor).toBe(subscription.billing_cycle_anchor);
    expect(await totals(subscription)).toEqual([0]);
  });
});

describe("a billing anchor in the future", () => {
  it.for(MODES)(
    "has the part of a period before it prorated in %s billing",
    async (type, { subscribe, totals, advanceTo }) => {
      await advanceTo("2027-04-20");
      const subscription = await subscribe({
        billing_cycle_anchor: at("2027-05-01") + 2 * 3600,
        billing_mode: { type },
      });
      expect(await totals(subscription)).toEqual([1100]); // 11 of 30 days
      await advanceTo("2027-05-03");
      expect(await totals(subscription)).toEqual([1100, 3000]);
    },
  );

  it("credits of that part what it cost, and not a whole period", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    await advanceTo("2027-04-20");
    const subscription = await subscribe({ billing_cycle_anchor: at("2027-05-01") + 2 * 3600 });
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription), quantity: 2 }],
      proration_behavior: "always_invoice",
    });
    expect(await totals(subscription)).toEqual([1100, 1100]);
  });

  it.for(MODES)(
    "is free until then without proration, and has no invoice in %s billing",
    async (type, { stripe, subscribe, totals, advanceTo }) => {
      const subscription = await subscribe({
        billing_cycle_anchor: at("2027-04-21"),
        billing_mode: { type },
        proration_behavior: "none",
      });
      expect(subscription).toMatchObject({ latest_invoice: null, status: "active" });
      await stripe.subscriptions.update(subscription.id, {
        items: [{ id: itemOf(subscription), quantity: 2 }],
      });
      await advanceTo("2027-04-22");
      expect(await totals(subscription)).toEqual([6000]);
    },
  );

  it("follows a trial with what is left of the period", async ({ subscribe, totals, advanceTo }) => {
    const subscription = await subscribe({
      trial_end: at("2027-04-16"),
      billing_cycle_anchor: at("2027-05-01"),
    });
    expect(subscription.billing_cycle_anchor).toBe(at("2027-05-01"));
    expect(subscription.items.data[0]?.current_period_end).toBe(at("2027-04-16"));
    await advanceTo("2027-05-02");
    expect(await totals(subscription)).toEqual([0, 1500, 3000]);
  });

  it("is refused before it, at it, and after the next natural billing date", async ({ subscribe }) => {
    const now = at("2027-04-01");
    const trial_end = at("2027-04-16");
    for (const params of [
      { billing_cycle_anchor: now },
      { billing_cycle_anchor: at("2027-05-01") + 1 },
      { billing_cycle_anchor: trial_end - 1, trial_end },
      { billing_cycle_anchor: at("2027-05-16") + 1, trial_end },
      { billing_cycle_anchor: trial_end, trial_end, proration_behavior: "none" as const },
    ]) {
      expect((await refusal(subscribe(params))).param).toBe("billing_cycle_anchor");
    }
    await subscribe({ billing_cycle_anchor: trial_end, trial_end });
  });
});

describe("a trial that is added", () => {
  it("credits the time that was paid for and is free now", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe();
    await advanceTo("2027-04-16");
    await stripe.subscriptions.update(subscription.id, { trial_end: at("2027-05-16") });
    await advanceTo("2027-05-17");
    // Of 30 days, 14 and 22 hours were not used.
    expect(await totals(subscription)).toEqual([3000, 3000 - 1492]);
  });

  it("begins when it is added, also where there was one before", async ({ stripe, subscribe, advanceTo }) => {
    const subscription = await subscribe({ trial_period_days: 7 });
    await advanceTo("2027-04-20");
    const again = await stripe.subscriptions.update(subscription.id, { trial_end: at("2027-05-16") });
    expect(again.trial_start).toBeGreaterThan(at("2027-04-19"));
  });
});

it.for(["2027-03-01", "2027-06-01"])(
  "a proration is not reckoned from %s, outside the period",
  async (day, { stripe, subscribe }) => {
    const subscription = await subscribe();
    const items = [{ id: itemOf(subscription), quantity: 2 }];
    const change = { items, proration_date: at(day) };
    expect((await refusal(stripe.subscriptions.update(subscription.id, change))).param).toBe(
      "proration_date",
    );
    const preview = stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: change,
    });
    expect((await refusal(preview)).param).toBe("proration_date");
  },
);

describe("a subscription that ends", () => {
  it("bills what waits when its date comes, and not only what was used", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe();
    await advanceTo("2027-04-15");
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: itemOf(subscription), quantity: 3 }],
      cancel_at_period_end: true,
    });
    const { total } = await stripe.invoices.createPreview({ subscription: subscription.id });
    await advanceTo("2027-05-02");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("canceled");
    expect(total).toBeGreaterThan(3000);
    expect(await totals(subscription)).toEqual([3000, total]);
  });

  it("leaves its credit to the customer's next invoice, of whatever subscription", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe();
    await advanceTo("2027-04-15");
    await stripe.subscriptions.cancel(subscription.id, { prorate: true });
    const next = await subscribe();
    const [total] = await totals(next);
    expect(total).toBeLessThan(3000);
    expect(total).toBeGreaterThan(1000);
    // It is taken once.
    expect(await totals(await subscribe())).toEqual([3000]);
  });
});

describe("a pause within a period", () => {
  it("costs nothing, and the rest of the period is charged again when it goes on", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe();
    await advanceTo("2027-04-11");
    await stripe.subscriptions.pause(subscription.id);
    await advanceTo("2027-04-21");
    await stripe.subscriptions.resume(subscription.id, { billing_cycle_anchor: { type: "unchanged" } });
    await advanceTo("2027-05-02");
    // Ten of 30 days were paused.
    expect(await totals(subscription)).toEqual([3000, 3000 - 1000]);
  });

  it("bills what was used until then", async ({ stripe, customer, subscribe, totals, advanceTo }) => {
    const meter = await stripe.billing.meters.create({
      display_name: "Calls",
      event_name: "calls",
      default_aggregation: { formula: "sum" },
    });
    const price = await stripe.prices.create({
      currency: "usd",
      product_data: { name: "Calls" },
      unit_amount: 100,
      recurring: { interval: "month", usage_type: "metered", meter: meter.id },
    });
    const subscription = await subscribe({ items: [{ price: price.id }] });
    await advanceTo("2027-04-11");
    const timestamp = at("2027-04-05");
    const payload = { stripe_customer_id: customer, value: "7" };
    await stripe.billing.meterEvents.create({ event_name: "calls", payload, timestamp });
    await stripe.subscriptions.pause(subscription.id, { invoicing_behavior: "invoice" });
    await stripe.subscriptions.resume(subscription.id, { billing_cycle_anchor: { type: "unchanged" } });
    await advanceTo("2027-05-02");
    expect(await totals(subscription)).toEqual([700, 0]);
  });
});
