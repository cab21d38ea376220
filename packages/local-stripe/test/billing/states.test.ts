import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../support/it.js";
import { cardholder, idOf, monthly, refusal, startClock, startLocal, subscribe } from "../support/local.js";

const DAY = 24 * 3600 * 1000;
const START = new Date(Date.UTC(2027, 3, 1));
const after = (days: number): Date => new Date(START.getTime() + days * DAY);

describe("a subscription whose first invoice is not paid", () => {
  it.each([
    ["cancel_at_period_end", { cancel_at_period_end: true }],
    ["description", { description: "later" }],
    ["pause_collection", { pause_collection: { behavior: "void" } }],
    ["trial_end", { trial_end: Math.floor(Date.now() / 1000) + 864_000 }],
    ["collection_method", { collection_method: "send_invoice", days_until_due: 3 }],
  ] as const)("takes no %s", async (name, params) => {
    const { stripe } = await startLocal();
    const { id } = await incomplete(stripe);
    expect((await refusal(stripe.subscriptions.update(id, params))).param).toBe(name);
  });

  it("takes metadata, and any change once it is paid", async ({ stripe }) => {
    const { id, latest_invoice } = await incomplete(stripe);
    const noted = await stripe.subscriptions.update(id, { metadata: { note: "1" } });
    expect(noted).toMatchObject({ metadata: { note: "1" }, status: "incomplete" });
    await stripe.invoices.pay(idOf(latest_invoice));
    await stripe.subscriptions.update(id, { description: "later" });
  });
});

function incomplete(stripe: Stripe): Promise<Stripe.Subscription> {
  return subscribeWith(stripe, { payment_behavior: "default_incomplete" });
}

async function subscribeWith(
  stripe: Stripe,
  params: Partial<Stripe.SubscriptionCreateParams>,
): Promise<Stripe.Subscription> {
  const { id: customer } = await stripe.customers.create();
  const price = await monthly(stripe);
  return stripe.subscriptions.create({ customer, items: [{ price: price.id }], ...params });
}

it("an invoice that was sent and is not paid in time makes its subscription past due, until it is paid", async ({
  stripe,
}) => {
  const clock = await startClock(stripe, START);
  const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
  const { id } = await subscribeWith(stripe, {
    customer,
    collection_method: "send_invoice",
    days_until_due: 7,
  });
  await clock.advanceTo(after(6));
  expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  await clock.advanceTo(after(8));
  const { latest_invoice: invoice, status } = await stripe.subscriptions.retrieve(id);
  expect(status).toBe("past_due");
  const { data } = await stripe.events.list({ type: "invoice.overdue" });
  expect(data).toHaveLength(1);
  await stripe.invoices.pay(idOf(invoice), { paid_out_of_band: true });
  expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
});

describe("a trial that is ended at once", () => {
  it.each([
    ["pause", "paused"],
    ["cancel", "canceled"],
    ["create_invoice", "active"],
  ] as const)("without a payment method does as `%s` says", async (missing_payment_method, status) => {
    const { stripe } = await startLocal();
    const { id } = await subscribeWith(stripe, {
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method } },
    });
    expect((await stripe.subscriptions.update(id, { trial_end: "now" })).status).toBe(status);
  });

  it("is billed on the card that there is", async ({ stripe }) => {
    const { id: customer } = await cardholder(stripe);
    const { id } = await subscribeWith(stripe, {
      customer,
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: "cancel" } },
    });
    expect((await stripe.subscriptions.update(id, { trial_end: "now" })).status).toBe("active");
  });
});

describe("the list of subscriptions", () => {
  it("holds what expired unpaid, and leaves out what was canceled", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    const expired = await subscribeWith(stripe, { customer, payment_behavior: "default_incomplete" });
    const canceled = await subscribeWith(stripe, { customer });
    await stripe.subscriptions.cancel(canceled.id);
    await clock.advanceTo(after(2));
    const { data } = await stripe.subscriptions.list({ customer });
    expect(data.map(({ id, status }) => [id, status])).toEqual([[expired.id, "incomplete_expired"]]);
    const read = await stripe.customers.retrieve(customer, { expand: ["subscriptions"] });
    expect(read).toMatchObject({ subscriptions: { data: [{ id: expired.id }] } });
  });

  it("does not go on from one that was canceled, but from any in a list of all", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    await stripe.subscriptions.cancel(id);
    const walk = (status?: "all") =>
      stripe.subscriptions.list({ customer: idOf(customer), starting_after: id, ...(status && { status }) });
    expect(await refusal(walk())).toMatchObject({
      code: "resource_missing",
      param: "starting_after",
      statusCode: 400,
    });
    expect((await walk("all")).data).toEqual([]);
  });
});

