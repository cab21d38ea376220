import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { cardholder, monthly, refusal, startLocal } from "./support/local.js";

describe("a preview of what a customer is billed next", () => {
  it("is the next invoice among those of all its subscriptions", async () => {
    const { stripe } = await startLocal();
    const customer = await cardholder(stripe);
    const later = await subscribeTo(stripe, customer.id, await monthly(stripe, 2000), inDays(20));
    const sooner = await subscribeTo(stripe, customer.id, await monthly(stripe, 900), inDays(5));

    const upcoming = await stripe.invoices.createPreview({ customer: customer.id });
    expect(upcoming).toMatchObject({ customer: customer.id, total: 900, billing_reason: "upcoming" });
    expect(upcoming.parent?.subscription_details?.subscription).toBe(sooner.id);
    expect(upcoming.next_payment_attempt).toBe(Number(sooner.trial_end) + 3600);

    await stripe.subscriptions.update(sooner.id, { cancel_at_period_end: true });
    const next = await stripe.invoices.createPreview({ customer: customer.id });
    expect(next.parent?.subscription_details?.subscription).toBe(later.id);
  });

  it("is refused where none will come", async () => {
    const { stripe } = await startLocal();
    const customer = await cardholder(stripe);
    const { id } = await subscribeTo(stripe, customer.id, await monthly(stripe));
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });

    expect(await refusal(stripe.invoices.createPreview({ customer: customer.id }))).toMatchObject({
      code: "invoice_upcoming_none",
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
