import { startConformity } from "@repo/test-kit/conformity";
import fc from "fast-check";
import type Stripe from "stripe";
import { expect, it } from "vitest";
import { startLocalStripe } from "../src/index.js";
import { cardholder, client, idOf, monthly } from "./support/local.js";

const START = Date.UTC(2027, 0, 31, 12);
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const DAYS = 100;

const LIVES = fc.record({
  card: fc.constantFrom("pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"),
  trialDays: fc.constantFrom(0, 0, 2, 10, 40),
  interval: fc.constantFrom("week" as const, "month" as const),
  discount: fc.constantFrom("none", "once", "repeating"),
  scheduled: fc.boolean(),
  ends: fc.constantFrom("never", "never", "period", "date"),
});

const STEPS = fc.array(fc.integer({ min: 1, max: DAYS * 24 }), { minLength: 1, maxLength: 12 });

type Life = typeof LIVES extends fc.Arbitrary<infer Value> ? Value : never;

it("passes alike in one step and in many: the same happens at the same times", async () => {
  await fc.assert(
    fc.asyncProperty(LIVES, STEPS, async (life, steps) => {
      const hours = [...new Set([...steps, DAYS * 24])].sort((one, other) => one - other);
      expect(await lived(life, hours)).toEqual(await lived(life, [DAYS * 24]));
    }),
    { numRuns: 15 },
  );
}, 120_000);

/** What happens to a subscription when the time is moved to those hours, one after the other. */
async function lived(life: Life, hours: readonly number[]): Promise<string[]> {
  const conformity = startConformity();
  const local = await startLocalStripe({ clock: () => START, onAnswer: conformity.onAnswer });
  try {
    const stripe = client(local);
    await subscribe(stripe, life);
    let hour = 0;
    for (const next of hours) {
      local.advanceBy((next - hour) * HOUR);
      hour = next;
    }
    const events = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
    expect(await conformity.problems()).toEqual([]);
    return events.map(({ created, type }) => `${(created * 1000 - START) / HOUR}h ${type}`).reverse();
  } finally {
    await local.close();
  }
}

async function subscribe(stripe: Stripe, life: Life): Promise<void> {
  const { discount, ends, interval, scheduled, trialDays } = life;
  const customer = await cardholder(stripe);
  const { product } = await monthly(stripe);
  const recurring = { interval };
  const amounts = [1000, 2500].map((unit_amount) =>
    stripe.prices.create({ currency: "usd", product: idOf(product), recurring, unit_amount }),
  );
  const [small, big] = await Promise.all(amounts);
  if (small === undefined || big === undefined) throw new Error("two prices were made");
  const coupon =
    discount === "repeating"
      ? await stripe.coupons.create({ percent_off: 10, duration: "repeating", duration_in_months: 1 })
      : await stripe.coupons.create({ percent_off: 10, duration: "once" });
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: small.id }],
    ...(discount !== "none" && { discounts: [{ coupon: coupon.id }] }),
    ...(trialDays > 0 && { trial_period_days: trialDays }),
  });
  const card = await stripe.paymentMethods.attach(
    life.card === "pm_card_visa" ? "pm_card_mastercard" : life.card,
    {
      customer: customer.id,
    },
  );
  await stripe.subscriptions.update(id, { default_payment_method: card.id });
  if (scheduled) await schedule(stripe, id, big.id);
  else if (ends === "period") await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  else if (ends === "date") await stripe.subscriptions.update(id, { cancel_at: (START + 50 * DAY) / 1000 });
}

async function schedule(stripe: Stripe, subscription: string, price: string): Promise<void> {
  const { id, phases } = await stripe.subscriptionSchedules.create({ from_subscription: subscription });
  const [current] = phases;
  if (current === undefined) throw new Error("a phase runs");
  const { end_date, start_date, trial_end } = current;
  const items = current.items.map((item) => ({ price: idOf(item.price) }));
  await stripe.subscriptionSchedules.update(id, {
    phases: [
      { items, end_date, start_date, ...(trial_end !== null && { trial_end }) },
      { items: [{ price }], proration_behavior: "none" },
    ],
  });
}
