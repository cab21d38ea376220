import { describe, expect } from "vitest";
import { at, itInApril as it } from "../support/april.js";
import { idOf } from "../support/local.js";

/** April has 30 days, so that each costs 100. */
describe.each(["classic", "flexible"] as const)("an end on a date within a period (%s)", (type) => {
  const billing_mode = { type };

  it("credits the time after it, when it comes", async ({
    stripe,
    customer,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe({ billing_mode });
    await stripe.subscriptions.update(subscription.id, { cancel_at: at("2027-04-16") });
    await advanceTo("2027-04-16");
    expect(await totals(subscription)).toEqual([3000, -1500]);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -1500 });
    const { data } = await stripe.invoices.list({ subscription: subscription.id, limit: 1 });
    expect(data[0]?.lines.data).toMatchObject([
      {
        description: "Unused time on Gold after 16 Apr 2027",
        period: { start: at("2027-04-16"), end: at("2027-05-01") },
      },
    ]);
  });

  it("credits it at once where prorations are invoiced at once", async ({ stripe, subscribe, totals }) => {
    const subscription = await subscribe({ billing_mode });
    const end = { cancel_at: at("2027-04-16"), proration_behavior: "always_invoice" } as const;
    await stripe.subscriptions.update(subscription.id, end);
    expect(await totals(subscription)).toEqual([3000, -1500]);
  });

  it("credits nothing without prorations", async ({ stripe, subscribe, totals, advanceTo }) => {
    const subscription = await subscribe({ billing_mode });
    const end = { cancel_at: at("2027-04-16"), proration_behavior: "none" } as const;
    await stripe.subscriptions.update(subscription.id, end);
    await advanceTo("2027-04-16");
    expect(await totals(subscription)).toEqual([3000]);
  });

  it("is charged for again as far as it moves, and wholly when it is taken back", async ({
    stripe,
    subscribe,
    advanceTo,
  }) => {
    const subscription = await subscribe({ billing_mode });
    for (const cancel_at of [at("2027-04-16"), at("2027-04-21"), at("2027-04-11"), ""] as const) {
      await stripe.subscriptions.update(subscription.id, { cancel_at });
    }
    await advanceTo("2027-05-01");
    const { data } = await stripe.invoices.list({ subscription: subscription.id, limit: 1 });
    // What changed last stands first.
    expect(data[0]?.lines.data.map(({ amount }) => amount)).toEqual([2000, -1000, 500, -1500, 3000]);
  });

  it("leaves of a later change only the time until then to be prorated", async ({
    stripe,
    subscribe,
    totals,
    advanceTo,
  }) => {
    const subscription = await subscribe({ billing_mode });
    await stripe.subscriptions.update(subscription.id, { cancel_at: at("2027-04-21") });
    await advanceTo("2027-04-11");
    const [item] = subscription.items.data;
    const items = [{ id: item?.id ?? "", quantity: 2 }];
    await stripe.subscriptions.update(subscription.id, { items, proration_date: at("2027-04-11") });
    await advanceTo("2027-04-21");
    // Ten days are taken back, and charged for twice.
    expect(await totals(subscription)).toEqual([3000, -1000 - 1000 + 2000]);
  });

  it("is credited once where the subscription is canceled before", async ({ stripe, subscribe, totals }) => {
    const subscription = await subscribe({ billing_mode });
    await stripe.subscriptions.update(subscription.id, { cancel_at: at("2027-04-21") });
    await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    expect((await totals(subscription)).reduce((sum, total) => sum + total)).toBe(0);
  });

  it("always cuts a future period short", async ({ stripe, subscribe, totals, advanceTo }) => {
    const subscription = await subscribe({ billing_mode });
    const end = { cancel_at: at("2027-05-16") + 12 * 3600, proration_behavior: "none" } as const;
    await stripe.subscriptions.update(subscription.id, end);
    const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(preview.total).toBe(1500);
    await advanceTo("2027-05-17");
    expect(await totals(subscription)).toEqual([3000, 1500]);
  });

  it("cuts the first period short, unless it is not to be prorated", async ({
    subscribe,
    totals,
    advanceTo,
  }) => {
    const cancel_at = at("2027-04-16");
    const cut = await subscribe({ billing_mode, cancel_at });
    const whole = await subscribe({ billing_mode, cancel_at, proration_behavior: "none" });
    await advanceTo("2027-04-16");
    expect(await totals(cut)).toEqual([1500]);
    expect(await totals(whole)).toEqual([3000]);
  });
});

it("an end with the period credits nothing of a longer one", async ({
  stripe,
  gold,
  subscribe,
  totals,
  advanceTo,
}) => {
  const yearly = await stripe.prices.create({
    product: idOf(gold.product),
    currency: "usd",
    unit_amount: 36_500,
    recurring: { interval: "year" },
  });
  const subscription = await subscribe({
    items: [{ price: gold.id }, { price: yearly.id }],
    billing_mode: { type: "flexible" },
  });
  await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  await advanceTo("2027-05-01");
  expect(await totals(subscription)).toEqual([39_500]);
});