describe("a customer's balance", () => {
  it("takes what is too little to charge, and the next invoice asks for it", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    const price = await monthly(stripe, 30);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: 30 });
    await clock.advanceTo(after(31));
    const { data } = await stripe.invoices.list({ subscription: id });
    expect(data.map((one) => [one.status, one.amount_due])).toEqual([
      ["paid", 60],
      ["paid", 0],
    ]);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: 0 });
  });

  it.each([-300, 250])("of %d that an invoice used comes back when that is voided", async (balance) => {
    const { stripe } = await startLocal();
    const { id: customer } = await stripe.customers.create({ balance });
    const { latest_invoice } = await subscribeWith(stripe, {
      customer,
      payment_behavior: "default_incomplete",
    });
    const invoice = await stripe.invoices.retrieve(idOf(latest_invoice));
    expect(invoice).toMatchObject({
      amount_due: 2000 + balance,
      starting_balance: balance,
      ending_balance: 0,
    });
    await stripe.invoices.voidInvoice(idOf(latest_invoice));
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance });
  });
});

it("a customer is billed in one currency at a time", async ({ stripe }) => {
  const { customer, id } = await subscribe(stripe);
  const { product } = await monthly(stripe);
  const euros = await stripe.prices.create({
    product: idOf(product),
    currency: "eur",
    unit_amount: 2000,
    recurring: { interval: "month" },
  });
  const subscribeInEuros = () =>
    stripe.subscriptions.create({ customer: idOf(customer), items: [{ price: euros.id }] });
  expect((await refusal(subscribeInEuros())).param).toBe("currency");
  const page = stripe.checkout.sessions.create({
    mode: "subscription",
    customer: idOf(customer),
    line_items: [{ price: euros.id, quantity: 1 }],
    success_url: "https://app.example.com/done",
  });
  expect((await refusal(page)).param).toBe("currency");
  const phases = [{ items: [{ price: euros.id }], duration: { interval: "month" as const } }];
  const later = Math.floor(Date.now() / 1000) + 86_400;
  const schedule = () =>
    stripe.subscriptionSchedules.create({ customer: idOf(customer), start_date: later, phases });
  expect((await refusal(schedule())).param).toBe("currency");
  await stripe.subscriptions.cancel(id);
  expect((await subscribeInEuros()).currency).toBe("eur");
});

it("a card that was detached is not attached again", async ({ stripe }) => {
  const customer = await cardholder(stripe);
  const method = idOf(customer.invoice_settings.default_payment_method);
  await stripe.paymentMethods.detach(method);
  const again = stripe.paymentMethods.attach(method, { customer: customer.id });
  expect((await refusal(again)).message).toContain("may not be used again");
});

it("a test clock advances by two intervals of its shortest subscription, or by two years without one", async ({
  stripe,
}) => {
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: START.getTime() / 1000 });
  const advance = (moment: number) =>
    stripe.testHelpers.testClocks.advance(id, { frozen_time: moment / 1000 });
  expect((await refusal(advance(Date.UTC(2029, 3, 1) + 1000))).param).toBe("frozen_time");
  const { id: customer } = await stripe.customers.create({ test_clock: id });
  await subscribeWith(stripe, { customer });
  expect((await refusal(advance(Date.UTC(2027, 5, 1) + 1000))).param).toBe("frozen_time");
  await advance(Date.UTC(2027, 5, 1));
});

it.each(["nonsense", "@", "a b@example.com"])("an e-mail address is not %s", async (email) => {
  const { stripe } = await startLocal();
  expect(await refusal(stripe.customers.create({ email }))).toMatchObject({
    code: "email_invalid",
    param: "email",
  });
});

it("a schedule whose customer has no card begins with an incomplete subscription, which can be paid", async () => {
  const { local, stripe } = await startLocal({ requirePaymentMethod: true });
  const { id: customer } = await stripe.customers.create();
  const price = await monthly(stripe);
  const { id } = await stripe.subscriptionSchedules.create({
    customer,
    start_date: Math.floor(Date.now() / 1000) + 3600,
    phases: [{ items: [{ price: price.id }], duration: { interval: "month", interval_count: 1 } }],
  });
  local.advanceBy(2 * 3600 * 1000);
  expect(local.dueFailures).toEqual([]);
  const { subscription } = await stripe.subscriptionSchedules.retrieve(id);
  const begun = await stripe.subscriptions.retrieve(idOf(subscription));
  expect(begun.status).toBe("incomplete");
  await stripe.invoices.pay(idOf(begun.latest_invoice), { paid_out_of_band: true });
  expect((await stripe.subscriptions.retrieve(begun.id)).status).toBe("active");
});

it("a portal that lets customers change plans lets them change their card", async ({ stripe }) => {
  const { id, product } = await monthly(stripe);
  const create = (enabled: boolean) =>
    stripe.billingPortal.configurations.create({
      features: {
        payment_method_update: { enabled },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ["price"],
          products: [{ product: idOf(product), prices: [id] }],
        },
      },
    });
  expect((await refusal(create(false))).message).toContain("payment method update is disabled");
  const { id: made } = await create(true);
  const off = stripe.billingPortal.configurations.update(made, {
    features: { payment_method_update: { enabled: false } },
  });
  expect((await refusal(off)).param).toBe("features[payment_method_update][enabled]");
});
