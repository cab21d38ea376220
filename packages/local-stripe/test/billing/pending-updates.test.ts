import type Stripe from "stripe";
import { beforeEach, describe, expect, it } from "vitest";
import { cardholder, idOf, monthly, refusal, startClock, startLocal } from "../support/local.js";

const HOUR = 3600;
const START = Date.UTC(2027, 3, 1) / 1000;

let stripe: Stripe;
let customer: string;
let subscription: Stripe.Subscription;
let advanceTo: (moment: Date) => Promise<void>;

beforeEach(async () => {
  ({ stripe } = await startLocal({ requirePaymentMethod: true }));
  const clock = await startClock(stripe, new Date(START * 1000));
  ({ advanceTo } = clock);
  customer = (await cardholder(stripe, "pm_card_visa", clock.id)).id;
  const price = await monthly(stripe, 1000);
  subscription = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
  await payWith("pm_card_chargeCustomerFail");
});

async function payWith(token: string): Promise<void> {
  const { id } = await stripe.paymentMethods.attach(token, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
}

/** Asks for more of the price, which waits because the card is declined. */
function ask(
  quantity: number,
  other: Partial<Stripe.SubscriptionUpdateParams> = {},
): Promise<Stripe.Subscription> {
  return stripe.subscriptions.update(subscription.id, {
    items: [{ id: subscription.items.data[0]?.id ?? "", quantity }],
    payment_behavior: "pending_if_incomplete",
    proration_behavior: "always_invoice",
    ...other,
  });
}

const read = (): Promise<Stripe.Subscription> => stripe.subscriptions.retrieve(subscription.id);

async function statuses(): Promise<(string | null)[]> {
  const { data } = await stripe.invoices.list({ subscription: subscription.id });
  return data.map((invoice) => invoice.status).reverse();
}

describe("an update that waits for its payment", () => {
  it("expires after 23 hours, or with the period where that ends before", async () => {
    expect((await ask(3)).pending_update?.expires_at).toBe(START + 23 * HOUR);
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    await advanceTo(new Date((end - 12 * HOUR) * 1000));
    expect((await ask(4)).pending_update?.expires_at).toBe(end);
    await advanceTo(new Date((end + HOUR / 2) * 1000));
    expect(await read()).toMatchObject({ pending_update: null, status: "active" });
    expect(await statuses()).toEqual(["paid", "void", "void", "draft"]);
    expect((await read()).items.data[0]?.quantity).toBe(1);
  });

  it("is given up when its invoice is voided", async () => {
    const { latest_invoice: invoice } = await ask(3);
    await stripe.invoices.voidInvoice(idOf(invoice));
    expect((await read()).pending_update).toBeNull();
  });

  it("is replaced by a second one, whose invoice takes the place of the first", async () => {
    await ask(3);
    const again = await ask(5);
    expect(again.pending_update?.subscription_items?.[0]?.quantity).toBe(5);
    expect(await statuses()).toEqual(["paid", "void", "open"]);
  });

  it("applies once it is paid, beside what was changed meanwhile", async () => {
    const { latest_invoice: invoice } = await ask(3, { metadata: { seats: "3" } });
    await stripe.subscriptions.update(subscription.id, { description: "noted meanwhile" });
    expect(await read()).toMatchObject({ metadata: {}, pending_update: { metadata: { seats: "3" } } });
    await payWith("pm_card_visa");
    await stripe.invoices.pay(idOf(invoice));
    expect(await read()).toMatchObject({
      description: "noted meanwhile",
      items: { data: [{ quantity: 3 }] },
      metadata: { seats: "3" },
      pending_update: null,
    });
  });

  it("bills what was pending before it once, whether it is paid or not", async () => {
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: subscription.items.data[0]?.id ?? "", quantity: 2 }],
    });
    const { latest_invoice: first } = await ask(3);
    await stripe.invoices.voidInvoice(idOf(first));
    const { latest_invoice: second } = await ask(3);
    await payWith("pm_card_visa");
    await stripe.invoices.pay(idOf(second));
    const { total } = await stripe.invoices.retrieve(idOf(second));
    expect(total).toBe(2000);
    expect((await stripe.invoices.createPreview({ subscription: subscription.id })).total).toBe(3000);
  });

  it.each([
    ["cancel_at", { cancel_at: START + 90 * HOUR }],
    ["collection_method", { collection_method: "send_invoice", days_until_due: 3 }],
    ["pause_collection", { pause_collection: { behavior: "void" } }],
    ["payment_settings", { payment_settings: { save_default_payment_method: "off" } }],
    ["trial_settings", { trial_settings: { end_behavior: { missing_payment_method: "pause" } } }],
  ] as const)("does not take %s along", async (name, params) => {
    expect((await refusal(ask(3, params))).param).toBe(name);
  });
});
