import { expect } from "vitest";
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
