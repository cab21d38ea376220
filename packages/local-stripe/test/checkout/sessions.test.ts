import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, idOf, type Local, monthly, refusal, startLocal } from "../support/local.js";

const URLS = {
  success_url: "https://app.example.com/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "https://app.example.com/plans",
};
const VISA = { card: "pm_card_visa" };

type Params = Stripe.Checkout.SessionCreateParams;

/** A session of a new customer to subscribe to a monthly price of $20.00. */
async function startSession(
  stripe: Stripe,
  params: Partial<Params> = {},
): Promise<Stripe.Checkout.Session & { readonly url: string }> {
  const customer = await stripe.customers.create({ name: "Ada", email: "ada@example.com" });
  const price = await monthly(stripe);
  const { url, ...session } = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 2 }],
    ...URLS,
    ...params,
  });
  return { ...session, url: url ?? "" };
}

/** The names of the events of one moment, oldest first. */
async function eventsAfter(stripe: Stripe, event: Stripe.Event["type"]): Promise<readonly string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  const names = data.map(({ type }) => type).reverse();
  return names.slice(names.lastIndexOf(event) + 1);
}

describe("a Checkout session for a subscription", () => {
  it("says what is bought, has a page, and is found again", async ({ stripe }) => {
    const session = await startSession(stripe, {
      client_reference_id: "order-1",
      metadata: { tenantId: "acme" },
      locale: "de",
    });
    expect(session).toMatchObject({
      object: "checkout.session",
      status: "open",
      payment_status: "unpaid",
      amount_total: 4000,
      currency: "usd",
      client_reference_id: "order-1",
      metadata: { tenantId: "acme" },
      ui_mode: "hosted_page",
      subscription: null,
      customer_details: { email: "ada@example.com" },
    });
    expect(session.id).toMatch(/^cs_test_\w+$/);
    expect(session.expires_at - session.created).toBe(24 * 3600);
    const read = await stripe.checkout.sessions.retrieve(session.id, { expand: ["line_items", "customer"] });
    expect(read.customer).toMatchObject({ name: "Ada" });
    expect(read.line_items?.data).toMatchObject([
      { description: "Gold", quantity: 2, amount_total: 4000, price: { object: "price" } },
    ]);
    const lines = await stripe.checkout.sessions.listLineItems(session.id);
    expect(lines.data.map(({ amount_total }) => amount_total)).toEqual([4000]);
    expect(JSON.stringify(read)).not.toMatch(/csrf|"secret"|subscriptionData/);
  });

  it("is listed by its customer and status, with its lines", async ({ stripe }) => {
    const session = await startSession(stripe);
    await startSession(stripe);
    const customer = idOf(session.customer);
    const open = await stripe.checkout.sessions.list({
      customer,
      status: "open",
      expand: ["data.line_items"],
    });
    expect(open.data.map(({ id }) => id)).toEqual([session.id]);
    expect(open.data[0]?.line_items?.data).toHaveLength(1);
    expect((await stripe.checkout.sessions.list({ customer, status: "complete" })).data).toEqual([]);
  });

  it("subscribes with the card that is chosen, and goes to the success URL with its id", async ({
    stripe,
  }) => {
    const session = await startSession(stripe, { subscription_data: { metadata: { tenantId: "acme" } } });
    const browser = await Browser.open(session.url);
    expect(browser.heading).toBe("Subscribe to Gold");
    expect(browser.text).toContain("$40.00");
    await browser.submit("Subscribe", VISA);
    expect(browser.url).toBe(`https://app.example.com/done?session=${session.id}`);

    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription", "invoice"] });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      subscription: { status: "active", metadata: { tenantId: "acme" } },
      invoice: { status: "paid", amount_paid: 4000 },
      customer_details: { name: "Ada" },
    });
    const [card] = (await stripe.paymentMethods.list({ customer: idOf(session.customer) })).data;
    expect(done.subscription).toMatchObject({ default_payment_method: card?.id });
    expect(await eventsAfter(stripe, "price.created")).toEqual([
      "payment_method.attached",
      "customer.subscription.created",
      "invoice.created",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
      "checkout.session.completed",
    ]);
  });

  it("is over once it is complete", async ({ stripe }) => {
    const { id, url } = await startSession(stripe);
    const browser = await Browser.open(url);
    const token = browser.field("csrf_token");
    await browser.submit("Subscribe", VISA);
    await browser.visit(url);
    expect(browser).toMatchObject({ status: 404, heading: "You have completed this already" });
    await browser.post(url, { ...VISA, csrf_token: token });
    expect(browser.status).toBe(404);
    expect((await stripe.subscriptions.list()).data).toHaveLength(1);
    expect((await refusal(stripe.checkout.sessions.expire(id))).message).toContain("status of complete");
  });

  it("leaves nothing behind when the card is declined, and takes another", async ({ stripe }) => {
    const { id, url } = await startSession(stripe);
    const browser = await Browser.open(url);
    await browser.submit("Subscribe", { card: "pm_card_visa_chargeDeclinedInsufficientFunds" });
    expect(browser.status).toBe(402);
    expect(browser.text).toContain("Your card has insufficient funds.");
    await browser.submit("Subscribe", { card: "pm_card_chargeCustomerFail" });
    expect(browser.text).toContain("Your card was declined.");
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: "open", subscription: null });
    expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
    await browser.submit("Subscribe", VISA);
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe("complete");
  });

  it("asks the holder of a card that wants it, who may refuse and try again", async ({ stripe }) => {
    const { id, url } = await startSession(stripe);
    const browser = await Browser.open(url);
    await browser.submit("Subscribe", { card: "pm_card_threeDSecure2Required" });
    expect(browser.heading).toBe("Confirm that it is you");
    await browser.submit("Fail authentication", { result: "fail" });
    expect(browser.text).toContain("We are unable to authenticate your payment method.");
    expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);

    await browser.submit("Subscribe", { card: "pm_card_threeDSecure2Required" });
    await browser.submit("Complete authentication", { result: "complete" });
    expect(browser.url).toContain("https://app.example.com/done");
    const done = await stripe.checkout.sessions.retrieve(id, { expand: ["subscription"] });
    expect(done.subscription).toMatchObject({ status: "active" });
  });

  it("asks for nothing that was not chosen on the page before", async ({ stripe }) => {
    const { url } = await startSession(stripe);
    const browser = await Browser.open(`${url}/authenticate`);
    expect(browser.url).toBe(url);
    await browser.post(`${url}/authenticate`, {
      csrf_token: browser.field("csrf_token"),
      result: "complete",
    });
    expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
  });

  it("begins with a trial that costs nothing, without a card where none is collected", async () => {
    const { stripe } = await startLocal({ requirePaymentMethod: true });
    const session = await startSession(stripe, {
      payment_method_collection: "if_required",
      subscription_data: {
        trial_period_days: 14,
        trial_settings: { end_behavior: { missing_payment_method: "cancel" } },
      },
    });
    expect(session).toMatchObject({ amount_total: 0, payment_status: "no_payment_required" });
    const browser = await Browser.open(session.url);
    expect(browser.heading).toBe("Try Gold");
    expect(browser.text).not.toContain("Test card");
    await browser.submit("Start trial");
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
    expect(done.subscription).toMatchObject({
      status: "trialing",
      default_payment_method: null,
      trial_settings: { end_behavior: { missing_payment_method: "cancel" } },
    });
  });

  it("expires a day after it was made, or when it is told to", async ({ local, stripe }) => {
    const session = await startSession(stripe);
    local.advanceBy(24 * 3600 * 1000);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "expired",
      url: null,
    });
    const other = await startSession(stripe, { expires_at: Math.floor(Date.now() / 1000) + 26 * 3600 });
    expect((await stripe.checkout.sessions.expire(other.id)).status).toBe("expired");
    const events = await stripe.events.list({ type: "checkout.session.expired" });
    expect(events.data.map(({ data }) => data.object)).toMatchObject([
      { id: other.id, status: "expired" },
      { id: session.id },
    ]);
    const browser = await Browser.open(other.url);
    expect(browser).toMatchObject({ status: 404, heading: "This page has expired" });
    expect(browser.link("Back to your application")).toBe(URLS.cancel_url);
  });

  it("counts no form that is not from its own page", async ({ stripe }) => {
    const { id, url } = await startSession(stripe);
    const other = await startSession(stripe);
    const browser = await Browser.open(other.url);
    const token = browser.field("csrf_token");
    for (const csrf_token of ["", token]) {
      await browser.post(url, { ...VISA, csrf_token });
      expect(browser.status).toBe(403);
    }
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  });

  it("writes its mode as the version of a request does", async ({ stripe }) => {
    const { id } = await startSession(stripe);
    const older = await stripe.checkout.sessions.retrieve(id, {}, { apiVersion: "2025-12-15.clover" });
    expect(older.ui_mode).toBe("hosted");
    const error = await refusal(startSession(stripe, { ui_mode: "hosted" }));
    expect(error.param).toBe("ui_mode");
  });
});

