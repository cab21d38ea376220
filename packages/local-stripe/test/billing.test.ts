import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "./support/browser.js";
import { it } from "./support/it.js";
import { cardholder, idOf, monthly, refusal, startClock, startLocal } from "./support/local.js";

const DAY = 24 * 3600 * 1000;
const START = new Date(Date.UTC(2027, 0, 1, 12));

const after = (days: number): Date => new Date(START.getTime() + days * DAY);

/** The types of what happened since a moment, oldest first. */
async function happened(stripe: Stripe, ...ignored: string[]): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100 });
  const known = [
    "product.",
    "price.",
    "customer.created",
    "customer.updated",
    "payment_method.",
    "test_helpers.",
    ...ignored,
  ];
  return events.data
    .map(({ type }) => type)
    .filter((type) => !known.some((prefix) => type.startsWith(prefix)))
    .reverse();
}

describe("the first invoice", () => {
  it("is made, final and paid together with the subscription", async ({ stripe }) => {
    const customer = await cardholder(stripe);
    const price = await monthly(stripe, 2000);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 3 }],
      expand: ["latest_invoice"],
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(subscription.status).toBe("active");
    expect(invoice).toMatchObject({
      status: "paid",
      billing_reason: "subscription_create",
      total: 6000,
      amount_paid: 6000,
      amount_remaining: 0,
      number: `${customer.invoice_prefix}-0001`,
      parent: { type: "subscription_details", subscription_details: { subscription: subscription.id } },
    });
    const [line] = invoice.lines.data;
    expect(line).toMatchObject({
      amount: 6000,
      quantity: 3,
      description: "3 × Gold (at $20.00 / month)",
      pricing: { price_details: { price: price.id } },
      period: { end: subscription.items.data[0]?.current_period_end },
    });
    expect(await happened(stripe)).toEqual([
      "customer.subscription.created",
      "invoice.created",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
    ]);
    expect((await stripe.invoices.list({ subscription: subscription.id, status: "paid" })).data).toHaveLength(
      1,
    );
    expect((await stripe.invoices.search({ query: `subscription:"${subscription.id}"` })).data).toHaveLength(
      1,
    );
    expect((await stripe.invoices.listLineItems(String(invoice.id))).data).toHaveLength(1);
  });

  it("that is declined leaves the subscription incomplete until it is paid, for 23 hours", async ({
    local,
    stripe,
  }) => {
    const customer = await cardholder(stripe, "pm_card_chargeCustomerFail");
    const price = await monthly(stripe);
    const create = () => stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const [paid, unpaid] = [await create(), await create()];
    expect(paid.status).toBe("incomplete");
    const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    const invoice = await stripe.invoices.pay(idOf(paid.latest_invoice), { payment_method: good.id });
    expect(invoice.status).toBe("paid");
    expect((await stripe.subscriptions.retrieve(paid.id)).status).toBe("active");
    local.advanceBy(23 * 3600 * 1000);
    expect((await stripe.subscriptions.retrieve(unpaid.id)).status).toBe("incomplete_expired");
    expect((await stripe.invoices.retrieve(idOf(unpaid.latest_invoice))).status).toBe("void");
  });

  it("waits to be confirmed with default_incomplete, and refuses everything with error_if_incomplete", async ({
    stripe,
  }) => {
    const customer = await cardholder(stripe, "pm_card_authenticationRequired");
    const price = await monthly(stripe);
    const params = { customer: customer.id, items: [{ price: price.id }] };
    const waiting = await stripe.subscriptions.create({
      ...params,
      payment_behavior: "default_incomplete",
      expand: ["latest_invoice.confirmation_secret"],
    });
    const invoice = waiting.latest_invoice as Stripe.Invoice;
    expect(waiting.status).toBe("incomplete");
    expect(invoice).toMatchObject({ status: "open", attempt_count: 0 });
    expect(invoice.confirmation_secret?.client_secret).toMatch(/^pi_\w+_secret_\w+$/);

    const error = await refusal(
      stripe.subscriptions.create({ ...params, payment_behavior: "error_if_incomplete" }),
    );
    expect(error).toMatchObject({ statusCode: 402, code: "authentication_required" });
    expect((await stripe.subscriptions.list({ status: "all" })).data.map(({ id }) => id)).toEqual([
      waiting.id,
    ]);
    const pay = await refusal(stripe.invoices.pay(String(invoice.id)));
    expect(pay.statusCode).toBe(402);
    expect((await stripe.invoices.retrieve(String(invoice.id))).attempt_count).toBe(1);
  });

  it("needs a payment method where the server is strict about it", async () => {
    const { stripe } = await startLocal({ requirePaymentMethod: true });
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const error = await refusal(stripe.subscriptions.create({ customer, items: [{ price: price.id }] }));
    expect(error).toMatchObject({ statusCode: 400, code: "resource_missing" });
    const trial = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      trial_period_days: 7,
    });
    expect(trial.status).toBe("trialing");
  });
});

