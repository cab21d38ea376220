import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import { keepPayment } from "../payments/payment-intents.js";

/** Keeps how an invoice was paid: the intent whose secret it had, its charge, and what joins them to the invoice. */
export function keepInvoicePayment(tx: Transaction, invoice: InvoiceRecord, method: string | null): void {
  const { amount_due: amount, confirmationSecret, currency, customer } = invoice;
  const [id = newId("pi")] = confirmationSecret?.split("_secret_") ?? [];
  const intent = keepPayment(tx, { amount, currency, customer, id, method });
  tx.insert("invoice_payment", {
    id: newId("inpay"),
    object: "invoice_payment",
    amount_paid: amount,
    amount_requested: amount,
    created: tx.now,
    currency,
    invoice: invoice.id,
    is_default: true,
    livemode: invoice.livemode,
    payment: { type: "payment_intent", payment_intent: intent.id },
    status: "paid",
    status_transitions: { canceled_at: null, paid_at: tx.now },
  });
}
