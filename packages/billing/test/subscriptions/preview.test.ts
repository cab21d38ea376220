import fc from "fast-check";
import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type {
  InvoiceLine,
  StripeBillingService,
  SubscriptionChange,
  SubscriptionPreview,
} from "../../src/index.js";
import { toInvoiceLine } from "../../src/views/invoice-line.js";
import { type FrozenWorld, freeze, startFrozenWorld } from "./frozen-world.js";
import { addPlan } from "./plans.js";

const DAY_MS = 86_400_000;

describe.each(["classic", "flexible"] as const)("a preview in %s billing", (mode) => {
  it("puts a change of plan on the next invoice, to the cent", async () => {
    const shop = await openShop([2000, 5000], mode);
    const [small, big] = [shop.price(0), shop.price(1)];
    const id = await shop.subscribe({ items: [{ price: small, quantity: 3 }] });
    shop.world.moveTo(shop.world.now + 10 * DAY_MS);

    const preview = await expectExact(shop, id, { priceId: big });
    expect(preview.amountDueNow).toBe(0);
    expect(preview.recurringAmount).toBe(15_000);
    expect(preview.lines.map(({ proration }) => proration)).toEqual([true, true, false]);
  });

  it("bills a change of quantity at once where it is told to", async () => {
    const shop = await openShop([2000], mode);
    const id = await shop.subscribe({ items: [{ price: shop.price(0), quantity: 3 }] });
    shop.world.moveTo(shop.world.now + 10 * DAY_MS);

    const preview = await expectExact(shop, id, { quantity: 5, proration: "always_invoice" });
    expect(preview.amountDueNow).toBeGreaterThan(0);
    expect(preview.nextAmount).toBe(10_000);
  });

  it("keeps a credit for the next invoice", async () => {
    const shop = await openShop([2000], mode);
    const id = await shop.subscribe({ items: [{ price: shop.price(0), quantity: 3 }] });
    shop.world.moveTo(shop.world.now + 10 * DAY_MS);

    const preview = await expectExact(shop, id, { quantity: 1, proration: "always_invoice" });
    expect(preview.amountDueNow).toBe(0);
    expect(preview.nextAmount).toBeLessThan(2000);
  });

  it("begins a year at once, and credits the month", async () => {
    const shop = await openShop([2000], mode);
    const yearly = await addPlan(shop.world, "acme", { unitAmount: 20_000, interval: "year" });
    const id = await shop.subscribe({ items: [{ price: shop.price(0) }] });
    shop.world.moveTo(shop.world.now + 10 * DAY_MS);

    const preview = await expectExact(shop, id, { priceId: yearly.priceId });
    expect(preview.amountDueNow).toBeGreaterThan(18_000);
    expect(preview.nextAmount).toBe(20_000);
  });

  it("ends a trial, extends it, and changes what it is of", async () => {
    const shop = await openShop([2000, 5000], mode);
    const [small, big] = [shop.price(0), shop.price(1)];
    const trial = { items: [{ price: small, quantity: 2 }], trial_period_days: 14 };
    const ended = await expectExact(shop, await shop.subscribe(trial), { trialEnd: "now" });
    expect(ended).toMatchObject({ amountDueNow: 4000, nextAmount: 4000 });
    const trialEnd = new Date(shop.world.now + 30 * DAY_MS);
    const extended = await expectExact(shop, await shop.subscribe(trial), { trialEnd });
    expect(extended).toMatchObject({ amountDueNow: 0, nextAmount: 4000, nextInvoiceAt: trialEnd });
    const other = await expectExact(shop, await shop.subscribe(trial), { priceId: big });
    expect(other).toMatchObject({ amountDueNow: 0, nextAmount: 10_000 });
  });

  it("says what comes at the end of the period, and of nothing due now", async () => {
    const shop = await openShop([2000, 5000], mode);
    const [small, big] = [shop.price(0), shop.price(1)];
    const id = await shop.subscribe({ items: [{ price: small, quantity: 3 }] });
    shop.world.moveTo(shop.world.now + 10 * DAY_MS);

    const preview = await expectExact(shop, id, { priceId: big, when: "period_end" });
    expect(preview).toMatchObject({ amountDueNow: 0, nextAmount: 15_000, recurringAmount: 15_000 });
  });

  it("takes discounts off: those that are there, and those that come with the change", async () => {
    const shop = await openShop([2000, 5000], mode);
    const [small, big] = [shop.price(0), shop.price(1)];
    const half = await shop.coupon({ percent_off: 50, duration: "forever" });
    const once = await shop.coupon({ amount_off: 700, currency: "usd", duration: "once" });
    const months = await shop.coupon({ percent_off: 10, duration: "repeating", duration_in_months: 2 });
    const discounted = () =>
      shop.subscribe({ items: [{ price: small, quantity: 3 }], discounts: [{ coupon: half }] });

    const changed = await expectExact(shop, await discounted(), { priceId: big });
    expect(changed.recurringAmount).toBe(7500);
    const more = { quantity: 2, discounts: [{ couponId: once }, { couponId: months }] };
    await expectExact(shop, await discounted(), more);
    const none = await expectExact(shop, await discounted(), { discounts: [] });
    expect(none.recurringAmount).toBe(6000);
  });
});

