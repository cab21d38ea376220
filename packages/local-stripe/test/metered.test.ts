import type Stripe from "stripe";
import { beforeEach, describe, expect, it } from "vitest";
import { cardholder, idOf, monthly, refusal, startClock, startLocal } from "./support/local.js";

const DAY = 24 * 3600 * 1000;
const JANUARY = new Date(Date.UTC(2027, 0, 1));
const FEBRUARY = new Date(Date.UTC(2027, 1, 1));

let stripe: Stripe;
let customer: string;
let metered: Stripe.Price;
let advanceTo: (moment: Date) => Promise<void>;

beforeEach(async () => {
  ({ stripe } = await startLocal());
  const clock = await startClock(stripe, JANUARY);
  advanceTo = clock.advanceTo;
  customer = (await cardholder(stripe, "pm_card_visa", clock.id)).id;
  metered = await meteredPrice("api_call", "0.5");
});

/** A monthly price of a meter of its own, in cents for each use. */
async function meteredPrice(eventName: string, cents: string): Promise<Stripe.Price> {
  const meter = await stripe.billing.meters.create({
    display_name: eventName,
    event_name: eventName,
    default_aggregation: { formula: "sum" },
  });
  const product = await stripe.products.create({ name: "Calls" });
  return stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount_decimal: cents as never, // the SDK's own decimal class is written as this text
    recurring: { interval: "month", usage_type: "metered", meter: meter.id },
  });
}

const use = (value: number, on: Date, eventName = "api_call") =>
  stripe.billing.meterEvents.create({
    event_name: eventName,
    payload: { stripe_customer_id: customer, value: String(value) },
    timestamp: on.getTime() / 1000,
  });

const day = (after: number): Date => new Date(JANUARY.getTime() + after * DAY);

async function linesOf(invoice: string | Stripe.Invoice | null): Promise<(string | number | null)[][]> {
  const { data } = await stripe.invoices.listLineItems(idOf(invoice) ?? "");
  return data.map((line) => [line.description, line.amount, line.quantity]);
}

