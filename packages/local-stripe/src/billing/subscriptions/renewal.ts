import type { AccountData, Transaction } from "../../store/account-data.js";
import type { InvoiceRecord, SubscriptionItemRecord, SubscriptionRecord } from "../../store/records.js";
import { periodEnd } from "../catalog/period.js";
import { periodLines } from "../invoices/invoice-lines.js";
import { closeInvoice, finalizeInvoice, newInvoice } from "../invoices/invoices.js";
import { usageLines } from "../usage/usage-lines.js";

/**
 * A new period for every item whose period is over, and an invoice for it that is final an hour later. `as` is what the
 * subscription has become by then, where a phase of its schedule begins.
 */
export function renew(
  tx: Transaction,
  before: SubscriptionRecord,
  as: SubscriptionRecord = before,
): InvoiceRecord {
  const { account } = tx;
  const isTrialOver = as.status === "trialing" && (as.trial_end ?? 0) <= tx.now;
  const renewed: SubscriptionRecord = {
    ...as,
    items: as.items.map((item) =>
      item.current_period_end > tx.now ? item : { ...item, ...nextPeriod(account, as, item) },
    ),
    status: isTrialOver ? "active" : as.status,
  };
  const begun = renewed.items.filter((item) => item.current_period_start === tx.now);
  const over = before.items.filter((item) => item.current_period_end <= tx.now);
  const used = usageLines(account, before, over, tx.now);
  const lines = [...as.pendingLines, ...used, ...periodLines(account, renewed, begun)];
  const draft = newInvoice(tx, renewed, "subscription_cycle", lines);
  // One that is not paid for goes on being billed, and is not charged before it is paid for again.
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
  return invoice;
}

/** The period after an item's present one: by the subscription's anchor, or by its own where it runs beside that. */
function nextPeriod(
  account: AccountData,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
): Pick<SubscriptionItemRecord, "current_period_start" | "current_period_end"> {
  const { current_period_end: start } = item;
  const length = account.getFromPath("price", item.price).recurring ?? {
    interval: "month",
    interval_count: 1,
  };
  const { billing_cycle_anchor: common } = subscription;
  const anchor = periodEnd(common, length, start - 1) === start ? common : start;
  return { current_period_start: start, current_period_end: periodEnd(anchor, length, start) };
}