it("changes nothing and names no subscription of another tenant's", async () => {
  const shop = await openShop([2000, 5000], "flexible");
  const { billing, price, world } = shop;
  const globex = await world.addTenant("globex");
  const id = await shop.subscribe({ items: [{ price: price(0) }] });
  const before = await world.stripe.subscriptions.retrieve(id);
  await billing.previewSubscriptionChange(id, { priceId: price(1), quantity: 9 });
  expect(await world.stripe.subscriptions.retrieve(id)).toEqual(before);
  for (const foreign of [globex.subscriptionId, "sub_missing"]) {
    await expect(billing.previewSubscriptionChange(foreign, { quantity: 2 })).rejects.toMatchObject({
      code: "not_found",
    });
  }
});

it("says that no invoice will come of a subscription that is going to end", async () => {
  const shop = await openShop([2000], "flexible");
  const id = await shop.subscribe({ items: [{ price: shop.price(0) }] });
  await shop.billing.cancelSubscription(id);
  expect(await shop.billing.previewSubscriptionChange(id, { quantity: 2, proration: "none" })).toMatchObject({
    amountDueNow: 0,
    nextAmount: null,
    nextInvoiceAt: null,
    recurringAmount: 0,
  });
});

it("is kept by its confirmation, however long that is thought over, and only once", async () => {
  const shop = await openShop([2000, 5000], "flexible");
  const { billing, price, world } = shop;
  const id = await shop.subscribe({ items: [{ price: price(0), quantity: 3 }] });
  world.moveTo(world.now + 10 * DAY_MS);
  const preview = await billing.previewSubscriptionChange(id, {
    priceId: price(1),
    proration: "always_invoice",
  });
  world.moveTo(world.now + 3 * DAY_MS);
  await billing.updateSubscription(id, preview.confirmation);
  await billing.updateSubscription(id, preview.confirmation);
  const [, billed, ...more] = await world.invoices(id);
  expect(billed?.amount_due).toBe(preview.amountDueNow);
  expect(more).toEqual([]);
});

