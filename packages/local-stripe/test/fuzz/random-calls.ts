import type Stripe from "stripe";
import type { Chances } from "./random.js";

const DAY = 24 * 3600;

/** What one life of a server holds by now, and the time that it stands at. */
export interface Shop {
  readonly stripe: Stripe;
  readonly chances: Chances;
  readonly now: () => number;
  readonly customers: string[];
  readonly prices: Stripe.Price[];
  readonly coupons: string[];
  readonly subscriptions: Stripe.Subscription[];
  readonly schedules: string[];
  readonly meters: string[];
}

type Discounts = { readonly discounts?: { readonly coupon: string }[] };

/** Stocks the shop: free and paid prices of every interval in two currencies, a metered one, and coupons. */
export async function stock(shop: Shop): Promise<void> {
  const { stripe, chances } = shop;
  const { id: product } = await stripe.products.create({ name: "Everything" });
  for (const interval of ["day", "week", "month", "month", "year"] as const) {
    const unit = chances.pick(["0", "1", "1000", "99999999", "0.333", "1234.5678"]);
    const price = await stripe.prices.create({
      product,
      currency: chances.pick(["usd", "usd", "usd", "jpy"]),
      unit_amount_decimal: unit as never, // the SDK's own decimal class is written as this text
      recurring: { interval, interval_count: chances.pick([1, 1, 2]) },
    });
    shop.prices.push(price);
  }
  const meter = await stripe.billing.meters.create({
    display_name: "Calls",
    event_name: "calls",
    default_aggregation: { formula: chances.pick(["sum", "count"]) },
  });
  shop.meters.push(meter.id);
  const recurring = { interval: "month", usage_type: "metered", meter: meter.id } as const;
  shop.prices.push(await stripe.prices.create({ product, currency: "usd", unit_amount: 3, recurring }));
  for (const duration of ["once", "forever", "repeating"] as const) {
    const off = chances.pick([
      { percent_off: 100 },
      { percent_off: 33.33 },
      { amount_off: 500, currency: "usd" },
    ]);
    const months = duration === "repeating" ? { duration_in_months: 2 } : {};
    shop.coupons.push((await stripe.coupons.create({ duration, ...off, ...months })).id);
  }
  await addCustomer(shop);
}

/** One call at random. It may be refused, for what there is to name may have ended, or never have been. */
export async function callAtRandom(shop: Shop): Promise<void> {
  const call = shop.chances.pick(CALLS);
  await call(shop);
}

async function addCustomer({ stripe, chances, customers }: Shop): Promise<void> {
  const card = chances.pick(["pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"]);
  const { id } = await stripe.customers.create({
    ...chances.maybe(0.7, { payment_method: card, invoice_settings: { default_payment_method: card } }),
  });
  customers.push(id);
}

function items({ chances, prices }: Shop): { price: string; quantity?: number }[] {
  const [first, second] = [chances.find(prices), chances.find(prices)];
  const chosen = new Map(
    [first, ...(chances.next() < 0.3 ? [second] : [])].map((price) => [price?.id, price]),
  );
  return [...chosen.values()].map((price) => ({
    price: price?.id ?? "",
    ...(price?.recurring?.usage_type === "licensed" &&
      chances.maybe(0.5, { quantity: chances.pick([0, 1, 2, 1_000_000]) })),
  }));
}

function discounts({ chances, coupons }: Shop): Discounts {
  const coupon = chances.find(coupons);
  return coupon === undefined ? {} : chances.maybe(0.3, { discounts: [{ coupon }] });
}

function later({ chances, now }: Shop): number {
  return now() + chances.pick([1, 3600, DAY, 5 * DAY, 20 * DAY, 40 * DAY, 400 * DAY]);
}

