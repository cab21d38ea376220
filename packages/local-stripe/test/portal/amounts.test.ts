import * as fc from "fast-check";
import type Stripe from "stripe";
import { expect, it } from "vitest";
import { Browser } from "../support/browser.js";
import { cardholder, idOf, startClock, startLocal } from "../support/local.js";

const DAY = 24 * 3600;
const START = Date.UTC(2027, 0, 1) / 1000;

const change = fc.record({
  from: fc.integer({ min: 100, max: 90_000 }),
  to: fc.integer({ min: 100, max: 90_000 }),
  before: fc.integer({ min: 1, max: 9 }),
  after: fc.integer({ min: 1, max: 9 }),
  interval: fc.constantFrom("month" as const, "year" as const),
  mode: fc.constantFrom("classic" as const, "flexible" as const),
  proration_behavior: fc.constantFrom(
    "always_invoice" as const,
    "create_prorations" as const,
    "none" as const,
  ),
  billing_cycle_anchor: fc.constantFrom("now" as const, "unchanged" as const),
  seconds: fc.integer({ min: 60, max: 27 * DAY }),
});

it("charges what the portal showed, whatever is changed to what, and when", {
  timeout: 120_000,
}, async () => {
  const { stripe } = await startLocal();
  await fc.assert(
    fc.asyncProperty(change, async (one) => {
      const { browser, subscription } = await confirmPage(stripe, one);
      const shown = { now: browser.amount("now"), next: browser.amount("next") };
      await browser.submit("Confirm");
      expect(browser.text).toContain("Your subscription is changed.");
      const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["latest_invoice"] });
      const made = after.latest_invoice as Stripe.Invoice;
      const paid = made.id === subscription.latest_invoice ? 0 : made.amount_paid;
      const next = await stripe.invoices.createPreview({ subscription: after.id });
      expect(shown).toEqual({ now: dollars(paid), next: dollars(next.amount_due) });
    }),
    { numRuns: 25 },
  );
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

async function confirmPage(stripe: Stripe, one: Change) {
  const clock = await startClock(stripe, new Date(START * 1000));
  const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
  const price = (name: string, unit_amount: number, interval: "month" | "year"): Promise<Stripe.Price> =>
    stripe.prices.create({ product_data: { name }, currency: "usd", unit_amount, recurring: { interval } });
  const from = await price("From", one.from, "month");
  const to = await price("To", one.to, one.interval);
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: from.id, quantity: one.before }],
    billing_mode: { type: one.mode },
  });
  await clock.advanceTo(new Date((START + one.seconds) * 1000));
  const { billing_cycle_anchor, proration_behavior } = one;
  const { id: configuration } = await stripe.billingPortal.configurations.create({
    features: {
      payment_method_update: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price", "quantity"],
        billing_cycle_anchor,
        proration_behavior,
        products: [
          { product: idOf(to.product), prices: [to.id], adjustable_quantity: { enabled: true, minimum: 1 } },
        ],
      },
    },
  });
  const { url } = await stripe.billingPortal.sessions.create({ customer, configuration });
  const query = new URLSearchParams({ price: to.id, quantity: String(one.after) });
  const browser = await Browser.open(`${url}/subscriptions/${subscription.id}/update/confirm?${query}`);
  return { browser, subscription };
}

function dollars(cents: number): string {
  return new Intl.NumberFormat("en", { style: "currency", currency: "USD" }).format(cents / 100);
}
