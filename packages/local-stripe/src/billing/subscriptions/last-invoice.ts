import type Stripe from "stripe";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { collect, finalizeInvoice, newInvoice } from "../invoices/invoices.js";
import { lastUsage } from "../usage/usage-lines.js";
import { endSubscription } from "./cancellation.js";

/** Ends a subscription on its date, and bills the pending prorations and the usage until then. */
export function endAndBill(
  tx: Transaction,
  before: SubscriptionRecord,
  reason: Stripe.Subscription.CancellationDetails.Reason,
): void {
  const lines = [...before.pendingLines, ...lastUsage(tx.account, before, tx.now)];
  const ending = tx.change("subscription", before.id, { pendingLines: [] });
  const ended = endSubscription(tx, ending, reason);
  if (lines.length > 0) billLast(tx, ended, lines);
}

/** Bills the remaining lines of a subscription that has ended. */
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
