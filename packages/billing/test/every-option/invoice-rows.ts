import { expect } from "vitest";
import { addOpenInvoice } from "../stripe-world.js";
import type { OptionRow } from "./option-row.js";

export const INVOICE_ROWS: readonly OptionRow[] = [
  {
    method: "listInvoices",
    shows: "lists those with a status of one subscription, as many as asked for, after a cursor",
    run: async ({ billing, own }) => {
      const { customerId, subscriptionId, invoiceId } = own;
      const options = { quantity: 9, proration: "always_invoice" } as const;
      await billing.updateSubscription(subscriptionId, options);
      const other = { customerId, priceId: own.otherPriceId, allowSecond: true };
      await billing.createSubscription(other);
      const paid = { status: "paid", subscriptionId, limit: 1 } as const;
      const first = await billing.listInvoices(customerId, paid);
      expect(first).toMatchObject({ data: [{ billingReason: "subscription_update" }], hasMore: true });
      const rest = await billing.listInvoices(customerId, { ...paid, after: first.data[0]?.id });
      expect(rest).toMatchObject({ data: [{ id: invoiceId }], hasMore: false });
      expect((await billing.listInvoices(customerId, { status: "void" })).data).toEqual([]);
    },
  },
  {
    method: "getInvoice",
    shows: "reads the invoice",
    run: async ({ billing, own }) => {
      expect((await billing.getInvoice(own.invoiceId, {})).id).toBe(own.invoiceId);
    },
  },
  {
    method: "payInvoice",
    shows: "pays by a payment method, or outside of Stripe",
    run: async ({ billing, own, stripe }) => {
      const { paymentMethodId, customerId } = own;
      const options = { paymentMethodId, idempotencyKey: "k" };
      expect((await billing.payInvoice(await addOpenInvoice(stripe, own), options)).status).toBe("paid");
      const { data } = await stripe.charges.list({ customer: customerId, limit: 1 });
      expect(data).toMatchObject([{ payment_method: paymentMethodId }]);
      await billing.payInvoice(await addOpenInvoice(stripe, own), { paidOutOfBand: true });
      expect((await stripe.charges.list({ customer: customerId, limit: 1 })).data).toEqual(data);
    },
  },
  {
    method: "voidInvoice",
    shows: "ends what is owed",
    run: async ({ billing, own, stripe }) => {
      const invoiceId = await addOpenInvoice(stripe, own);
      expect((await billing.voidInvoice(invoiceId, { idempotencyKey: "k" })).status).toBe("void");
    },
  },
  {
    method: "createRefund",
    shows: "gives back a part for a reason, and all that is left of a payment or charge",
    run: async ({ billing, own, stripe }) => {
      const { invoiceId, paymentIntentId, chargeId } = own;
      const metadata = { why: "late" };
      const part = { amount: 500, reason: "duplicate", metadata, idempotencyKey: "k" } as const;
      const { id } = await billing.createRefund({ invoiceId, ...part });
      expect(await stripe.refunds.retrieve(id)).toMatchObject({ amount: 500, reason: "duplicate", metadata });
      await billing.createRefund({ paymentIntentId, amount: 100 });
      await billing.createRefund({ chargeId });
      expect(await stripe.charges.retrieve(chargeId)).toMatchObject({ refunded: true });
    },
  },
  {
    method: "getRefund",
    shows: "reads the refund",
    run: async ({ billing, own }) => {
      expect((await billing.getRefund(own.refundId, {})).id).toBe(own.refundId);
    },
  },
  {
    method: "listRefunds",
    shows: "lists what was given back of an invoice, a payment and a charge",
    run: async ({ billing, own: { invoiceId, paymentIntentId, chargeId, refundId } }) => {
      for (const paid of [{ invoiceId }, { paymentIntentId }, { chargeId }]) {
        expect((await billing.listRefunds(paid)).map(({ id }) => id)).toEqual([refundId]);
      }
    },
  },
  {
    method: "previewUpcomingInvoice",
    shows: "tells the next invoice of one subscription",
    run: async ({ billing, own }) => {
      const other = { customerId: own.customerId, priceId: own.otherPriceId, allowSecond: true };
      const { id } = await billing.createSubscription(other);
      const options = { subscriptionId: id };
      const preview = await billing.previewUpcomingInvoice(own.customerId, options);
      expect(preview).toMatchObject({ subscriptionId: id, total: 49_000 });
    },
  },
];