describe("time on a test clock", () => {
  it("renews month by month, and each invoice is final an hour later", async ({ stripe }) => {
    const clock = await startClock(stripe, new Date(Date.UTC(2027, 0, 31, 12)));
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await clock.advanceTo(new Date(Date.UTC(2027, 1, 28, 12, 30)));
    const [draft] = (await stripe.invoices.list({ subscription: id })).data;
    expect(draft).toMatchObject({
      status: "draft",
      billing_reason: "subscription_cycle",
      test_clock: clock.id,
    });
    await clock.advanceTo(new Date(Date.UTC(2027, 3, 1)));
    const invoices = await stripe.invoices.list({ subscription: id });
    expect(invoices.data.map(({ status, total }) => [status, total])).toEqual([
      ["paid", 2000],
      ["paid", 2000],
      ["paid", 2000],
    ]);
    const { items } = await stripe.subscriptions.retrieve(id);
    expect(items.data[0]?.current_period_start).toBe(Date.UTC(2027, 2, 31, 12) / 1000);
    expect(items.data[0]?.current_period_end).toBe(Date.UTC(2027, 3, 30, 12) / 1000);
    expect((await happened(stripe)).slice(5, 11)).toEqual([
      "invoice.upcoming",
      "invoice.created",
      "customer.subscription.updated",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
    ]);
  });

  it("announces the end of a trial three days ahead, and then bills", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 14,
    });
    await clock.advanceTo(after(10));
    expect(await happened(stripe, "invoice.", "customer.subscription.created")).toEqual([]);
    await clock.advanceTo(after(12));
    expect(await happened(stripe, "invoice.", "customer.subscription.created")).toEqual([
      "customer.subscription.trial_will_end",
    ]);
    await clock.advanceTo(after(15));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
    const invoices = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoices.map(({ total, status }) => [total, status])).toEqual([
      [2000, "paid"],
      [0, "paid"],
    ]);
  });

  it.each([
    ["cancel", "canceled"],
    ["pause", "paused"],
  ] as const)("ends a trial without a payment method as its settings say: %s", async (missing, status) => {
    const { stripe } = await startLocal();
    const clock = await startClock(stripe, START);
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      trial_period_days: 5,
      trial_settings: { end_behavior: { missing_payment_method: missing } },
    });
    await clock.advanceTo(after(6));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
  });

  it("tries a failed payment again, is past due meanwhile, and cancels after the last attempt", async ({
    stripe,
  }) => {
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const create = () => stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { id } = await create();
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    const good = customer.invoice_settings.default_payment_method;
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await clock.advanceTo(after(32));
    const [failed] = (await stripe.invoices.list({ subscription: id })).data;
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("past_due");
    expect(failed).toMatchObject({ status: "open", attempt_count: 1 });
    expect(failed?.next_payment_attempt).toBeGreaterThan(after(33).getTime() / 1000);

    await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: idOf(good) },
    });
    await clock.advanceTo(after(36));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");

    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await clock.advanceTo(after(90));
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: "canceled",
      cancellation_details: { reason: "payment_failed" },
    });
    const attempts = (await happened(stripe)).filter((type) => type === "invoice.payment_failed");
    expect(attempts).toHaveLength(1 + 4);
  });

  it("carries a scheduled cancellation out, and bills no further", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await clock.advanceTo(after(70));
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: "canceled", ended_at: Date.UTC(2027, 1, 1, 12) / 1000 });
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
    expect((await happened(stripe)).at(-1)).toBe("customer.subscription.deleted");
  });

  it.each([
    ["keep_as_draft", "draft"],
    ["mark_uncollectible", "uncollectible"],
    ["void", "void"],
  ] as const)("collects nothing while collection is paused: %s", async (behavior, status) => {
    const { stripe } = await startLocal();
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await stripe.subscriptions.update(id, {
      pause_collection: { behavior, resumes_at: after(45).getTime() / 1000 },
    });
    await clock.advanceTo(after(65));
    const invoices = (await stripe.invoices.list({ subscription: id })).data;
    expect(invoices.map((invoice) => invoice.status)).toEqual(["paid", status, "paid"]);
    expect((await stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
  });
});

