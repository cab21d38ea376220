import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan } from "./plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
});

beforeEach(async () => {
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

describe.each(["classic", "flexible"] as const)("the discounts of a subscription in %s billing", (mode) => {
  let id: string;

  beforeEach(async () => {
    const subscription = await world.stripe.subscriptions.create({
      billing_mode: { type: mode },
      customer: acme.customerId,
      items: [{ price: acme.priceId, quantity: 2 }],
    });
    id = subscription.id;
  });

  it("begin with coupons and promotion codes of the tenant's own, and of everyone's", async () => {
    const own = await coupon({ percent_off: 10, duration: "forever" });
    const shared = await coupon({ percent_off: 20, duration: "forever" }, "*");
    const changed = await billing.updateSubscription(id, {
      discounts: [{ couponId: own }, { couponId: shared }, { promotionCodeId: acme.promotionCodeId }],
    });
    expect(changed.discountIds).toHaveLength(3);
    expect(await billing.getSubscription(id)).toMatchObject({ discountIds: changed.discountIds });
  });

  it("are all that are named: those kept go on, those left out end, and an empty list ends all", async () => {
    const [one, two] = [
      await coupon({ percent_off: 10, duration: "forever" }),
      await coupon({ percent_off: 5 }),
    ];
    const first = await billing.updateSubscription(id, { discounts: [{ couponId: one }] });
    const [kept = ""] = first.discountIds;
    const both = await billing.updateSubscription(id, {
      discounts: [{ discountId: kept }, { couponId: two }],
    });
    expect(both.discountIds).toEqual([kept, expect.stringMatching(/^di_/)]);
    const back = await billing.updateSubscription(id, { discounts: [{ discountId: kept }] });
    expect(back.discountIds).toEqual([kept]);
    expect((await billing.updateSubscription(id, { quantity: 3 })).discountIds).toEqual([kept]);
    expect((await billing.updateSubscription(id, { discounts: [] })).discountIds).toEqual([]);
  });

  it("come off the next invoice", async () => {
    await billing.updateSubscription(id, {
      discounts: [{ couponId: await coupon({ amount_off: 1000, currency: "usd", duration: "once" }) }],
    });
    const preview = await billing.previewSubscriptionChange(id, { quantity: 2, proration: "none" });
    expect(preview).toMatchObject({ nextAmount: 2 * 4900 - 1000, recurringAmount: 2 * 4900 });
  });

  it("can wait for the end of the period, and those that run go on from where they are", async () => {
    const running = await coupon({ percent_off: 10, duration: "repeating", duration_in_months: 6 });
    const { discountIds } = await billing.updateSubscription(id, { discounts: [{ couponId: running }] });
    const later = await coupon({ percent_off: 50, duration: "forever" });
    const [kept = ""] = discountIds;
    await billing.updateSubscription(id, {
      discounts: [{ discountId: kept }, { couponId: later }],
      when: "period_end",
    });
    expect((await billing.getSubscription(id)).discountIds).toEqual([kept]);
    await passPeriod(id);
    const after = await billing.getSubscription(id);
    expect(after.discountIds).toEqual([kept, expect.stringMatching(/^di_/)]);
    const [invoice] = (await world.stripe.invoices.list({ subscription: id })).data;
    expect(invoice?.total).toBe(Math.round(2 * 4900 * 0.9 * 0.5));
  });

  it("go on through a change of plan at the end of the period", async () => {
    const { priceId } = await addPlan(world, "acme", { unitAmount: 10_000 });
    const half = await coupon({ percent_off: 50, duration: "forever" });
    const { discountIds } = await billing.updateSubscription(id, { discounts: [{ couponId: half }] });
    await billing.updateSubscription(id, { priceId, when: "period_end" });
    await passPeriod(id);
    expect(await billing.getSubscription(id)).toMatchObject({ discountIds, items: [{ quantity: 2 }] });
    const [invoice] = (await world.stripe.invoices.list({ subscription: id })).data;
    expect(invoice?.total).toBe(10_000);
  });
});

describe("a discount that is not to be had", () => {
  it("is not found: another tenant's coupon, nobody's, a missing one, another subscription's discount", async () => {
    await world.addTenant("globex");
    const foreign = await coupon({ percent_off: 90 }, "globex");
    const nobodys = (await world.stripe.coupons.create({ percent_off: 90 })).id;
    const other = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.priceId }],
      discounts: [{ coupon: await coupon({ percent_off: 1, duration: "forever" }) }],
    });
    const [theirs] = other.discounts;
    const discountId = typeof theirs === "string" ? theirs : "";
    const wanted = [
      { couponId: foreign },
      { couponId: nobodys },
      { couponId: "missing" },
      { promotionCodeId: "promo_missing" },
      { discountId },
    ];
    world.takeRequests();
    for (const discount of wanted) {
      const change = billing.updateSubscription(acme.subscriptionId, { discounts: [discount] });
      await expect(change).rejects.toThrow(NotFoundError);
    }
    expect(world.takeRequests().every((request) => request.startsWith("GET"))).toBe(true);
  });

  it("is named twice", async () => {
    const discounts = [{ couponId: acme.couponId }, { couponId: acme.couponId }];
    await expect(billing.updateSubscription(acme.subscriptionId, { discounts })).rejects.toMatchObject({
      code: "invalid_argument",
      message: "discounts must name each of them at most once.",
    });
  });

  it("is missing under the longest of ids", async () => {
    for (const discount of [{ couponId: `-${"x".repeat(199)}` }, { discountId: `di_${"x".repeat(250)}` }]) {
      const change = billing.updateSubscription(acme.subscriptionId, { discounts: [discount] });
      await expect(change).rejects.toThrow(NotFoundError);
    }
    for (const discount of [{ couponId: "x".repeat(201) }, { discountId: `di_${"x".repeat(251)}` }]) {
      const change = billing.updateSubscription(acme.subscriptionId, { discounts: [discount] });
      await expect(change).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });

  it("is a promotion code of another customer of the same tenant", async () => {
    const sibling = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    const { id: promotionCodeId } = await world.stripe.promotionCodes.create({
      customer: sibling.id,
      metadata: { tenantId: "acme" },
      promotion: { type: "coupon", coupon: await coupon({ percent_off: 50 }) },
    });
    const change = billing.updateSubscription(acme.subscriptionId, { discounts: [{ promotionCodeId }] });
    await expect(change).rejects.toThrow(NotFoundError);
  });

  it("is refused where it is used up or over, and changes nothing", async () => {
    const single = await coupon({ percent_off: 50, duration: "forever", max_redemptions: 1 });
    await billing.updateSubscription(acme.subscriptionId, { discounts: [{ couponId: single }] });
    const { id } = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.priceId }],
    });
    const change = billing.updateSubscription(id, { quantity: 9, discounts: [{ couponId: single }] });
    await expect(change).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await billing.getSubscription(id)).toMatchObject({ discountIds: [], items: [{ quantity: 1 }] });
  });
});

it("begins with a subscription, which is billed the less for it", async () => {
  const { priceId } = await addPlan(world, "acme", { unitAmount: 8000 });
  const created = await billing.createSubscription({
    customerId: acme.customerId,
    priceId,
    discounts: [{ couponId: await coupon({ percent_off: 25, duration: "forever" }) }],
  });
  expect(created.discountIds).toHaveLength(1);
  const [invoice] = (await world.stripe.invoices.list({ subscription: created.id })).data;
  expect(invoice?.amount_paid).toBe(6000);
});

/** A coupon that belongs to acme, where nothing else is said. */
async function coupon(params: Stripe.CouponCreateParams, tenantId = "acme"): Promise<string> {
  return (await world.stripe.coupons.create({ metadata: { tenantId }, ...params })).id;
}

async function passPeriod(id: string): Promise<void> {
  const { currentPeriodEnd } = await billing.getSubscription(id);
  const { created } = await world.stripe.customers.create({});
  world.local.advanceBy(Number(currentPeriodEnd) - created * 1000 + 2 * 3_600_000);
}
