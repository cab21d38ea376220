import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { Browser } from "../support/browser.js";
import { cardholder, idOf, monthly, startLocal } from "../support/local.js";

describe("an open invoice on its page", () => {
  it("is paid with a card, and its subscription recovers", async () => {
    const { stripe, subscription, invoice, page } = await pastDue();
    expect(page.text).toContain("Pay $20.00");
    await page.submit("Pay $20.00", { card: "pm_card_visa" });
    expect(page).toMatchObject({ status: 200, url: invoice.hosted_invoice_url });
    expect(page.text).not.toContain("Pay $20.00");
    expect(await stripe.invoices.retrieve(String(invoice.id))).toMatchObject({
      status: "paid",
      amount_paid: 2000,
    });
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
  });

  it("stays open when the card is declined, says why, and takes another", async () => {
    const { stripe, invoice, page } = await pastDue();
    await page.submit("Pay $20.00", { card: "pm_card_visa_chargeDeclinedInsufficientFunds" });
    expect(page).toMatchObject({ status: 402, alert: "Your card has insufficient funds." });
    const tried = await stripe.invoices.retrieve(String(invoice.id));
    // Attempts by hand leave the schedule of retries as it is.
    expect(tried).toMatchObject({
      status: "open",
      attempt_count: invoice.attempt_count,
      next_payment_attempt: invoice.next_payment_attempt,
    });
    await page.submit("Pay $20.00", { card: "pm_card_mastercard" });
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("paid");
  });

  it("asks the holder of a card that wants it, and is paid only if the holder agrees", async () => {
    const { stripe, invoice, page } = await pastDue();
    await page.submit("Pay $20.00", { card: "pm_card_threeDSecure2Required" });
    expect(page.heading).toBe("Confirm that it is you");
    expect(page.text).toContain("you want to pay $20.00");
    await page.submit("Fail authentication", { result: "fail" });
    expect(page.alert).toContain("unable to authenticate");
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("open");
    await page.submit("Pay $20.00", { card: "pm_card_threeDSecure2Required" });
    await page.submit("Complete authentication", { result: "complete" });
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("paid");
  });

  it("keeps the card for its subscription, where the subscription asks for that", async () => {
    const { stripe, subscription, page } = await pastDue({
      payment_settings: { save_default_payment_method: "on_subscription" },
    });
    await page.submit("Pay $20.00", { card: "pm_card_mastercard" });
    const { default_payment_method: own } = await stripe.subscriptions.retrieve(subscription.id);
    expect((await stripe.paymentMethods.retrieve(idOf(own))).card?.last4).toBe("4444");
  });

  it("is not paid by a form from elsewhere, nor twice", async () => {
    const { stripe, invoice, page } = await pastDue();
    const { csrf_token: token = "" } = page.hidden();
    const url = String(invoice.hosted_invoice_url);
    await page.post(url, { card: "pm_card_visa", csrf_token: "guessed" });
    expect(page.status).toBe(403);
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("open");
    await page.post(url, { card: "pm_card_visa", csrf_token: token });
    await page.post(url, { card: "pm_card_visa", csrf_token: token });
    expect(page).toMatchObject({ status: 402, alert: "There is nothing left to pay." });
    expect((await stripe.invoices.retrieve(String(invoice.id))).amount_paid).toBe(2000);
  });

  it("offers no payment once it is void", async () => {
    const { stripe, invoice, page } = await pastDue();
    await stripe.invoices.voidInvoice(String(invoice.id));
    await page.visit(String(invoice.hosted_invoice_url));
    expect(page.text).not.toContain("<form");
  });
});

describe("the portal of a customer whose payment failed", () => {
  it("says what is owed, and leads to the invoice", async () => {
    const { stripe, customer, invoice } = await pastDue();
    const portal = await openPortal(stripe, customer.id);
    expect(portal.text).toContain("Your last payment failed.");
    expect(portal.link(`Pay invoice ${invoice.number}`)).toBe(invoice.hosted_invoice_url);
  });

  it("charges what is owed to a new card, and says that it is paid", async () => {
    const { stripe, customer, subscription, invoice } = await pastDue();
    const portal = await openPortal(stripe, customer.id);
    await portal.follow("Update payment method");
    await portal.submit("Save card", { card: "visa" });
    expect(portal.text).toContain("Your payment method is saved, and what you owed is paid.");
    expect(portal.text).not.toContain("Amount due");
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("paid");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
  });

  it("keeps a new card that is declined when it is charged, and says that the debt stays", async () => {
    const { stripe, customer, subscription } = await pastDue();
    const portal = await openPortal(stripe, customer.id);
    await portal.follow("Update payment method");
    await portal.submit("Save card", { card: "chargeCustomerFail" });
    expect(portal.text).toContain("what you owe could not be charged to it");
    expect(portal.text).toContain("Amount due");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
  });

  it("leaves a subscription with its own card alone, and says that it has one", async () => {
    const { stripe, customer, subscription, invoice } = await pastDue({}, "own");
    const portal = await openPortal(stripe, customer.id);
    expect(portal.text).toContain("is charged to a card of its own");
    await portal.follow("Update payment method");
    expect(portal.text).toContain("is charged to a card of its own");
    await portal.submit("Save card", { card: "visa" });
    expect(portal.text).toContain("Your payment method is saved.");
    expect((await stripe.invoices.retrieve(String(invoice.id))).status).toBe("open");
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("past_due");
  });
});

/** A subscription whose renewal after a trial was declined, with its open invoice on its page. */
async function pastDue(
  params: Partial<Stripe.SubscriptionCreateParams> = {},
  card: "customer's" | "own" = "customer's",
): Promise<{
  stripe: Stripe;
  customer: Stripe.Customer;
  subscription: Stripe.Subscription;
  invoice: Stripe.Invoice;
  page: Browser;
}> {
  const { local, stripe } = await startLocal();
  const customer = await cardholder(stripe, card === "own" ? "pm_card_visa" : "pm_card_chargeCustomerFail");
  const price = await monthly(stripe);
  const own =
    card === "own"
      ? await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id })
      : undefined;
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: 3,
    ...(own !== undefined && { default_payment_method: own.id }),
    ...params,
  });
  local.advanceBy(4 * 24 * 3600 * 1000);
  const subscription = await stripe.subscriptions.retrieve(id);
  expect(subscription.status).toBe("past_due");
  const invoice = await stripe.invoices.retrieve(idOf(subscription.latest_invoice));
  return {
    stripe,
    customer,
    subscription,
    invoice,
    page: await Browser.open(String(invoice.hosted_invoice_url)),
  };
}

async function openPortal(stripe: Stripe, customer: string): Promise<Browser> {
  const { url } = await stripe.billingPortal.sessions.create({ customer });
  return Browser.open(url);
}
