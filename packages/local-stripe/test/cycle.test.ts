import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type { LocalStripeOptions } from "../src/index.js";
import { cardholder, idOf, monthly, startClock, startLocal } from "./support/local.js";

const START = new Date(Date.UTC(2027, 0, 1, 12));
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

const seconds = (moment: Date): number => moment.getTime() / 1000;
const after = (days: number, hours = 0): Date => new Date(START.getTime() + days * DAY + hours * HOUR);

/** A month that begins with January has 31 days, and then February's. */
const FEBRUARY = 31;
const MARCH = 59;

const TOLD = ["invoice.", "customer.subscription.", "subscription_schedule."];

/** A customer on a test clock with a price, and what its subscriptions make happen, as a list of times and types. */
async function shop(options: LocalStripeOptions = {}, card = "pm_card_visa") {
  const { local, stripe } = await startLocal(options);
  const clock = await startClock(stripe, START);
  const customer = await cardholder(stripe, card, clock.id);
  const price = await monthly(stripe, 2000);
  const subscribe = (params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
    stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
  /** What happened after a moment, as "31d 0h customer.subscription.updated". */
  const happened = async (since: Date) => {
    const events = await stripe.events.list({ limit: 100, created: { gt: seconds(since) } });
    return events.data
      .filter(({ type }) => TOLD.some((prefix) => type.startsWith(prefix)))
      .map(({ created, type }) => {
        const hours = Math.round((created - seconds(START)) / 3600);
        return `${Math.floor(hours / 24)}d ${hours % 24}h ${type}`;
      })
      .reverse();
  };
  return { local, stripe, clock, customer, price, subscribe, happened };
}

async function useCard(stripe: Stripe, customer: string, token: string): Promise<void> {
  const { id } = await stripe.paymentMethods.attach(token, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
}

describe("by its clock a subscription", () => {
  it("is announced, renewed and charged, period by period", async () => {
    const { clock, happened, subscribe } = await shop();
    await subscribe();
    await clock.advanceTo(after(MARCH, 2));
    expect(await happened(START)).toEqual([
      "24d 0h invoice.upcoming",
      "31d 0h invoice.created",
      "31d 0h customer.subscription.updated",
      "31d 1h invoice.finalized",
      "31d 1h invoice.paid",
      "31d 1h invoice.payment_succeeded",
      "52d 0h invoice.upcoming",
      "59d 0h invoice.created",
      "59d 0h customer.subscription.updated",
      "59d 1h invoice.finalized",
      "59d 1h invoice.paid",
      "59d 1h invoice.payment_succeeded",
    ]);
  });

  it("is told of before its trial ends, and billed then", async () => {
    const { clock, happened, subscribe } = await shop();
    await subscribe({ trial_period_days: 14 });
    await clock.advanceTo(after(15));
    expect(await happened(START)).toEqual([
      "7d 0h invoice.upcoming",
      "11d 0h customer.subscription.trial_will_end",
      "14d 0h invoice.created",
      "14d 0h customer.subscription.updated",
      "14d 1h invoice.finalized",
      "14d 1h invoice.paid",
      "14d 1h invoice.payment_succeeded",
    ]);
  });

  it("is past due while its charge is tried again, and canceled after the last attempt", async () => {
    const { clock, customer, happened, stripe, subscribe } = await shop();
    const { id } = await subscribe();
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await clock.advanceTo(after(MARCH));
    expect(await happened(after(FEBRUARY - 1))).toEqual([
      "31d 0h invoice.created",
      "31d 0h customer.subscription.updated",
      "31d 1h invoice.finalized",
      "31d 1h invoice.payment_failed",
      "31d 1h customer.subscription.updated",
      "34d 1h invoice.payment_failed",
      "39d 1h invoice.payment_failed",
      "46d 1h invoice.payment_failed",
      "46d 1h customer.subscription.deleted",
      "46d 1h invoice.updated",
    ]);
    const ended = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
    expect(ended).toMatchObject({
      status: "canceled",
      cancellation_details: { reason: "payment_failed" },
      latest_invoice: { status: "open", auto_advance: false, attempt_count: 4, next_payment_attempt: null },
    });
  });

  it("is unpaid after the last attempt where that is set, is billed in drafts, and active once it is paid", async () => {
    const { clock, customer, happened, stripe, subscribe } = await shop({ afterLastAttempt: "unpaid" });
    const { id } = await subscribe();
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await clock.advanceTo(after(MARCH, 2));
    expect((await happened(after(FEBRUARY + 14))).slice(0, 2)).toEqual([
      "46d 1h invoice.payment_failed",
      "46d 1h customer.subscription.updated",
    ]);
    const unpaid = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
    expect(unpaid).toMatchObject({
      status: "unpaid",
      latest_invoice: { status: "draft", auto_advance: false, attempt_count: 0 },
    });
    await useCard(stripe, customer.id, "pm_card_visa");
    await stripe.invoices.pay((unpaid.latest_invoice as Stripe.Invoice).id);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  });

  it("stays past due after the last attempt where that is set", async () => {
    const { clock, customer, stripe, subscribe } = await shop({ afterLastAttempt: "past_due" });
    const { id } = await subscribe();
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await clock.advanceTo(after(MARCH - 1));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("past_due");
  });

  it("is active again when a later attempt goes through", async () => {
    const { clock, customer, happened, stripe, subscribe } = await shop();
    await subscribe();
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await clock.advanceTo(after(FEBRUARY, 2));
    await useCard(stripe, customer.id, "pm_card_visa");
    await clock.advanceTo(after(FEBRUARY + 4));
    expect((await happened(after(FEBRUARY, 1))).slice(-3)).toEqual([
      "34d 1h invoice.paid",
      "34d 1h customer.subscription.updated",
      "34d 1h invoice.payment_succeeded",
    ]);
  });

  it("ends when it was to end, without an announcement of another invoice", async () => {
    const { clock, happened, stripe, subscribe } = await shop();
    const { id } = await subscribe();
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await clock.advanceTo(after(MARCH));
    expect(await happened(START)).toEqual(["31d 0h customer.subscription.deleted"]);
  });

  it("that never began is given up after 23 hours", async () => {
    const { clock, happened, stripe, subscribe } = await shop({}, "pm_card_chargeCustomerFail");
    const { id } = await subscribe();
    await clock.advanceTo(after(2));
    expect(await happened(START)).toEqual(["0d 23h invoice.voided", "0d 23h customer.subscription.updated"]);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("incomplete_expired");
  });
});

describe("the end of a trial", () => {
  const announced = async (stripe: Stripe) =>
    (await stripe.events.list({ type: "customer.subscription.trial_will_end" })).data.length;

  it("is announced at once where the trial is shorter than three days, or is made so, or ended", async () => {
    const { stripe, subscribe } = await shop();
    await subscribe({ trial_period_days: 2 });
    expect(await announced(stripe)).toBe(1);
    const long = await subscribe({ trial_period_days: 14 });
    expect(await announced(stripe)).toBe(1);
    await stripe.subscriptions.update(long.id, { trial_end: seconds(after(1)) });
    expect(await announced(stripe)).toBe(2);
    const ended = await subscribe({ trial_period_days: 14 });
    await stripe.subscriptions.update(ended.id, { trial_end: "now" });
    expect(await announced(stripe)).toBe(3);
  });

  it("is announced anew when the trial is extended", async () => {
    const { clock, stripe, subscribe } = await shop();
    const { id } = await subscribe({ trial_period_days: 5 });
    await clock.advanceTo(after(3));
    await stripe.subscriptions.update(id, { trial_end: seconds(after(20)) });
    expect(await announced(stripe)).toBe(1);
    await clock.advanceTo(after(18));
    expect(await announced(stripe)).toBe(2);
  });
});

describe("the invoice that is announced", () => {
  it("is the next one, discounts and a scheduled phase included, and has no id", async () => {
    const { clock, stripe, subscribe } = await shop();
    const { id: coupon } = await stripe.coupons.create({ percent_off: 50, duration: "forever" });
    const { id } = await subscribe({ discounts: [{ coupon }] });
    const bigger = await monthly(stripe, 6000, "Big");
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
    const [current] = schedule.phases;
    await stripe.subscriptionSchedules.update(schedule.id, {
      phases: [
        {
          items: [{ price: idOf(current?.items[0]?.price) }],
          discounts: [{ discount: idOf(current?.discounts[0]?.discount) }],
          start_date: Number(current?.start_date),
          end_date: Number(current?.end_date),
        },
        { items: [{ price: bigger.id }], discounts: [{ coupon }] },
      ],
    });
    await clock.advanceTo(after(25));
    const [event] = (await stripe.events.list({ type: "invoice.upcoming" })).data;
    const upcoming = event?.data.object as Stripe.Invoice;
    expect(upcoming).toMatchObject({
      billing_reason: "upcoming",
      total: 3000,
      status: "draft",
      number: null,
    });
    expect(upcoming).not.toHaveProperty("id");
    const preview = await stripe.invoices.createPreview({ subscription: id });
    expect(preview.total).toBe(3000);
    await clock.advanceTo(after(FEBRUARY));
    const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoice?.total).toBe(3000);
  });
});

describe("a cancellation at once", () => {
  async function halfway() {
    const world = await shop();
    const { id } = await world.subscribe();
    await world.clock.advanceTo(after(15, 12));
    return { ...world, id };
  }

  it("drops what is pending, and gives nothing back", async () => {
    const { id, stripe } = await halfway();
    const { items } = await stripe.subscriptions.retrieve(id);
    await stripe.subscriptions.update(id, { items: [{ id: String(items.data[0]?.id), quantity: 5 }] });
    await stripe.subscriptions.cancel(id);
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  });

  it("bills at once what is pending, and credits what is left, as it is told", async () => {
    const { customer, id, stripe } = await halfway();
    const { items } = await stripe.subscriptions.retrieve(id);
    const preview = await stripe.invoices.createPreview({
      subscription: id,
      subscription_details: { cancel_now: true },
    });
    expect(preview.total).toBe(-1000);
    await stripe.subscriptions.update(id, { items: [{ id: String(items.data[0]?.id), quantity: 5 }] });
    const ended = await stripe.subscriptions.cancel(id, {
      invoice_now: true,
      prorate: true,
      cancellation_details: { feedback: "unused", comment: "bye" },
      expand: ["latest_invoice"],
    });
    expect(ended).toMatchObject({
      status: "canceled",
      cancellation_details: { reason: "cancellation_requested", feedback: "unused", comment: "bye" },
      latest_invoice: { total: -1000 + 5000 - 5000, status: "paid" },
    });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -1000 });
  });

  it("bills what is pending without a credit, where only that is said", async () => {
    const { id, stripe } = await halfway();
    const { items } = await stripe.subscriptions.retrieve(id);
    await stripe.subscriptions.update(id, { items: [{ id: String(items.data[0]?.id), quantity: 5 }] });
    const ended = await stripe.subscriptions.cancel(id, { invoice_now: true, expand: ["latest_invoice"] });
    expect(ended.latest_invoice).toMatchObject({ total: 4000, status: "paid" });
  });

  it("stops the collection of what is open", async () => {
    const { clock, customer, stripe, subscribe } = await shop();
    const { id } = await subscribe();
    await useCard(stripe, customer.id, "pm_card_chargeCustomerFail");
    await clock.advanceTo(after(FEBRUARY, 2));
    await stripe.subscriptions.cancel(id);
    const [invoice] = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoice).toMatchObject({ status: "open", auto_advance: false, next_payment_attempt: null });
  });
});