it("comes true for every subscription and every change", async () => {
  await fc.assert(
    fc.asyncProperty(SUBSCRIPTIONS, CHANGES, async (subscription, change) => {
      const world = await startFrozenWorld();
      try {
        const shop = await stock(world, AMOUNTS, subscription.mode);
        const id = await subscribeAs(shop, subscription);
        world.moveTo(world.now + subscription.ageDays * DAY_MS);
        await expectExact(shop, id, await asChange(shop, id, change));
      } finally {
        await world.close();
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);

const AMOUNTS = [700, 1999, 4900, 12_345];

const SUBSCRIPTIONS = fc.record({
  mode: fc.constantFrom("classic" as const, "flexible" as const),
  quantities: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  ageDays: fc.integer({ min: 0, max: 27 }),
  trialDays: fc.constantFrom(0, 0, 40),
  discount: fc.constantFrom("none", "none", "percent", "amount", "once", "item"),
});

const CHANGES = fc.record({
  what: fc.constantFrom("quantity", "price", "add", "remove", "several", "trial", "discount"),
  quantity: fc.integer({ min: 0, max: 12 }),
  proration: fc.constantFrom("create_prorations" as const, "always_invoice" as const, "none" as const),
});

type Drawn<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

async function subscribeAs(shop: Shop, drawn: Drawn<typeof SUBSCRIPTIONS>): Promise<string> {
  const { discount, quantities, trialDays } = drawn;
  const coupons: Record<string, Stripe.CouponCreateParams> = {
    percent: { percent_off: 33, duration: "forever" },
    item: { percent_off: 25, duration: "forever" },
    amount: { amount_off: 1500, currency: "usd", duration: "forever" },
    once: { percent_off: 40, duration: "once" },
  };
  const params = coupons[discount];
  const discounts = params === undefined ? [] : [{ coupon: await shop.coupon(params) }];
  return shop.subscribe({
    items: quantities.map((quantity, at) => ({
      price: shop.price(at),
      quantity,
      ...(discount === "item" && at === 0 && { discounts }),
    })),
    ...(discount !== "item" && discounts.length > 0 && { discounts }),
    ...(trialDays > 0 && { trial_period_days: trialDays }),
  });
}

async function asChange(shop: Shop, id: string, drawn: Drawn<typeof CHANGES>): Promise<SubscriptionChange> {
  const { items } = await shop.billing.getSubscription(id);
  const { proration, quantity, what } = drawn;
  const [first] = items;
  const unused = shop.price(3);
  if (first === undefined) throw new Error("a subscription has items");
  switch (what) {
    case "price":
      return { items: [{ change: first.id, priceId: unused }], proration };
    case "add":
      return { items: [{ add: unused, quantity }], proration };
    case "remove":
      return { items: [{ remove: first.id }, { add: unused, quantity }], proration };
    case "several":
      return { items: items.map(({ id: change }, at) => ({ change, quantity: quantity + at })), proration };
    case "trial":
      return { trialEnd: "now", proration };
    case "discount":
      return {
        discounts: [{ couponId: await shop.coupon({ percent_off: 20, duration: "forever" }) }],
        proration,
      };
    default:
      return { items: [{ change: first.id, quantity }], proration };
  }
}

interface Shop {
  readonly world: FrozenWorld;
  readonly billing: StripeBillingService;
  /** The price of the amount at that place. */
  readonly price: (at: number) => string;
  readonly subscribe: (params: Omit<Stripe.SubscriptionCreateParams, "customer">) => Promise<string>;
  readonly coupon: (params: Stripe.CouponCreateParams) => Promise<string>;
}

async function openShop(amounts: readonly number[], mode: "classic" | "flexible"): Promise<Shop> {
  return stock(await freeze(), amounts, mode);
}

/** A tenant with monthly prices, each of a product of its own. */
async function stock(
  world: FrozenWorld,
  amounts: readonly number[],
  mode: "classic" | "flexible",
): Promise<Shop> {
  const { customerId: customer } = await world.addTenant("acme");
  const plans = await Promise.all(amounts.map((unitAmount) => addPlan(world, "acme", { unitAmount })));
  return {
    world,
    billing: world.service().forTenant("acme"),
    price: (at) => {
      const plan = plans[at];
      if (plan === undefined) throw new Error(`no price is at ${at}`);
      return plan.priceId;
    },
    subscribe: async (params) =>
      (await world.stripe.subscriptions.create({ billing_mode: { type: mode }, customer, ...params })).id,
    coupon: async (params) =>
      (await world.stripe.coupons.create({ metadata: { tenantId: "acme" }, ...params })).id,
  };
}

/** Previews a change, makes it as confirmed, and holds what is billed now and next against what was said. */
async function expectExact(shop: Shop, id: string, change: SubscriptionChange): Promise<SubscriptionPreview> {
  const { billing, world } = shop;
  const preview = await billing.previewSubscriptionChange(id, change);
  const before = await world.invoices(id);

  await billing.updateSubscription(id, preview.confirmation);
  const [billed, ...more] = (await world.invoices(id)).slice(before.length);
  expect(more).toEqual([]);
  expect(billed?.amount_due ?? 0).toBe(preview.amountDueNow);
  if (billed !== undefined) expect(linesOf(billed)).toEqual(withoutWords(preview.lines));

  if (preview.nextInvoiceAt === null) throw new Error("an invoice is to come");
  world.moveTo(preview.nextInvoiceAt);
  const [next, ...others] = (await world.invoices(id)).slice(before.length + (billed ? 1 : 0));
  if (next === undefined) throw new Error("no invoice came when it was said to come");
  expect(others).toEqual([]);
  expect(next.created * 1000).toBe(Number(preview.nextInvoiceAt));
  expect(next.amount_due).toBe(preview.nextAmount);
  if (billed === undefined) expect(linesOf(next)).toEqual(withoutWords(preview.lines));

  const { currentPeriodEnd } = await billing.getSubscription(id);
  world.moveTo(Number(currentPeriodEnd));
  const third = (await world.invoices(id)).at(-1);
  expect(third?.created).toBeGreaterThan(next.created);
  const lasts = await hasLasted(world, id);
  if (lasts) expect(third?.total).toBe(preview.recurringAmount);
  return preview;
}

/** Whether nothing ran out between the second invoice and the third. */
async function hasLasted(world: FrozenWorld, id: string): Promise<boolean> {
  const ended = await world.stripe.events.list({ type: "customer.discount.deleted", limit: 100 });
  // These events hold discounts.
  return ended.data.every(({ data }) => {
    const { end, subscription } = data.object as Stripe.Discount;
    return subscription !== id || end === null;
  });
}

function linesOf(invoice: Stripe.Invoice): object[] {
  return withoutWords(invoice.lines.data.map(toInvoiceLine));
}

/** The day in a description is that of the change, which is not that of the preview. */
function withoutWords(lines: readonly InvoiceLine[]): object[] {
  return lines.map((line) => ({ ...line, description: null }));
}