describe("what no Checkout session is made with", () => {
  const wrong = (params: Partial<Params>) => async (local: Local) => {
    return refusal(startSession(local.stripe, params));
  };

  it.each([
    ["no success URL", { success_url: "" }, "success_url"],
    ["a URL that is none", { cancel_url: "app.example.com" }, "cancel_url"],
    ["a customer that is not there", { customer: "cus_none" }, "customer"],
    ["nothing to buy", { line_items: [] }, "line_items"],
    ["an unknown price", { line_items: [{ price: "price_none", quantity: 1 }] }, "line_items[0][price]"],
    ["an end too soon", { expires_at: Math.floor(Date.now() / 1000) + 60 }, "expires_at"],
    ["an end too late", { expires_at: Math.floor(Date.now() / 1000) + 25 * 3600 }, "expires_at"],
    [
      "a trial that is too short",
      { subscription_data: { trial_end: Math.floor(Date.now() / 1000) + 3600 } },
      "subscription_data[trial_end]",
    ],
  ] as const)("is refused: %s", async (_name, params, param) => {
    // Readonly lists are as good as others here.
    const error = await wrong(params as Partial<Params>)(await startLocal());
    expect(error).toMatchObject({ statusCode: 400, param });
  });

  it("is refused: a price that is archived, paid once or without a quantity", async ({ stripe }) => {
    const archived = await monthly(stripe);
    await stripe.prices.update(archived.id, { active: false });
    const once = await stripe.prices.create({
      product: idOf(archived.product),
      currency: "usd",
      unit_amount: 5,
    });
    const session = (line: object) => startSession(stripe, { line_items: [line] });
    expect((await refusal(session({ price: archived.id, quantity: 1 }))).message).toContain("inactive");
    expect((await refusal(session({ price: once.id, quantity: 1 }))).message).toContain("recurring price");
    const { id } = await monthly(stripe);
    expect((await refusal(session({ price: id }))).param).toBe("line_items[0][quantity]");
  });

  it("is said aloud where Stripe has it and this server has not", async ({ stripe }) => {
    const { id: customer } = await cardholder(stripe);
    const error = await refusal(startSession(stripe, { customer, submit_type: "pay" }));
    expect(error.statusCode).toBe(501);
  });
});
