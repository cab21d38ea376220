import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { ask, cardholder, idOf, monthly, refusal, startClock, startLocal } from "./support/local.js";

const START = new Date(Date.UTC(2027, 0, 1, 12));
const DAY = 24 * 3600 * 1000;

const after = (days: number): Date => new Date(START.getTime() + days * DAY);

/** A customer on a test clock, a monthly price of $20.00, and a coupon. */
async function shop(coupon: Stripe.CouponCreateParams) {
  const { local, stripe } = await startLocal();
  const clock = await startClock(stripe, START);
  const customer = await cardholder(stripe, "pm_card_visa", clock.id);
  const price = await monthly(stripe, 2000);
  const { id } = await stripe.coupons.create(coupon);
  const subscribe = (params: Partial<Stripe.SubscriptionCreateParams> = {}) =>
    stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      discounts: [{ coupon: id }],
      expand: ["latest_invoice", "discounts"],
      ...params,
    });
  return { local, stripe, clock, customer, price, coupon: id, subscribe };
}

async function totals(stripe: Stripe, subscription: string): Promise<number[]> {
  const { data } = await stripe.invoices.list({ subscription });
  return data.map(({ total }) => total).reverse();
}

async function happened(stripe: Stripe, prefix = "customer.discount."): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 });
  return data
    .map(({ type }) => type)
    .filter((type) => type.startsWith(prefix))
    .reverse();
}

describe("a coupon that is redeemed", () => {
  it("is a discount of the subscription, and comes off its invoices line by line", async () => {
    const { coupon, customer, stripe, subscribe } = await shop({ percent_off: 25, duration: "forever" });
    const subscription = await subscribe();
    const [discount] = subscription.discounts as Stripe.Discount[];
    expect(discount).toMatchObject({
      object: "discount",
      customer: customer.id,
      subscription: subscription.id,
      subscription_item: null,
      source: { type: "coupon", coupon },
      promotion_code: null,
      end: null,
    });
    expect(subscription.latest_invoice).toMatchObject({
      subtotal: 2000,
      total: 1500,
      amount_paid: 1500,
      discounts: [discount?.id],
      total_discount_amounts: [{ amount: 500, discount: discount?.id }],
      lines: { data: [{ amount: 2000, discount_amounts: [{ amount: 500, discount: discount?.id }] }] },
    });
    expect(await happened(stripe)).toEqual(["customer.discount.created"]);
    expect(await stripe.coupons.retrieve(coupon)).toMatchObject({ times_redeemed: 1 });
    const invoice = await stripe.invoices.retrieve(idOf(subscription.latest_invoice), {
      expand: ["discounts.source.coupon"],
    });
    expect(invoice.discounts).toMatchObject([{ source: { coupon: { id: coupon, percent_off: 25 } } }]);
  });

  it.each([
    ["once", { duration: "once" }, [1500, 2000, 2000]],
    ["for two months", { duration: "repeating", duration_in_months: 2 }, [1500, 1500, 2000]],
    ["for ever", { duration: "forever" }, [1500, 1500, 1500]],
  ] as const)("counts %s", async (_name, duration, expected) => {
    const { clock, stripe, subscribe } = await shop({ percent_off: 25, ...duration });
    const { id } = await subscribe();
    await clock.advanceTo(after(60));
    expect(await totals(stripe, id)).toEqual(expected);
    const hasEnded = duration.duration !== "forever";
    expect((await stripe.subscriptions.retrieve(id)).discounts).toHaveLength(hasEnded ? 0 : 1);
    expect(await happened(stripe)).toEqual([
      "customer.discount.created",
      ...(hasEnded ? ["customer.discount.deleted"] : []),
    ]);
  });

  it("waits for an invoice to take something off, where it counts once and a trial goes before", async () => {
    const { clock, stripe, subscribe } = await shop({ percent_off: 50, duration: "once" });
    const { id } = await subscribe({ trial_period_days: 7 });
    await clock.advanceTo(after(45));
    expect(await totals(stripe, id)).toEqual([0, 1000, 2000]);
  });

  it("of a fixed amount is spread over the lines, and never takes off more than there is", async () => {
    const { customer, price, stripe, subscribe } = await shop({
      amount_off: 1000,
      currency: "usd",
      duration: "forever",
    });
    const small = await monthly(stripe, 999, "Extra");
    const { latest_invoice } = await subscribe({ items: [{ price: price.id }, { price: small.id }] });
    const invoice = latest_invoice as Stripe.Invoice;
    const off = invoice.lines.data.map(({ discount_amounts: amounts }) => amounts?.[0]?.amount);
    expect(off).toEqual([667, 333]);
    expect(invoice.total).toBe(2999 - 1000);
    const { id } = await stripe.coupons.create({ amount_off: 5000, currency: "usd", duration: "forever" });
    const free = await subscribe({ discounts: [{ coupon: id }], customer: customer.id });
    expect(free.latest_invoice).toMatchObject({ total: 0, total_discount_amounts: [{ amount: 2000 }] });
  });

  it("comes off one item where that alone has it, before what comes off all", async () => {
    const { coupon, price, stripe, subscribe } = await shop({ percent_off: 50, duration: "forever" });
    const other = await monthly(stripe, 1000, "Extra");
    const half = [{ coupon }];
    const { latest_invoice, items } = await subscribe({
      items: [{ price: price.id, discounts: half }, { price: other.id }],
      discounts: half,
    });
    const invoice = latest_invoice as Stripe.Invoice;
    expect(invoice.total).toBe(500 + 500);
    expect(invoice.total_discount_amounts?.map(({ amount }) => amount)).toEqual([1000, 1000]);
    const [item] = items.data;
    expect(invoice.lines.data[0]?.discounts).toEqual(item?.discounts);
    const expanded = await stripe.invoices.retrieve(invoice.id, { expand: ["lines.data.discounts"] });
    expect(expanded.lines.data[0]?.discounts).toMatchObject([{ subscription_item: item?.id }]);
    const cleared = await stripe.subscriptions.update(String(item?.subscription), {
      items: [{ id: String(item?.id), discounts: "" }],
    });
    expect(cleared.items.data[0]?.discounts).toEqual([]);
    expect(cleared.discounts).toHaveLength(1);
  });

  it("is off what a change of plan credits and charges", async () => {
    const { clock, price, stripe, subscribe } = await shop({ percent_off: 50, duration: "forever" });
    const subscription = await subscribe();
    await clock.advanceTo(after(15.5));
    const bigger = await stripe.prices.create({
      product: idOf(price.product),
      currency: "usd",
      unit_amount: 4000,
      recurring: { interval: "month" },
    });
    const items = [{ id: String(subscription.items.data[0]?.id), price: bigger.id }];
    const preview = await stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items },
    });
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([-500, 1000, 4000]);
    expect(preview).toMatchObject({ total: 2500, total_discount_amounts: [{ amount: 2000 }] });
    const credit = await stripe.invoices.createPreview({ subscription: subscription.id, discounts: "" });
    expect(credit.total).toBe(2000);
  });
});

