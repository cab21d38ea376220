import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { cardholder, monthly, refusal, startLocal } from "./support/local.js";

describe("a preview of what a customer is billed next", () => {
  it("is the next invoice of one of its subscriptions", async () => {
    const { stripe } = await startLocal();
    const customer = await cardholder(stripe);
    await subscribeTo(stripe, customer.id, await monthly(stripe, 2000), inDays(20));
    const { id: subscription, trial_end: trialEnd } = await subscribeTo(
      stripe,
      customer.id,
      await monthly(stripe, 900),
      inDays(5),
    );

    const upcoming = await stripe.invoices.createPreview({ customer: customer.id, subscription });
    expect(upcoming).toMatchObject({ customer: customer.id, total: 900, billing_reason: "upcoming" });
    expect(upcoming.parent?.subscription_details?.subscription).toBe(subscription);
    expect(upcoming.next_payment_attempt).toBe(Number(trialEnd) + 3600);
  });

  it("is refused where none will come", async () => {
    const { stripe } = await startLocal();
    const customer = await cardholder(stripe);
    const { id: subscription } = await subscribeTo(stripe, customer.id, await monthly(stripe));
    const none = { code: "invoice_upcoming_none" };

    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    expect(await refusal(stripe.invoices.createPreview({ subscription }))).toMatchObject(none);
    await stripe.subscriptions.cancel(subscription);
    expect(await refusal(stripe.invoices.createPreview({ subscription }))).toMatchObject(none);
  });

  // https://docs.stripe.com/changelog/basil/2025-03-31/invoice-preview-api-deprecations
  it("is refused where no subscription is named", async () => {
    const { stripe } = await startLocal();
    const { id: customer } = await cardholder(stripe);
    await subscribeTo(stripe, customer, await monthly(stripe));

    expect(await refusal(stripe.invoices.createPreview({ customer }))).toMatchObject({
      code: "parameter_missing",
    });
    expect(await refusal(stripe.invoices.createPreview({}))).toMatchObject({ code: "parameter_missing" });
  });
});

function subscribeTo(
  stripe: Stripe,
  customer: string,
  price: Stripe.Price,
  trialEnd?: number,
): Promise<Stripe.Subscription> {
  const trial = trialEnd === undefined ? {} : { trial_end: trialEnd };
  return stripe.subscriptions.create({ customer, items: [{ price: price.id }], ...trial });
}

function inDays(days: number): number {
  return Math.floor(Date.now() / 1000) + days * 86_400;
}
