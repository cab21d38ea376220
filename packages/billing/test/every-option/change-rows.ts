import { expect } from "vitest";
import { inDays, lastInvoice, type OptionRow, type Scene, seconds, subscribed } from "./option-row.js";

/** A coupon that lasts, so that every amount shows it. */
async function lastingCoupon({ stripe, own }: Scene): Promise<string> {
  const { tenantId } = own;
  return (await stripe.coupons.create({ percent_off: 50, duration: "forever", metadata: { tenantId } })).id;
}

async function lastingCode(scene: Scene): Promise<string> {
  const promotion = { type: "coupon", coupon: await lastingCoupon(scene) } as const;
  const { tenantId } = scene.own;
  return (await scene.stripe.promotionCodes.create({ promotion, metadata: { tenantId } })).id;
}

export const CHANGE_ROWS: readonly OptionRow[] = [
  {
    method: "updateSubscription",
    shows: "changes price, quantity, discounts, card and metadata at once, with prorations from an instant",
    run: async (scene) => {
      const { billing, own } = scene;
      const prorationDate = inDays(10);
      const couponId = await lastingCoupon(scene);
      const promotionCodeId = await lastingCode(scene);
      const { discountIds } = await billing.updateSubscription(own.subscriptionId, {
        discounts: [{ couponId }],
        proration: "none",
      });
      const changed = await billing.updateSubscription(own.subscriptionId, {
        priceId: own.otherPriceId,
        quantity: 2,
        discounts: [...discountIds.map((discountId) => ({ discountId })), { promotionCodeId }],
        defaultPaymentMethodId: own.paymentMethodId,
        metadata: { team: "blue" },
        when: "now",
        proration: "always_invoice",
        prorationDate,
        paymentBehavior: "error_if_incomplete",
        scheduledChange: null,
        idempotencyKey: "k",
      });
      const found = await subscribed(scene, changed);
      expect(found).toMatchObject({
        items: { data: [{ price: { id: own.otherPriceId }, quantity: 2 }] },
        discounts: [
          { id: discountIds[0], source: { coupon: couponId } },
          { promotion_code: promotionCodeId },
        ],
        default_payment_method: own.paymentMethodId,
        metadata: { team: "blue" },
      });
      const invoice = await lastInvoice(scene, changed);
      expect(invoice).toMatchObject({ billing_reason: "subscription_update", status: "paid" });
      expect(invoice?.lines.data[0]?.period.start).toBe(seconds(prorationDate));
    },
  },
  {
    method: "updateSubscription",
    shows: "adds, changes and removes items, and begins a trial",
    run: async (scene) => {
      const { billing, own } = scene;
      const added = await billing.createPrice(own.productId, {
        unitAmount: 100,
        currency: "usd",
        recurring: { interval: "month" },
      });
      const trialEnd = inDays(9);
      const both = await billing.updateSubscription(own.subscriptionId, {
        items: [
          { add: added.id, quantity: 5 },
          { change: own.itemId, quantity: 6 },
        ],
        trialEnd,
      });
      expect(both).toMatchObject({ status: "trialing", trialEndsAt: trialEnd });
      const after = await billing.updateSubscription(own.subscriptionId, {
        items: [{ remove: { priceId: own.priceId } }, { change: { priceId: added.id }, quantity: 7 }],
      });
      expect(await subscribed(scene, after)).toMatchObject({
        items: { data: [{ price: { id: added.id }, quantity: 7 }] },
      });
      const yearly = await billing.updateSubscription(own.subscriptionId, {
        items: [{ change: { priceId: added.id }, priceId: own.otherPriceId }],
        trialEnd: "now",
      });
      expect(yearly).toMatchObject({ status: "active", items: [{ price: { id: own.otherPriceId } }] });
    },
  },
  {
    method: "updateSubscription",
    shows: "schedules a change for the end of the period, and drops it",
    run: async (scene) => {
      const { billing, own } = scene;
      const options = { quantity: 1, when: "period_end" } as const;
      expect(await billing.updateSubscription(own.subscriptionId, options)).toMatchObject({
        items: [{ quantity: 3 }],
        scheduledChange: { items: [{ quantity: 1 }] },
      });
      const dropped = await billing.updateSubscription(own.subscriptionId, { scheduledChange: null });
      expect(await subscribed(scene, dropped)).toMatchObject({ schedule: null });
    },
  },
  {
    method: "previewSubscriptionChange",
    shows: "tells the amounts of a change of price, quantity, discounts and trial, and changes nothing",
    run: async (scene) => {
      const { billing, own } = scene;
      const before = await subscribed(scene, { id: own.subscriptionId });
      const prorationDate = inDays(10);
      const couponId = await lastingCoupon(scene);
      const preview = await billing.previewSubscriptionChange(own.subscriptionId, {
        priceId: own.otherPriceId,
        quantity: 2,
        discounts: [{ couponId }],
        defaultPaymentMethodId: own.paymentMethodId,
        metadata: { team: "blue" },
        when: "now",
        proration: "always_invoice",
        prorationDate,
        paymentBehavior: "allow_incomplete",
        scheduledChange: null,
        idempotencyKey: "k",
      });
      expect(preview).toMatchObject({
        recurringAmount: 0.5 * 2 * 49_000,
        confirmation: { prorationDate, idempotencyKey: "k" },
      });
      expect(await subscribed(scene, { id: own.subscriptionId })).toEqual(before);
    },
  },
  {
    method: "previewSubscriptionChange",
    shows: "tells the amounts of a change of each item and of a trial",
    run: async (scene) => {
      const { billing, own } = scene;
      const added = await billing.createPrice(own.productId, {
        unitAmount: 100,
        currency: "usd",
        recurring: { interval: "month" },
      });
      const { discountIds } = await billing.updateSubscription(own.subscriptionId, {
        discounts: [{ couponId: await lastingCoupon(scene) }],
      });
      const trialEnd = inDays(9);
      const preview = await billing.previewSubscriptionChange(own.subscriptionId, {
        items: [
          { add: added.id, quantity: 5 },
          { change: own.itemId, quantity: 6 },
        ],
        trialEnd,
        discounts: [
          ...discountIds.map((discountId) => ({ discountId })),
          { promotionCodeId: own.promotionCodeId },
        ],
      });
      expect(preview.recurringAmount).toBe(0.5 * (5 * 100 + 6 * 4900));
      expect(preview.lines.map(({ periodStart }) => periodStart)).toContainEqual(trialEnd);
      const replaced = await billing.previewSubscriptionChange(own.subscriptionId, {
        items: [{ change: { priceId: own.priceId }, priceId: added.id, quantity: 1 }],
      });
      expect(replaced.recurringAmount).toBe(50);
      const swapped = await billing.previewSubscriptionChange(own.subscriptionId, {
        items: [{ remove: { priceId: own.priceId } }, { add: added.id }],
      });
      expect(swapped.recurringAmount).toBe(50);
    },
  },
];
