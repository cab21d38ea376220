import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { idOf, monthly, refusal, startLocal } from "../support/local.js";

const SUCCESS = { success_url: "https://app.example.com/done" };
const VISA = { card: "pm_card_visa" };

async function onePrice(stripe: Stripe, amount = 1500): Promise<string> {
  const product = await stripe.products.create({ name: "Handbook" });
  return (await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: amount })).id;
}

async function typesOf(stripe: Stripe): Promise<readonly string[]> {
  return (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();
}

describe("a Checkout session for a payment", () => {
  it("takes the payment, with the intent's own metadata", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({ name: "Ada" });
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "payment",
      customer,
      line_items: [{ price: await onePrice(stripe), quantity: 2 }],
      payment_intent_data: { metadata: { tenantId: "acme" } },
      ...SUCCESS,
    });
    const browser = await Browser.open(url ?? "");
    expect(browser.heading).toBe("Pay for Handbook");
    await browser.submit("Pay $30.00", VISA);
    const done = await stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "paid",
      subscription: null,
      payment_intent: {
        status: "succeeded",
        amount: 3000,
        amount_received: 3000,
        customer,
        metadata: { tenantId: "acme" },
      },
    });
    expect((await typesOf(stripe)).slice(-3)).toEqual([
      "payment_intent.created",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]);
    expect((await stripe.paymentIntents.list({ customer })).data).toHaveLength(1);
    // A card is kept only where that was asked for.
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
  });

  it("is refused a card that is declined, and asks the holder of one that wants it", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "payment",
      customer,
      line_items: [{ price: await onePrice(stripe), quantity: 1 }],
      ...SUCCESS,
    });
    const browser = await Browser.open(url ?? "");
    await browser.submit("Pay $15.00", { card: "pm_card_chargeCustomerFail" });
    expect(browser.status).toBe(402);
    expect((await stripe.paymentIntents.list({ customer })).data).toEqual([]);
    await browser.submit("Pay $15.00", { card: "pm_card_threeDSecure2Required" });
    expect(browser.text).toContain("whether you want to pay $15.00");
    await browser.submit("Complete authentication", { result: "complete" });
    expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  });

  it("takes no recurring price and nothing that belongs to a subscription", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const session = (params: object) =>
      refusal(stripe.checkout.sessions.create({ mode: "payment", customer, ...SUCCESS, ...params }));
    expect((await session({ line_items: [{ price, quantity: 1 }] })).message).toContain(
      "Either switch to `subscription` mode or use only one-time prices.",
    );
    expect((await session({ subscription_data: { description: "x" } })).param).toBe("subscription_data");
  });
});

describe("a Checkout session that saves a card", () => {
  it("attaches it to the customer and charges nothing", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      customer,
      currency: "usd",
      setup_intent_data: { metadata: { tenantId: "acme" } },
      ...SUCCESS,
    });
    expect(session).toMatchObject({
      amount_total: null,
      currency: "usd",
      payment_status: "no_payment_required",
    });
    const browser = await Browser.open(session.url ?? "");
    expect(browser.heading).toBe("Save a card");
    await browser.submit("Save card", VISA);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent"] });
    const [card] = (await stripe.paymentMethods.list({ customer })).data;
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "no_payment_required",
      setup_intent: { status: "succeeded", payment_method: card?.id, metadata: { tenantId: "acme" } },
    });
    expect((await typesOf(stripe)).slice(-3)).toEqual([
      "payment_method.attached",
      "setup_intent.succeeded",
      "checkout.session.completed",
    ]);
  });

  it("gives its setup intent up when it expires", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      customer,
      currency: "usd",
      ...SUCCESS,
    });
    await stripe.checkout.sessions.expire(session.id);
    const intent = await stripe.setupIntents.retrieve(idOf(session.setup_intent));
    expect(intent).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
  });

  it("needs a currency", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const error = await refusal(stripe.checkout.sessions.create({ mode: "setup", customer, ...SUCCESS }));
    expect(error).toMatchObject({ code: "parameter_missing", param: "currency" });
  });
});

