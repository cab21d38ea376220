import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { cardholder, monthly, refusal } from "./support/local.js";

describe("a preview of what a customer is billed next", () => {
  it("is the next invoice of one of its subscriptions", async ({ stripe }) => {
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

  it("lists all its lines, as an invoice does", async ({ stripe }) => {
    const customer = await cardholder(stripe);
    const prices = await Promise.all(Array.from({ length: 12 }, (_, at) => monthly(stripe, 100 + at)));
    const { id: subscription } = await stripe.subscriptions.create({
      customer: customer.id,
      items: prices.map(({ id: price }) => ({ price })),
    });
    const { id, lines } = await stripe.invoices.createPreview({ subscription });
    expect(lines).toMatchObject({ has_more: true, url: `/v1/invoices/${id}/lines` });
    expect(lines.data).toHaveLength(10);

    const all = await stripe.invoices.listLineItems(id, { limit: 100 });
    expect(all).toMatchObject({ has_more: false });
    expect(all.data).toHaveLength(12);
    expect(all.data.slice(0, 10)).toEqual(lines.data);
    const rest = await stripe.invoices.listLineItems(id, { starting_after: String(lines.data.at(-1)?.id) });
    expect(rest.data).toEqual(all.data.slice(10));
    expect(await refusal(stripe.invoices.listLineItems(id, { starting_after: "il_none" }))).toMatchObject({
      statusCode: 400,
      code: "resource_missing",
      param: "starting_after",
    });
    expect(await refusal(stripe.invoices.retrieve(id))).toMatchObject({ statusCode: 404 });
  });

  it("is refused where none will come", async ({ stripe }) => {
    const customer = await cardholder(stripe);
    const { id: subscription } = await subscribeTo(stripe, customer.id, await monthly(stripe));
    const none = { code: "invoice_upcoming_none" };

    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    expect(await refusal(stripe.invoices.createPreview({ subscription }))).toMatchObject(none);
    await stripe.subscriptions.cancel(subscription);
    expect(await refusal(stripe.invoices.createPreview({ subscription }))).toMatchObject(none);
  });

  // https://docs.stripe.com/changelog/basil/2025-03-31/invoice-preview-api-deprecations
  it("is refused where no subscription is named", async ({ stripe }) => {
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