const CALLS: readonly [(shop: Shop) => Promise<unknown>, ...((shop: Shop) => Promise<unknown>)[]] = [
  addCustomer,
  async (shop) => {
    const { chances, stripe, subscriptions } = shop;
    const made = await stripe.subscriptions.create({
      customer: chances.find(shop.customers) ?? "",
      items: items(shop),
      ...discounts(shop),
      ...chances.maybe(0.5, { billing_mode: { type: chances.pick(["classic", "flexible"]) } }),
      ...chances.maybe(0.3, { trial_end: later(shop) }),
      ...chances.maybe(0.3, { billing_cycle_anchor: later(shop) }),
      ...chances.maybe(0.2, { cancel_at: later(shop) }),
      ...chances.maybe(0.2, {
        collection_method: "send_invoice" as const,
        days_until_due: chances.pick([0, 7]),
      }),
      ...chances.maybe(0.3, { proration_behavior: chances.pick(["none", "create_prorations"]) }),
      ...chances.maybe(0.3, {
        payment_behavior: chances.pick(["default_incomplete", "error_if_incomplete"]),
      }),
      ...chances.maybe(0.3, {
        trial_settings: { end_behavior: { missing_payment_method: chances.pick(["cancel", "pause"]) } },
      }),
    });
    subscriptions.push(made);
  },
  async (shop) => {
    const { chances, stripe } = shop;
    const subscription = chances.find(shop.subscriptions);
    const item = chances.find(subscription?.items.data ?? []);
    await stripe.subscriptions.update(subscription?.id ?? "sub_none", {
      items: [
        {
          id: item?.id ?? "",
          ...chances.pick([{ quantity: 3 }, { price: chances.find(shop.prices)?.id ?? "" }]),
        },
      ],
      proration_behavior: chances.pick(["always_invoice", "create_prorations", "none"]),
      ...chances.maybe(0.4, {
        payment_behavior: chances.pick(["pending_if_incomplete", "default_incomplete"]),
      }),
      ...chances.maybe(0.1, { proration_date: shop.now() - DAY }),
    });
  },
  async (shop) => {
    const { chances, stripe } = shop;
    const coupon = chances.find(shop.coupons) ?? "";
    await stripe.subscriptions.update(chances.find(shop.subscriptions)?.id ?? "sub_none", {
      ...chances.pick<Stripe.SubscriptionUpdateParams>([
        { items: [{ price: chances.find(shop.prices)?.id ?? "" }] },
        { cancel_at_period_end: true },
        { cancel_at: later(shop) },
        { trial_end: later(shop) },
        { trial_end: "now" },
        { billing_cycle_anchor: { type: "now" } },
        { collection_method: "send_invoice", days_until_due: 3 },
        { collection_method: "charge_automatically" },
        { discounts: [{ coupon }] },
        { pause_collection: { behavior: "void", resumes_at: later(shop) } },
        { pause_collection: { behavior: "keep_as_draft" } },
        { metadata: { noted: "yes" } },
      ]),
    });
  },
  async ({ chances, stripe, subscriptions }) => {
    const id = chances.find(subscriptions)?.id ?? "sub_none";
    const act = chances.pick([
      () => stripe.subscriptions.pause(id, { type: "subscription" }),
      () => stripe.subscriptions.resume(id, { payment_behavior: "resume_on_payment_success" }),
      () => stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: "unchanged" } }),
      () => stripe.subscriptions.cancel(id, { invoice_now: true, prorate: true }),
    ]);
    await act();
  },
  async (shop) => {
    const { chances, stripe, schedules } = shop;
    const made = await stripe.subscriptionSchedules.create({
      customer: chances.find(shop.customers) ?? "",
      start_date: chances.pick<number | "now">(["now", later(shop)]),
      end_behavior: chances.pick(["cancel", "release"]),
      phases: [1, 2].map(() => ({
        items: items(shop),
        ...discounts(shop),
        duration: { interval: chances.pick(["day", "month"]), interval_count: chances.pick([1, 2]) },
        ...chances.maybe(0.2, { trial: true }),
      })),
    });
    schedules.push(made.id);
  },
  async ({ chances, stripe, subscriptions, schedules }) => {
    const subscription = chances.find(subscriptions)?.id ?? "sub_none";
    schedules.push((await stripe.subscriptionSchedules.create({ from_subscription: subscription })).id);
  },
  async ({ chances, stripe, schedules }) => {
    const id = chances.find(schedules) ?? "sub_sched_none";
    const end = chances.pick([
      () => stripe.subscriptionSchedules.cancel(id),
      () => stripe.subscriptionSchedules.release(id),
    ]);
    await end();
  },
  async ({ chances, stripe, customers }) => {
    const { data } = await stripe.invoices.list({ customer: chances.find(customers) ?? "", limit: 100 });
    const id = chances.find(data)?.id ?? "in_none";
    const act = chances.pick([
      () => stripe.invoices.pay(id),
      () => stripe.invoices.pay(id, { paid_out_of_band: true }),
      () => stripe.invoices.voidInvoice(id),
      () => stripe.invoices.finalizeInvoice(id),
      () => stripe.invoices.markUncollectible(id),
    ]);
    await act();
  },
  async ({ chances, stripe, customers }) => {
    const id = chances.find(customers) ?? "";
    const card = chances.pick(["pm_card_visa", "pm_card_chargeCustomerFail"]);
    const method = await stripe.paymentMethods.attach(card, { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
  },
  async ({ chances, stripe, customers }) => {
    const { data } = await stripe.paymentMethods.list({ customer: chances.find(customers) ?? "" });
    await stripe.paymentMethods.detach(chances.find(data)?.id ?? "pm_none");
  },
  async ({ chances, stripe, customers }) => {
    const value = chances.pick(["1", "-5", "999999999999", "0"]);
    const payload = { stripe_customer_id: chances.find(customers) ?? "", value };
    await stripe.billing.meterEvents.create({ event_name: "calls", payload });
  },
  async (shop) => {
    const { chances, stripe } = shop;
    const subscription = chances.find(shop.subscriptions)?.id ?? "sub_none";
    const change = { items: items(shop), proration_behavior: "always_invoice" as const };
    await stripe.invoices.createPreview({
      subscription,
      ...chances.maybe(0.5, { subscription_details: change }),
    });
  },
  async ({ chances, stripe, customers, prices }) => {
    const line = { price: chances.find(prices)?.id ?? "", quantity: 1 };
    await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: chances.find(customers) ?? "",
      line_items: [line],
      success_url: "https://app.example.com/done",
    });
  },
  async ({ chances, stripe, customers, coupons }) => {
    if (chances.next() > 0.15) return;
    await stripe.customers.del(chances.find(customers) ?? "");
    await stripe.coupons.del(chances.find(coupons) ?? "");
  },
];
