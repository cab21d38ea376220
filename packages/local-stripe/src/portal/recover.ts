import { billedSubscription, collect } from "../billing/invoices/invoices.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { InvoiceRecord } from "../store/records/invoices.js";

/** The open invoices of a customer with something left to pay, oldest first. */
export function owedInvoices(account: AccountData, customer: string): readonly InvoiceRecord[] {
  const open = account
    .of("invoice")
    .all({ customer }, (one) => one.status === "open" && one.amount_remaining > 0);
  return [...open].reverse();
}

const RECOVERABLE: readonly string[] = ["past_due", "unpaid"];

/**
 * Charges what failed to the customer's new default, as Stripe does when it is changed in the portal. Invoices of a
 * subscription with its own card are left alone, and so are those that are sent to be paid.
 */
export function recoverPayments(tx: Transaction, customer: string): "nothing owed" | "paid" | "declined" {
  const failed = owedInvoices(tx.account, customer).filter((invoice) => {
    const subscription = tx.account.of("subscription").get(billedSubscription(invoice) ?? "");
    return (
      subscription !== undefined &&
      RECOVERABLE.includes(subscription.status) &&
      subscription.default_payment_method === null &&
      invoice.collection_method === "charge_automatically"
    );
  });
  const outcomes = failed.map(({ id }) => collect(tx, id).kind);
  if (outcomes.length === 0) return "nothing owed";
  return outcomes.every((kind) => kind === "pays") ? "paid" : "declined";
}
