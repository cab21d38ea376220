import type { Act } from "../../store/act.js";
import type { SubscriptionRecord } from "../../store/records.js";
import { collect, finalizeInvoice, newInvoice } from "../invoices/invoices.js";

/** Bills at once what a subscription that has ended leaves to be paid. */
export function billLast(
  act: Act,
  subscription: SubscriptionRecord,
  lines: SubscriptionRecord["pendingLines"],
): void {
  const draft = newInvoice(act, subscription, "subscription_update", lines);
  act.insert("invoice", draft, "invoice.created");
  act.change("subscription", subscription.id, { latest_invoice: draft.id }, "customer.subscription.updated");
  if (draft.collection_method === "send_invoice") return;
  finalizeInvoice(act, draft.id);
  collect(act, draft.id);
}
