import { taxedLine } from "../billing/catalog/automatic-tax.js";
import { invoiceRecord } from "../billing/invoices/invoice-record.js";
import { finalizeInvoice, PAID_ELSEWHERE, payInvoice } from "../billing/invoices/invoices.js";
import { newId } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import type { InvoiceLineRecord, InvoiceRecord } from "../store/records/invoices.js";

/** Makes the paid invoice of a payment on a page, beside the session's own intent. */
export function makePaymentInvoice(tx: Transaction, session: CheckoutSessionRecord): InvoiceRecord {
  const customer = tx.account.getFromPath("customer", String(session.customer));
  const { description, footer, metadata } = session.invoiceData;
  const isTaxed = session.automatic_tax.enabled;
  const lines = session.lines.map((line) => {
    const plain = invoiceLine(tx, line);
    return isTaxed ? taxedLine(tx.account, customer, plain, plain.amount) : plain;
  });
  const { id } = tx.insert(
    "invoice",
    invoiceRecord(tx, {
      automatically_finalizes_at: null,
      billing_reason: "manual",
      collection_method: "charge_automatically",
      currency: String(session.currency),
      custom_fields: customer.invoice_settings.custom_fields,
      customer,
      description,
      discountAmounts: [],
      discounts: [],
      footer: footer ?? customer.invoice_settings.footer,
      id: newId("in"),
      isTaxed,
      lines,
      metadata,
      parent: null,
      test_clock: customer.test_clock ?? null,
    }),
    "invoice.created",
  );
  return payInvoice(tx, finalizeInvoice(tx, id), PAID_ELSEWHERE);
}

function invoiceLine(tx: Transaction, line: CheckoutLineRecord): InvoiceLineRecord {
  const { id, product, unit_amount_decimal: unit } = tx.account.getFromPath("price", line.price);
  return {
    id: newId("il"),
    object: "line_item",
    amount: line.amount_subtotal,
    currency: line.currency,
    description: line.description,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: null,
    livemode: tx.account.livemode,
    metadata: {},
    parent: {
      invoice_item_details: {
        invoice_item: newId("ii"),
        proration: false,
        proration_details: { credited_items: null },
        subscription: null,
      },
      subscription_item_details: null,
      type: "invoice_item_details",
    },
    period: { start: tx.now, end: tx.now },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: id, product },
      type: "price_details",
      unit_amount_decimal: unit,
    },
    quantity: line.quantity,
    quantity_decimal: String(line.quantity),
    subscription: null,
    subtotal: line.amount_subtotal,
    taxes: [],
  };
}
