import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { monthly } from "../support/local.js";

const URL = "https://app.example.com/billing";

/** A price of 40 cents, or of tiers, for each unit of a meter. */
async function meteredPrice(
  stripe: Stripe,
  terms: Partial<Stripe.PriceCreateParams> = { unit_amount: 40 },
  intervalCount = 1,
): Promise<Stripe.Price> {
  const event = `calls_${Math.random().toString(36).slice(2)}`;
  const meter = await stripe.billing.meters.create({
    display_name: event,
    event_name: event,
    default_aggregation: { formula: "sum" },
  });
  const product = await stripe.products.create({ name: "Calls" });
  return stripe.prices.create({
    product: product.id,
    currency: "usd",
    recurring: {
      interval: "month",
      interval_count: intervalCount,
      usage_type: "metered",
      meter: meter.id,
    },
    ...terms,
  });
}

async function portalOf(stripe: Stripe, ...prices: readonly Stripe.Price[]): Promise<Browser> {
  const customer = await stripe.customers.create({});
  await stripe.subscriptions.create({
    customer: customer.id,
    items: prices.map(({ id }) => ({ price: id })),
    collection_method: "send_invoice",
    days_until_due: 30,
  });
  const { url } = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: URL });
  return Browser.open(url);
}

describe("a page says of a metered price", () => {
  it("that it is for each unit, and that usage is billed and nothing renews", async ({ stripe }) => {
    const { text } = await portalOf(stripe, await meteredPrice(stripe));
    expect(text).toContain("$0.40 per unit, billed by usage every month");
    expect(text).toContain("Your usage is billed on");
    expect(text).not.toContain("per month");
    expect(text).not.toContain("renews");
  });

  it("how often it is billed where that is not once an interval, and no amount where there are tiers", async ({
    stripe,
  }) => {
    const tiers: Partial<Stripe.PriceCreateParams> = {
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [
        { up_to: 10, unit_amount: 40 },
        { up_to: "inf", unit_amount: 30 },
      ],
    };
    const { text } = await portalOf(stripe, await meteredPrice(stripe, tiers, 3));
    expect(text).toContain("Billed by usage every 3 months");
  });

  it("that its subscription renews all the same beside a price of another kind", async ({ stripe }) => {
    const { text } = await portalOf(stripe, await meteredPrice(stripe), await monthly(stripe));
    expect(text).toContain("$0.40 per unit, billed by usage every month");
    expect(text).toContain("$20.00 per month");
    expect(text).toContain("Your subscription renews on");
  });

  it("what Checkout's customer pays for", async ({ stripe }) => {
    const price = await meteredPrice(stripe);
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: price.id }],
      success_url: URL,
    });
    const { text } = await Browser.open(session.url ?? "");
    expect(text).toContain("$0.40 per unit, billed by usage every month");
    expect(text).toContain("You are billed for what you use until you cancel");
    expect(text).not.toContain("renews");
  });
});