describe("a metered price", () => {
  it("has no quantity, and none may be given", async () => {
    const create = (item: Stripe.SubscriptionCreateParams.Item) =>
      stripe.subscriptions.create({ customer, items: [item] });
    expect(await refusal(create({ price: metered.id, quantity: 2 }))).toMatchObject({
      param: "items[0][quantity]",
      message:
        "Quantity should not be specified where usage_type is `metered`. Remove quantity from `items[0]`",
    });
    const { id, items } = await create({ price: metered.id });
    const [item] = items.data;
    expect(item).not.toHaveProperty("quantity");
    const change = stripe.subscriptions.update(id, { items: [{ id: item?.id ?? "", quantity: 2 }] });
    expect((await refusal(change)).param).toBe("items[0][quantity]");
  });

  it("bills nothing ahead, and what was used of it with the next period", async () => {
    const flat = await monthly(stripe, 1000);
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: flat.id }, { price: metered.id }],
    });
    expect(await linesOf(subscription.latest_invoice)).toEqual([["1 × Gold (at $10.00 / month)", 1000, 1]]);
    await advanceTo(day(20));
    await use(300, day(3));
    await use(101, day(19));
    const upcoming = await stripe.invoices.createPreview({ subscription: subscription.id });
    expect(upcoming.total).toBe(1000 + 201);
    await advanceTo(FEBRUARY);

    const { latest_invoice } = await stripe.subscriptions.retrieve(subscription.id, {
      expand: ["latest_invoice"],
    });
    const invoice = latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({ billing_reason: "subscription_cycle", total: 1201 });
    expect(await linesOf(invoice)).toEqual([
      ["401 × Calls (at $0.005 / month)", 201, 401],
      ["1 × Gold (at $10.00 / month)", 1000, 1],
    ]);
    const [used] = invoice.lines.data;
    expect(used?.period).toEqual({ start: JANUARY.getTime() / 1000, end: FEBRUARY.getTime() / 1000 });
  });

  it("bills each use in the period it happened in, and nothing for less than none", async () => {
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: metered.id }] });
    await advanceTo(day(30));
    await use(10, day(30));
    await advanceTo(new Date(FEBRUARY.getTime() + DAY));
    await use(-20, FEBRUARY);
    const march = new Date(Date.UTC(2027, 2, 1));
    await advanceTo(march);
    const { data } = await stripe.invoices.list({ subscription: id });
    expect(data.map((invoice) => invoice.lines.data.map((line) => line.quantity))).toEqual([[0], [10]]);
  });

  it("is not billed for a trial", async () => {
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: metered.id }],
      trial_end: day(10).getTime() / 1000,
    });
    await advanceTo(day(5));
    await use(100, day(5));
    await advanceTo(day(11));
    expect(await linesOf((await stripe.subscriptions.retrieve(id)).latest_invoice)).toEqual([]);
  });

  it("that is changed for another is billed for what was used until then, and the other from then on", async () => {
    const dearer = await meteredPrice("call", "100");
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: metered.id }] });
    await advanceTo(day(10));
    await use(200, day(9));
    await use(7, day(9), "call");
    const item = items.data[0]?.id ?? "";
    const changed = await stripe.subscriptions.update(id, { items: [{ id: item, price: dearer.id }] });
    expect(changed.items.data[0]).toMatchObject({ id: item, current_period_start: JANUARY.getTime() / 1000 });
    await advanceTo(day(20));
    await use(3, day(15), "call");
    await use(50, day(15));
    await advanceTo(FEBRUARY);
    expect(await linesOf((await stripe.subscriptions.retrieve(id)).latest_invoice)).toEqual([
      ["200 × Calls (at $0.005 / month)", 100, 200],
      ["3 × Calls (at $1.00 / month)", 300, 3],
    ]);
  });

  it("that is taken away without prorations is not billed", async () => {
    const flat = await monthly(stripe, 1000);
    const { id, items } = await stripe.subscriptions.create({
      customer,
      items: [{ price: flat.id }, { price: metered.id }],
    });
    await advanceTo(day(10));
    await use(200, day(9));
    const item = items.data[1]?.id ?? "";
    await stripe.subscriptions.update(id, {
      items: [{ id: item, deleted: true }],
      proration_behavior: "none",
    });
    const upcoming = await stripe.invoices.createPreview({ subscription: id });
    expect(upcoming.total).toBe(1000);
  });

  it("is billed a last time when the subscription ends as scheduled, or at once where that is asked for", async () => {
    const price = metered.id;
    const scheduled = await stripe.subscriptions.create({ customer, items: [{ price }] });
    await stripe.subscriptions.update(scheduled.id, { cancel_at_period_end: true });
    await advanceTo(day(10));
    await use(200, day(9));
    expect((await stripe.invoices.createPreview({ subscription: scheduled.id })).total).toBe(100);
    await advanceTo(FEBRUARY);
    const ended = await stripe.subscriptions.retrieve(scheduled.id, { expand: ["latest_invoice"] });
    expect(ended.status).toBe("canceled");
    expect(ended.latest_invoice).toMatchObject({ status: "paid", total: 100 });

    const [billed, dropped] = [
      await stripe.subscriptions.create({ customer, items: [{ price }] }),
      await stripe.subscriptions.create({ customer, items: [{ price }] }),
    ];
    await use(40, FEBRUARY);
    await advanceTo(new Date(FEBRUARY.getTime() + DAY));
    await stripe.subscriptions.cancel(billed.id, { invoice_now: true });
    await stripe.subscriptions.cancel(dropped.id);
    const last = async (id: string) => {
      const { latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
      return (latest_invoice as Stripe.Invoice | null)?.total;
    };
    // In flexible billing a subscription of metered prices alone has no first invoice.
    expect([await last(billed.id), await last(dropped.id)]).toEqual([20, undefined]);
  });
});