it("stands beside what a change credits and charges, where that is to be itemized", async () => {
  const { clock, price, stripe, subscribe } = await shop({ percent_off: 50, duration: "forever" });
  const subscription = await subscribe({
    billing_mode: { type: "flexible", flexible: { proration_discounts: "itemized" } },
  });
  await clock.advanceTo(after(15.5));
  const items = [{ id: String(subscription.items.data[0]?.id), price: price.id, quantity: 3 }];
  const preview = await stripe.invoices.createPreview({
    subscription: subscription.id,
    subscription_details: { items, proration_behavior: "always_invoice" },
  });
  const lines = preview.lines.data.map(({ amount, discount_amounts: off }) => [amount, off?.[0]?.amount]);
  expect(lines).toEqual([
    [-1000, -500],
    [3000, 1500],
  ]);
  expect(preview).toMatchObject({ subtotal: 2000, total: 1000 });
});

describe("the discounts of a subscription", () => {
  it("are replaced by those of an update, kept by their ids, and taken away by a blank", async () => {
    const { coupon, stripe, subscribe } = await shop({ percent_off: 10, duration: "forever" });
    const { discounts, id } = await subscribe();
    const first = idOf(discounts[0]);
    const { id: more } = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    const both = await stripe.subscriptions.update(id, {
      discounts: [{ discount: first }, { coupon: more }],
    });
    expect(both.discounts).toEqual([first, expect.stringMatching(/^di_/)]);
    const switched = await stripe.subscriptions.update(id, {
      discounts: [{ discount: first }, { coupon }],
    });
    expect(switched.discounts[0]).toBe(first);
    expect((await stripe.subscriptions.update(id, { discounts: "" })).discounts).toEqual([]);
    expect(await happened(stripe)).toEqual([
      "customer.discount.created",
      "customer.discount.created",
      "customer.discount.updated",
      "customer.discount.deleted",
      "customer.discount.deleted",
    ]);
    const gone = refusal(stripe.subscriptions.update(id, { discounts: [{ discount: first }] }));
    expect(await gone).toMatchObject({ code: "resource_missing", param: "discounts[0][discount]" });
  });

  it("are ended by a call of its own", async () => {
    const { stripe, subscribe } = await shop({ percent_off: 10, duration: "forever" });
    const { discounts, id } = await subscribe();
    expect(await stripe.subscriptions.deleteDiscount(id)).toMatchObject({
      id: idOf(discounts[0]),
      deleted: true,
    });
    expect((await refusal(stripe.subscriptions.deleteDiscount(id))).statusCode).toBe(404);
  });

  it("come and go with the phases of a schedule", async () => {
    const { clock, coupon, customer, price, stripe } = await shop({ percent_off: 50, duration: "forever" });
    const month = { interval: "month" as const };
    const { subscription, id } = await stripe.subscriptionSchedules.create({
      customer: customer.id,
      phases: [
        { items: [{ price: price.id }], discounts: [{ coupon }], duration: month },
        { items: [{ price: price.id, discounts: [{ coupon }] }], duration: month },
        { items: [{ price: price.id }], duration: month },
      ],
    });
    const [first] = (await stripe.subscriptionSchedules.retrieve(id)).phases;
    expect(first?.discounts).toEqual([{ coupon, discount: null, promotion_code: null }]);
    await clock.advanceTo(after(62));
    expect(await totals(stripe, idOf(subscription))).toEqual([1000, 1000, 2000]);
    expect((await stripe.subscriptions.retrieve(idOf(subscription))).discounts).toEqual([]);
  });
});

