import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records.js";
import { collect, finalizeInvoice, newInvoice } from "../invoices/invoices.js";

/** Bills at once what a subscription that has ended leaves to be paid. */
export function billLast(
  tx: Transaction,
  subscription: SubscriptionRecord,
  lines: SubscriptionRecord["pendingLines"],
): void {
  const draft = newInvoice(tx, subscription, "subscription_update", lines);
  tx.insert("invoice", draft, "invoice.created");
  tx.change("subscription", subscription.id, { latest_invoice: draft.id }, "customer.subscription.updated");
  if (draft.collection_method === "send_invoice") return;
  finalizeInvoice(tx, draft.id);
  collect(tx, draft.id);
}