describe("a change of plan", () => {
  async function halfway(from = 2000, to = 4000) {
    const { stripe } = await startLocal();
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const [old, next] = [await monthly(stripe, from), await monthly(stripe, to)];
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: old.id }],
    });
    await clock.advanceTo(after(15.5));
    const item = String(subscription.items.data[0]?.id);
    return { stripe, clock, customer, subscription, items: [{ id: item, price: next.id }], next };
  }

  it("is credited and charged by time with the next invoice, as the preview said", async () => {
    const { stripe, clock, subscription, items } = await halfway();
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items },
    });
    expect(preview.id).toMatch(/^upcoming_in_/);
    expect(
      preview.lines.data.map(({ amount, parent }) => [amount, parent?.subscription_item_details?.proration]),
    ).toEqual([
      [-1000, true],
      [2000, true],
      [4000, false],
    ]);
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.unit_amount).toBe(
      2000,
    );
    expect((await stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(1);

    await stripe.subscriptions.update(subscription.id, { items });
    await clock.advanceTo(after(32));
    const [invoice] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(invoice).toMatchObject({ total: preview.total, status: "paid" });
  });

  it("is billed at once with always_invoice, and not at all with none", async () => {
    const { stripe, subscription, items } = await halfway();
    const free = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(items[0]?.id), quantity: 2 }],
      proration_behavior: "none",
    });
    expect(free.latest_invoice).toBe(subscription.latest_invoice);
    const billed = await stripe.subscriptions.update(subscription.id, {
      items: [{ ...items[0], quantity: 2 }],
      proration_behavior: "always_invoice",
      expand: ["latest_invoice"],
    });
    expect(billed.latest_invoice).toMatchObject({
      billing_reason: "subscription_update",
      total: 2000,
      status: "paid",
    });
  });

  it("to another interval begins a new period and bills it at once", async () => {
    const { stripe, subscription, items, next } = await halfway();
    const yearly = await stripe.prices.create({
      product: idOf(next.product),
      currency: "usd",
      unit_amount: 24_000,
      recurring: { interval: "year" },
    });
    const moved = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(items[0]?.id), price: yearly.id }],
      expand: ["latest_invoice"],
    });
    expect(moved.latest_invoice).toMatchObject({ total: 24_000 - 1000, status: "paid" });
    // Flexible billing never moves the anchor by itself; the item runs beside it.
    expect(moved.billing_cycle_anchor).toBe(subscription.billing_cycle_anchor);
  });

  it("that cannot be paid is past due, refused, or waits, as asked", async () => {
    const { stripe, customer, subscription, items } = await halfway();
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    const params = { items, proration_behavior: "always_invoice" as const, default_payment_method: bad.id };
    await stripe.subscriptions.update(subscription.id, { default_payment_method: bad.id });
    const plain = { items, proration_behavior: "always_invoice" as const };
    const error = await refusal(
      stripe.subscriptions.update(subscription.id, { ...params, payment_behavior: "error_if_incomplete" }),
    );
    expect(error.statusCode).toBe(402);
    const waiting = await stripe.subscriptions.update(subscription.id, {
      ...plain,
      payment_behavior: "pending_if_incomplete",
    });
    expect(waiting.status).toBe("active");
    expect(waiting.items.data[0]?.price.unit_amount).toBe(2000);
    expect(waiting.pending_update?.subscription_items?.[0]?.price.unit_amount).toBe(4000);
    const good = idOf(customer.invoice_settings.default_payment_method);
    await stripe.invoices.pay(idOf(waiting.latest_invoice), { payment_method: good });
    const applied = await stripe.subscriptions.retrieve(subscription.id);
    expect(applied.items.data[0]?.price.unit_amount).toBe(4000);
    expect(applied.pending_update).toBeNull();

    const pastDue = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(items[0]?.id), quantity: 5 }],
      proration_behavior: "always_invoice",
    });
    expect(pastDue.status).toBe("past_due");
  });

  it("that costs less leaves a credit that the next invoice uses", async () => {
    const { stripe, clock, customer, subscription, items } = await halfway(4000, 2000);
    await stripe.subscriptions.update(subscription.id, { items, proration_behavior: "always_invoice" });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -1000 });
    await clock.advanceTo(after(32));
    const [renewal] = (await stripe.invoices.list({ subscription: subscription.id })).data;
    expect(renewal).toMatchObject({ total: 2000, starting_balance: -1000, amount_paid: 1000 });
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: 0 });
  });
});

