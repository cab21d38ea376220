import { expect } from "vitest";
import { inDays, lastInvoice, type OptionRow, seconds, subscribed } from "./option-row.js";

const again = { allowSecond: true } as const;

export const SUBSCRIPTION_ROWS: readonly OptionRow[] = [
  {
    method: "createSubscription",
    shows: "subscribes to one price, with a trial of days, a card, a discount, a tax and metadata",
    run: async (scene) => {
      const { billing, own, stripe } = scene;
      await stripe.customers.update(own.customerId, { address: { country: "DE" } });
      const made = await billing.createSubscription({
        ...again,
        customerId: own.customerId,
        priceId: own.priceId,
        quantity: 4,
        trialDays: 10,
        trialWithoutPaymentMethod: "pause",
        defaultPaymentMethodId: own.paymentMethodId,
        paymentBehavior: "error_if_incomplete",
        discounts: [{ couponId: own.couponId }],
        automaticTax: true,
        metadata: { team: "blue" },
        idempotencyKey: "k",
      });
      const found = await subscribed(scene, made);
      expect(found).toMatchObject({
        customer: own.customerId,
        status: "trialing",
        items: { data: [{ price: { id: own.priceId }, quantity: 4 }] },
        trial_settings: { end_behavior: { missing_payment_method: "pause" } },
        default_payment_method: own.paymentMethodId,
        discounts: [{ source: { coupon: own.couponId } }],
        automatic_tax: { enabled: true },
        metadata: { team: "blue" },
      });
      expect((found.trial_end ?? 0) - (found.trial_start ?? 0)).toBe(10 * 86_400);
    },
  },
  {
    method: "createSubscription",
    shows:
      "subscribes to several prices until the end of a trial, with a promotion code and an invoice to pay",
    run: async (scene) => {
      const { billing, own } = scene;
      const trialEnd = inDays(5);
      const made = await billing.createSubscription({
        ...again,
        items: [{ priceId: own.priceId, quantity: 2 }],
        customerId: own.customerId,
        trialEnd,
        daysUntilDue: 14,
        discounts: [{ promotionCodeId: own.promotionCodeId }],
      });
      expect(await subscribed(scene, made)).toMatchObject({
        items: { data: [{ price: { id: own.priceId }, quantity: 2 }] },
        trial_end: seconds(trialEnd),
        collection_method: "send_invoice",
        days_until_due: 14,
        discounts: [{ promotion_code: own.promotionCodeId }],
      });
    },
  },
  {
    method: "cancelSubscription",
    shows: "cancels at the end of the period or on a day, with what the customer said",
    run: async (scene) => {
      const { billing, own } = scene;
      const said = { feedback: "too_complex", comment: "It is hard." } as const;
      const ends = await billing.cancelSubscription(own.subscriptionId, {
        when: "period_end",
        ...said,
        idempotencyKey: "k",
      });
      expect(ends.cancelsAt).toEqual(ends.currentPeriodEnd);
      expect(await subscribed(scene, ends)).toMatchObject({ cancellation_details: said });
      const when = inDays(40);
      expect((await billing.cancelSubscription(own.subscriptionId, { when })).cancelsAt).toEqual(when);
    },
  },
  {
    method: "cancelSubscription",
    shows: "ends it at once, with the time that is left paid back",
    run: async (scene) => {
      const { billing, own } = scene;
      const options = { when: "now", prorate: true, invoiceNow: true } as const;
      const ended = await billing.cancelSubscription(own.subscriptionId, options);
      expect(ended.status).toBe("canceled");
      expect((await lastInvoice(scene, ended))?.total).toBeLessThan(0);
    },
  },
  {
    method: "resumeSubscription",
    shows: "takes a cancellation back",
    run: async ({ billing, own }) => {
      await billing.cancelSubscription(own.subscriptionId);
      const resumed = await billing.resumeSubscription(own.subscriptionId, { idempotencyKey: "k" });
      expect(resumed.cancelsAt).toBeNull();
    },
  },
  {
    method: "pauseSubscription",
    shows: "pauses collection until a day",
    run: async (scene) => {
      const { billing, own } = scene;
      const until = inDays(20);
      const options = { pause: "collection", invoices: "keep_as_draft", until, idempotencyKey: "k" } as const;
      expect(
        await subscribed(scene, await billing.pauseSubscription(own.subscriptionId, options)),
      ).toMatchObject({ pause_collection: { behavior: "keep_as_draft", resumes_at: seconds(until) } });
    },
  },
  {
    method: "pauseSubscription",
    shows: "pauses the subscription itself, and settles what is left of its time",
    run: async (scene) => {
      const { billing, own } = scene;
      const options = { pause: "subscription", settle: "invoice" } as const;
      const paused = await billing.pauseSubscription(own.subscriptionId, options);
      const found = await subscribed(scene, paused);
      expect(found.status).toBe("paused");
      expect((await lastInvoice(scene, found))?.total).toBeLessThan(0);
    },
  },
  {
    method: "unpauseSubscription",
    shows: "ends a pause",
    run: async (scene) => {
      const { billing, own } = scene;
      await billing.pauseSubscription(own.subscriptionId);
      const after = await billing.unpauseSubscription(own.subscriptionId, { idempotencyKey: "k" });
      expect(await subscribed(scene, after)).toMatchObject({ pause_collection: null });
    },
  },
  {
    method: "listCustomerSubscriptions",
    shows: "lists those with a status, as many as asked for, after a cursor",
    run: async ({ billing, own }) => {
      const customerId = own.customerId;
      const second = await billing.createSubscription({ ...again, customerId, priceId: own.otherPriceId });
      await billing.cancelSubscription(own.subscriptionId, { when: "now" });
      const idsOf = async (options: Parameters<typeof billing.listCustomerSubscriptions>[1]) =>
        (await billing.listCustomerSubscriptions(customerId, options)).data.map(({ id }) => id);
      expect(await idsOf({ status: "canceled" })).toEqual([own.subscriptionId]);
      expect(await idsOf({ status: "active" })).toEqual([second.id]);
      const [first] = await idsOf({ status: "all", limit: 1 });
      const rest = await idsOf({ status: "all", limit: 1, after: first });
      expect([first, ...rest].sort()).toEqual([own.subscriptionId, second.id].sort());
    },
  },
  {
    method: "getSubscription",
    shows: "reads the subscription",
    run: async ({ billing, own }) => {
      expect((await billing.getSubscription(own.subscriptionId, {})).id).toBe(own.subscriptionId);
    },
  },
  {
    method: "fetchEventObject",
    shows: "reads what an event is about",
    run: async ({ billing, own }) => {
      const object = { type: "subscription", id: own.subscriptionId } as const;
      expect(await billing.fetchEventObject(object, {})).toMatchObject({ id: own.subscriptionId });
    },
  },
];