describe("a discount that cannot be", () => {
  it("is refused for a coupon that is missing, over, used up or of another currency", async () => {
    const { coupon, stripe, subscribe } = await shop({ percent_off: 10, max_redemptions: 1 });
    const attempt = (...discounts: Stripe.SubscriptionCreateParams.Discount[]) =>
      refusal(subscribe({ discounts }));
    await subscribe();
    expect(await attempt({ coupon })).toMatchObject({
      code: "coupon_expired",
      param: "discounts[0][coupon]",
    });
    expect((await stripe.coupons.retrieve(coupon)).valid).toBe(false);
    expect(await attempt({ coupon: "none" })).toMatchObject({ message: "No such coupon: 'none'" });
    const over = await stripe.coupons.create({ percent_off: 5, redeem_by: START.getTime() / 1000 });
    expect((await attempt({ coupon: over.id })).code).toBe("coupon_expired");
    const euros = await stripe.coupons.create({ amount_off: 5, currency: "eur" });
    expect((await attempt({ coupon: euros.id })).message).toContain("expected currency: `usd`");
    expect((await attempt({ coupon, promotion_code: "promo_1" })).param).toBe("discounts[0]");
    expect(await happened(stripe)).toEqual(["customer.discount.created", "customer.discount.deleted"]);
  });

  it("is refused for a promotion code that is off, over, used up or another customer's", async () => {
    const { coupon, customer, stripe, subscribe } = await shop({ percent_off: 10, duration: "forever" });
    const promotion = { type: "coupon" as const, coupon };
    const attempt = async (params: Partial<Stripe.PromotionCodeCreateParams>) => {
      const { id } = await stripe.promotionCodes.create({ promotion, ...params });
      return refusal(subscribe({ discounts: [{ promotion_code: id }] }));
    };
    const other = await stripe.customers.create({});
    expect((await attempt({ active: false })).message).toBe("This promotion code is inactive.");
    expect((await attempt({ expires_at: START.getTime() / 1000 })).code).toBe("coupon_expired");
    expect((await attempt({ customer: other.id })).param).toBe("discounts[0][promotion_code]");

    const own = await stripe.promotionCodes.create({ promotion, customer: customer.id, max_redemptions: 1 });
    const { discounts } = await subscribe({ discounts: [{ promotion_code: own.id }] });
    expect(discounts).toMatchObject([{ promotion_code: own.id, source: { coupon } }]);
    expect(await stripe.promotionCodes.retrieve(own.id)).toMatchObject({ times_redeemed: 1, active: false });
    const listed = await stripe.promotionCodes.list({ active: true, customer: customer.id });
    expect(listed.data).toEqual([]);
  });
});

it("writes discounts as the versions before did: one beside the list, with its coupon whole", async () => {
  const { coupon, local, subscribe } = await shop({ percent_off: 10, duration: "forever" });
  const { discounts, id, latest_invoice } = await subscribe();
  const read = (path: string, version: string) =>
    ask(local, "GET", path, { headers: { "Stripe-Version": version } });
  const { body } = await read(`/v1/subscriptions/${id}`, "2024-06-20");
  const discount = { id: idOf(discounts[0]), coupon: { id: coupon, object: "coupon" } };
  expect(body).toMatchObject({ discount, discounts: [discount.id] });
  expect(body["discount"]).not.toHaveProperty("source");
  const invoice = await read(`/v1/invoices/${idOf(latest_invoice)}`, "2024-06-20");
  expect(invoice.body).toMatchObject({ discount });
  const clover = await read(`/v1/subscriptions/${id}?expand[]=discounts`, "2025-08-27.basil");
  expect(clover.body).toMatchObject({ discounts: [discount] });
  expect(clover.body).not.toHaveProperty("discount");
});

it.each([
  ["20.0000", 20],
  ["33.3300", 33.33],
])("reads a percentage with zeros at its end, as Go's SDK sends %s", async (percent_off, read) => {
  const { local } = await startLocal();
  const answer = await ask(local, "POST", "/v1/coupons", { body: `percent_off=${percent_off}` });
  expect(answer.body).toMatchObject({ percent_off: read });
});
