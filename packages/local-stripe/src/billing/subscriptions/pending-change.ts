import { invalid } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { closeInvoice } from "../invoices/invoices.js";

const TIME_TO_PAY = 23 * 3600;

/** Parameters allowed with `payment_behavior=pending_if_incomplete`: they wait for the payment, or say how it is made. */
const MAY_WAIT: readonly string[] = [
  "billing_cycle_anchor",
  "cancel_at_period_end",
  "discounts",
  "isAuthenticated",
  "items",
  "metadata",
  "off_session",
  "payment_behavior",
  "proration_behavior",
  "proration_date",
  "trial_end",
];

export function refuseUnlessItMayWait(change: { readonly payment_behavior?: string }): void {
  if (change.payment_behavior !== "pending_if_incomplete") return;
  const refused = Object.entries(change).find(
    ([name, value]) => value !== undefined && !MAY_WAIT.includes(name),
  );
  if (refused === undefined) return;
  throw invalid(
    `When \`payment_behavior\` is \`pending_if_incomplete\`, \`${refused[0]}\` cannot be updated. Send it in a request of its own.`,
    refused[0],
  );
}

/** An update as it waits for its invoice: what it changes, until the period or the trial ends, or for 23 hours. */
export function newPendingChange(
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  invoice: string,
  now: number,
): NonNullable<SubscriptionRecord["pendingChange"]> {
  const ends = [firstPeriodEnd(before), before.trial_end ?? 0].filter((end) => end > now);
  return { changes: difference(before, after), invoice, expiresAt: Math.min(now + TIME_TO_PAY, ...ends) };
}

/** Applies an update whose invoice is paid, and removes the lines of that invoice from those still to be billed. */
export function applyPendingChange(
  tx: Transaction,
  subscription: SubscriptionRecord,
  invoice: InvoiceRecord,
): SubscriptionRecord {
  const { pendingChange, status_details: details, ...current } = subscription;
  const isResumed = subscription.status === "paused";
  const isUnbilled = ({ id }: { id: string }) => invoice.lines.every((line) => line.id !== id);
  return tx.replace(
    "subscription",
    subscription.id,
    {
      ...current,
      ...(details !== undefined && !isResumed && { status_details: details }),
      ...pendingChange?.changes,
      pendingChange: null,
      pendingLines: current.pendingLines.filter(isUnbilled),
    },
    "customer.subscription.updated",
  );
}

/** Discards the pending update, if there is one, and voids its invoice. */
export function discardPendingChange(tx: Transaction, subscription: SubscriptionRecord): SubscriptionRecord {
  const { id, pendingChange } = subscription;
  if (pendingChange === null) return subscription;
  const discarded = tx.change("subscription", id, { pendingChange: null }, "customer.subscription.updated");
  const { status } = tx.account.getFromPath("invoice", pendingChange.invoice);
  if (status === "open" || status === "draft") closeInvoice(tx, pendingChange.invoice, "void");
  return discarded;
}

/** The fields that differ, apart from those that are worked out when the update is applied. */
function difference(before: SubscriptionRecord, after: SubscriptionRecord): Partial<SubscriptionRecord> {
  const known = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => !DERIVED.includes(name) && JSON.stringify(value) !== JSON.stringify(known.get(name)),
  );
  return Object.fromEntries(changed);
}

const DERIVED: readonly string[] = ["latest_invoice", "pendingChange", "pendingLines", "status_details"];