describe("pausing", () => {
  it("stops time and credits what is left, and resuming begins a new period", async ({ stripe }) => {
    const clock = await startClock(stripe, START);
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await clock.advanceTo(after(15.5));
    const paused = await stripe.subscriptions.pause(id, {});
    expect(paused).toMatchObject({
      status: "paused",
      status_details: { paused: { subscription: { type: "pause_requested" } } },
    });
    await clock.advanceTo(after(100));
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
    const resumed = await stripe.subscriptions.resume(id, { expand: ["latest_invoice"] });
    expect(resumed.status).toBe("active");
    expect(resumed.latest_invoice).toMatchObject({ total: 2000 - 1000, status: "paid" });
    expect(resumed.items.data[0]?.current_period_start).toBe(after(100).getTime() / 1000);
    expect((await happened(stripe)).filter((type) => /paused|resumed/.test(type))).toEqual([
      "customer.subscription.paused",
      "customer.subscription.resumed",
    ]);
    expect((await refusal(stripe.subscriptions.resume(id))).message).toContain("not paused");
  });
});

describe("invoices by hand", () => {
  it("are voided and marked uncollectible only when they are open", async ({ stripe }) => {
    const customer = await cardholder(stripe, "pm_card_chargeCustomerFail");
    const price = await monthly(stripe);
    const create = () => stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const [one, two] = [idOf((await create()).latest_invoice), idOf((await create()).latest_invoice)];
    expect((await stripe.invoices.voidInvoice(one)).status).toBe("void");
    expect((await stripe.invoices.markUncollectible(two)).status).toBe("uncollectible");
    expect((await refusal(stripe.invoices.voidInvoice(one))).code).toBe("invoice_not_editable");
    expect((await stripe.invoices.pay(two, { paid_out_of_band: true })).status).toBe("paid");
  });

  it("end the arrears of their subscription when the latest is written off or all that is owed is void", async ({
    stripe,
  }) => {
    const clock = await startClock(stripe, START);
    const price = await monthly(stripe);
    const fallBehind = async () => {
      const customer = await cardholder(stripe, "pm_card_visa", clock.id);
      const { id } = await stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
      });
      const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
      await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
      return id;
    };
    const [uncollectible, voided, twice] = [await fallBehind(), await fallBehind(), await fallBehind()];
    await stripe.subscriptions.update(twice, { collection_method: "send_invoice", days_until_due: 1 });
    await clock.advanceTo(after(35));
    const owed = async (subscription: string) =>
      (await stripe.invoices.list({ subscription, status: "open" })).data.map(({ id }) => id);
    const statusOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).status;
    for (const id of [uncollectible, voided, twice]) expect(await statusOf(id)).toBe("past_due");
    await stripe.invoices.markUncollectible(String((await owed(uncollectible))[0]));
    expect(await statusOf(uncollectible)).toBe("active");
    await stripe.invoices.voidInvoice(String((await owed(voided))[0]));
    expect(await statusOf(voided)).toBe("active");

    await clock.advanceTo(after(63));
    const [later, earlier] = await owed(twice);
    await stripe.invoices.voidInvoice(String(later));
    expect(await statusOf(twice)).toBe("past_due");
    await stripe.invoices.pay(String(earlier), { paid_out_of_band: true });
    expect(await statusOf(twice)).toBe("active");
  });

  it("wait for the customer when they are sent", async ({ local, stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const { latest_invoice } = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    const id = idOf(latest_invoice);
    expect((await stripe.invoices.retrieve(id)).status).toBe("draft");
    local.advanceBy(3600 * 1000);
    const open = await stripe.invoices.retrieve(id);
    expect(open).toMatchObject({ status: "open", due_date: (open.effective_at ?? 0) + 30 * 24 * 3600 });
  });
});

describe("the page of an invoice", () => {
  it("is where hosted_invoice_url leads, with a PDF beside it, and is listed in the portal", async () => {
    const { stripe } = await startLocal({ clock: () => START.getTime() });
    const customer = await cardholder(stripe);
    const price = await monthly(stripe, 2000, "Gold (big)");
    const { latest_invoice } = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    const invoice = await stripe.invoices.retrieve(idOf(latest_invoice));
    const page = await Browser.open(String(invoice.hosted_invoice_url));
    expect(page.heading).toBe(`Invoice ${invoice.number}`);
    expect(page.text).toContain("1 × Gold (big) (at $20.00 / month)");
    const pdf = await fetch(String(invoice.invoice_pdf));
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
    const bytes = Buffer.from(await pdf.arrayBuffer()).toString("latin1");
    expect(bytes).toMatch(/^%PDF-1\.4\n[\s\S]*Gold \\\(big\\\)[\s\S]*%%EOF\n$/);
    const offset = Number(/startxref\n(\d+)/.exec(bytes)?.[1]);
    expect(bytes.slice(offset, offset + 4)).toBe("xref");

    const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id });
    const portal = await Browser.open(url);
    expect(portal.link("January 1, 2027")).toBe(invoice.hosted_invoice_url);
    expect((await Browser.open(`${invoice.hosted_invoice_url}x`)).status).toBe(404);
  });
});
