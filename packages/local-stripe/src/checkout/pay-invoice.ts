import { invalid } from "../api-error.js";
import { billedSubscription, payInvoice } from "../billing/invoices/invoices.js";
import { declined } from "../billing/payments/payment.js";
import { attach } from "../billing/payments/payment-methods.js";
import { testCard } from "../billing/payments/test-cards.js";
import type { Transaction } from "../store/account-data.js";
import type { InvoiceRecord } from "../store/records/invoices.js";

/** Whether an invoice can be paid on its page. */
export function isPayable({ amount_remaining: left, status }: InvoiceRecord): boolean {
  return (status === "open" || status === "uncollectible") && left > 0;
}

/**
 * Pays an invoice by hand with a well-known card, whose holder was asked where the card wants that. A declined card is
 * refused with 402; the attempt stays.
 */
export function payByHand(tx: Transaction, id: string, token: string): InvoiceRecord {
  const invoice = tx.account.getFromPath("invoice", id);
  tx.followClock(invoice);
  if (!isPayable(invoice)) throw invalid("There is nothing left to pay.", "invoice");
  const card = testCard(token);
  if (card === undefined) throw invalid("Choose a card.", "card");
  if (card.behavior.kind !== "declines") {
    keepCard(tx, invoice, token);
    return payInvoice(tx, invoice);
  }
  // After the first attempt, those by hand do not count for the schedule of retries.
  const attempts = Math.max(1, invoice.attempt_count);
  const failed = tx.change("invoice", id, { attempt_count: attempts, attempted: true });
  tx.emit("invoice.payment_failed", tx.account.render("invoice", failed));
  return tx.commitAndThrow(declined(card.behavior));
}

/** The card becomes its subscription's own where the subscription was made to keep what pays it. */
function keepCard(tx: Transaction, invoice: InvoiceRecord, token: string): void {
  const subscription = tx.account.of("subscription").get(billedSubscription(invoice) ?? "");
  if (subscription?.payment_settings?.save_default_payment_method !== "on_subscription") return;
  const { id } = attach(tx, token, invoice.customer);
  tx.change("subscription", subscription.id, { default_payment_method: id }, "customer.subscription.updated");
}
