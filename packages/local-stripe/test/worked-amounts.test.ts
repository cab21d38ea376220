import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { cardholder, idOf, refusal, startClock, startLocal } from "./support/local.js";

const seconds = (moment: string): number => Date.parse(moment) / 1000;

/** A customer on a test clock that stands at a moment, and a way to make what it is subscribed to. */
async function shop(start: string) {
  const { stripe } = await startLocal();
  const clock = await startClock(stripe, new Date(start));
  const customer = await cardholder(stripe, "pm_card_visa", clock.id);
  const product = await stripe.products.create({ name: "Seats" });
  const price = async (unit_amount: number, recurring: Stripe.PriceCreateParams.Recurring): Promise<string> =>
    (await stripe.prices.create({ product: product.id, currency: "usd", unit_amount, recurring })).id;
  const subscribe = (params: Partial<Stripe.SubscriptionCreateParams>) =>
    stripe.subscriptions.create({ customer: customer.id, ...params });
  return { stripe, clock, price, subscribe };
}

// https://docs.stripe.com/billing/subscriptions/billing-cycle: a month without the anchor's day bills on its last day.
it("renews quarterly from 30 November on the last of February and on the 30th of other months", async () => {
  const { stripe, clock, price, subscribe } = await shop("2027-11-30T09:00:00Z");
  const quarterly = await price(3000, { interval: "month", interval_count: 3 });
  const { id } = await subscribe({ items: [{ price: quarterly }] });
  const ends: string[] = [];
  for (let quarter = 0; quarter < 5; quarter += 1) {
    const [item] = (await stripe.subscriptions.retrieve(id)).items.data;
    const end = new Date((item?.current_period_end ?? 0) * 1000);
    ends.push(end.toISOString().slice(0, 10));
    await clock.advanceTo(end);
  }
  expect(ends).toEqual(["2028-02-29", "2028-05-30", "2028-08-30", "2028-11-30", "2029-02-28"]);
});

// https://docs.stripe.com/billing/subscriptions/prorations: by the second, and each line rounded to whole cents.
describe("a change within a period is prorated", () => {
  it.each([
    { quantity: 3, lines: [-4201, 11_206], total: 7005 },
    // A new price without a quantity is for one.
    { quantity: undefined, lines: [-4201, 3735], total: -466 },
  ])("from 3 × 29.99 to 79.99 with quantity $quantity on 17 March", async ({ quantity, lines, total }) => {
    const { stripe, clock, price, subscribe } = await shop("2027-03-01T00:00:00Z");
    const old = await price(2999, { interval: "month" });
    const next = await price(7999, { interval: "month" });
    const subscription = await subscribe({ items: [{ price: old, quantity: 3 }] });
    await clock.advanceTo(new Date("2027-03-17T12:34:56Z"));
    const item = { id: itemId(subscription), price: next, ...(quantity !== undefined && { quantity }) };
    const prorations = await previewProrations(stripe, subscription.id, item);
    expect(prorations).toEqual(lines);
    expect(prorations.reduce((sum, amount) => sum + amount, 0)).toBe(total);
  });

  it("to a second seat of a yearly plan, for the last third of a leap year", async () => {
    const { stripe, clock, price, subscribe } = await shop("2027-07-01T00:00:00Z");
    const yearly = await price(36_500, { interval: "year" });
    const subscription = await subscribe({ items: [{ price: yearly, quantity: 1 }] });
    await clock.advanceTo(new Date("2028-03-01T00:00:00Z"));
    const item = { id: itemId(subscription), quantity: 2 };
    const prorations = await previewProrations(stripe, subscription.id, item);
    expect(prorations).toEqual([-12_167, 24_333]);
    expect(prorations.reduce((sum, amount) => sum + amount, 0)).toBe(12_166);
  });
});

// https://docs.stripe.com/billing/subscriptions/billing-cycle: an anchor lies between now and the next natural date.
it.each(["2027-03-10T09:00:00Z", "2027-03-10T08:59:59Z", "2027-04-10T09:00:01Z"])(
  "refuses a billing cycle anchor at %s on 10 March, 9 o'clock",
  async (anchor) => {
    const { price, subscribe } = await shop("2027-03-10T09:00:00Z");
    const items = [{ price: await price(1000, { interval: "month" }) }];
    const error = await refusal(subscribe({ items, billing_cycle_anchor: seconds(anchor) }));
    expect(error).toMatchObject({ statusCode: 400, param: "billing_cycle_anchor" });
  },
);

it("takes a billing cycle anchor on the next natural date itself", async () => {
  const { price, subscribe } = await shop("2027-03-10T09:00:00Z");
  const anchor = seconds("2027-04-10T09:00:00Z");
  const items = [{ price: await price(1000, { interval: "month" }) }];
  expect((await subscribe({ items, billing_cycle_anchor: anchor })).billing_cycle_anchor).toBe(anchor);
});

// https://docs.stripe.com/billing/subscriptions/coupons: an amount is spread over the lines and is taken off once.
it.each([
  { off: 100, each: [33, 34, 33] },
  { off: 1, each: [0, 1, 0] },
])("spreads $off off over three lines of 333 without losing a cent", async ({ off, each }) => {
  const { stripe, price, subscribe } = await shop("2027-03-01T00:00:00Z");
  const items = await Promise.all(
    ["a", "b", "c"].map(async () => ({ price: await price(333, { interval: "month" }) })),
  );
  const coupon = await stripe.coupons.create({ amount_off: off, currency: "usd", duration: "once" });
  const { latest_invoice } = await subscribe({ items, discounts: [{ coupon: coupon.id }] });
  const invoice = await stripe.invoices.retrieve(idOf(latest_invoice));
  const taken = invoice.lines.data.map(({ discount_amounts }) => discount_amounts?.[0]?.amount);
  expect(taken).toEqual(each);
  expect(invoice.total).toBe(999 - off);
});

async function previewProrations(
  stripe: Stripe,
  subscription: string,
  item: Stripe.InvoiceCreatePreviewParams.SubscriptionDetails.Item,
): Promise<number[]> {
  const preview = await stripe.invoices.createPreview({
    subscription,
    subscription_details: { items: [item], proration_behavior: "always_invoice" },
  });
  return preview.lines.data.map(({ amount }) => amount);
}

function itemId(subscription: Stripe.Subscription): string {
  const [item] = subscription.items.data;
  if (item === undefined) throw new Error("A subscription has an item.");
  return item.id;
}