describe("a Checkout session with a discount", () => {
  it("shows it, charges less, and hands it on to the subscription", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: "forever" });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price, quantity: 1 }],
      discounts: [{ coupon: coupon.id }],
      ...SUCCESS,
    });
    expect(session).toMatchObject({
      amount_subtotal: 2000,
      amount_total: 1500,
      total_details: { amount_discount: 500 },
      discounts: [{ coupon: coupon.id, promotion_code: null }],
    });
    const browser = await Browser.open(session.url ?? "");
    expect(browser.text).toContain("$15.00");
    await browser.submit("Subscribe", VISA);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription", "invoice"] });
    expect(done).toMatchObject({ invoice: { total: 1500, status: "paid" } });
    expect(done.subscription).toMatchObject({ discounts: [expect.stringMatching(/^di_/)] });
  });

  it("takes off what a promotion code gives that is typed on its page, and only one that may be redeemed", async ({
    stripe,
  }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const { id: coupon } = await stripe.coupons.create({ percent_off: 25, duration: "forever" });
    const promotion = { type: "coupon" as const, coupon };
    const code = await stripe.promotionCodes.create({ promotion, code: "AUTUMN" });
    await stripe.promotionCodes.create({ promotion, code: "FOREIGN", customer: other });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price, quantity: 1 }],
      allow_promotion_codes: true,
      ...SUCCESS,
    });
    const total = async () => (await stripe.checkout.sessions.retrieve(session.id)).amount_total;
    const browser = await Browser.open(session.url ?? "");
    for (const refused of ["FOREIGN", "SPRING"]) {
      await browser.submit("Apply", { promotion_code: refused });
      expect([browser.status, browser.alert]).toEqual([422, "This code is invalid."]);
    }
    await browser.submit("Apply", { promotion_code: "autumn" });
    expect(browser.text).toContain("$15.00");
    expect(await total()).toBe(1500);
    await browser.submit("Apply", { promotion_code: "" });
    expect(await total()).toBe(2000);
    await browser.submit("Apply", { promotion_code: " AUTUMN " });
    await browser.submit("Subscribe", VISA);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
    expect(done).toMatchObject({
      amount_total: 1500,
      discounts: [{ coupon: null, promotion_code: code.id }],
      invoice: { total: 1500, status: "paid" },
    });
    expect((await stripe.promotionCodes.retrieve(code.id)).times_redeemed).toBe(1);
  });

  it("has no place for a promotion code where it takes none", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const { id: coupon } = await stripe.coupons.create({ percent_off: 25 });
    await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon }, code: "AUTUMN" });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price, quantity: 1 }],
      ...SUCCESS,
    });
    const browser = await Browser.open(session.url ?? "");
    expect(browser.text).not.toContain("Promotion code");
    const form = { csrf_token: browser.field("csrf_token"), promotion_code: "AUTUMN" };
    await browser.post(`${session.url}/promotion-code`, form);
    expect(browser.status).toBe(422);
    expect((await stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(2000);
  });

  it("takes no promotion code that is another customer's, nor both ways at once", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const coupon = await stripe.coupons.create({ percent_off: 25 });
    const code = await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: coupon.id },
      customer: other,
    });
    const session = (params: object) =>
      refusal(
        stripe.checkout.sessions.create({
          mode: "subscription",
          customer,
          line_items: [{ price, quantity: 1 }],
          ...SUCCESS,
          ...params,
        }),
      );
    expect((await session({ discounts: [{ promotion_code: code.id }] })).statusCode).toBe(400);
    const both = { discounts: [{ coupon: coupon.id }], allow_promotion_codes: true };
    expect((await session(both)).code).toBe("parameters_exclusive");
  });
});

it.each([
  ["2024-06-20", "classic"],
  ["2025-08-27.basil", "classic"],
  ["2025-09-30.clover", "flexible"],
])("a session made in the API version %s subscribes in %s billing", async (apiVersion, type) => {
  const { stripe } = await startLocal();
  const { id: customer } = await stripe.customers.create({});
  const price = await monthly(stripe, 1500);
  const { id, url } = await stripe.checkout.sessions.create(
    { mode: "subscription", customer, line_items: [{ price: price.id, quantity: 1 }], ...SUCCESS },
    { apiVersion },
  );
  const browser = await Browser.open(url ?? "");
  await browser.submit("Subscribe", VISA);
  const { subscription } = await stripe.checkout.sessions.retrieve(id);
  expect((await stripe.subscriptions.retrieve(idOf(subscription))).billing_mode.type).toBe(type);
});
