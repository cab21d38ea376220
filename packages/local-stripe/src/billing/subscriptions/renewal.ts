import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { periodLines } from "../invoices/invoice-lines.js";
import { closeInvoice, finalizeInvoice, newInvoice } from "../invoices/invoices.js";
import { takeLeftovers } from "../invoices/leftovers.js";
import { usageLines } from "../usage/usage-lines.js";
import { cutByEnd, nextItemPeriod, withoutPeriod } from "./item-period.js";

/**
 * Begins a new period of every item whose period is over, with an invoice that is final an hour later. `as` is the
 * subscription after the phase of its schedule that begins now.
 */
export function renew(tx: Transaction, before: SubscriptionRecord, as: SubscriptionRecord = before): void {
  const { account } = tx;
  const isTrialOver = as.status === "trialing" && (as.trial_end ?? 0) <= tx.now;
  const next: SubscriptionRecord = { ...as, status: isTrialOver ? "active" : as.status };
  const renewItem = (item: SubscriptionItemRecord): SubscriptionItemRecord => {
    if (item.current_period_end > tx.now) return item;
    const price = account.getFromPath("price", item.price);
    const period = nextItemPeriod(price, item, as.billing_cycle_anchor);
    return cutByEnd({ ...withoutPeriod(item), ...period }, next);
  };
  const renewed: SubscriptionRecord = { ...next, items: as.items.map(renewItem) };
  const begun = renewed.items.filter((item) => item.current_period_start === tx.now);
  const over = before.items.filter((item) => item.current_period_end <= tx.now);
  const used = usageLines(account, before, over, tx.now);
  // The phase that begins has none of the items whose period is over, so nothing is billed before others renew.
  if (begun.length === 0 && used.length === 0) {
    tx.replace("subscription", before.id, renewed, "customer.subscription.updated");
    return;
  }
  const lines = [
    ...as.pendingLines,
    ...takeLeftovers(tx, as),
    ...used,
    ...periodLines(account, renewed, begun),
  ];
  // A period that is free until its anchor has no invoice, not even one of 0.
  if (lines.length === 0 && renewed.freeUntil !== null && renewed.freeUntil > tx.now) {
    tx.replace("subscription", before.id, renewed, "customer.subscription.updated");
    return;
  }
  const draft = newInvoice(tx, renewed, "subscription_cycle", lines);
  // An unpaid subscription is still billed, but its invoices are not charged.
  const isKept = before.pause_collection?.behavior === "keep_as_draft" || before.status === "unpaid";
  const invoice = tx.insert("invoice", isKept ? { ...draft, auto_advance: false } : draft, "invoice.created");
  tx.replace(
    "subscription",
    before.id,
    { ...renewed, latest_invoice: invoice.id, pendingLines: [] },
    "customer.subscription.updated",
  );
  if (before.pause_collection && !isKept) {
    finalizeInvoice(tx, invoice.id);
    closeInvoice(tx, invoice.id, before.pause_collection.behavior === "void" ? "void" : "uncollectible");
  }
}
