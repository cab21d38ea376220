import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { upcomingInvoice } from "../upcoming/upcoming.js";

/** Stripe's default; it is a setting of the account there. */
const SEVEN_DAYS = 7 * 24 * 3600;

/** The time at which the invoice of the next period is announced; `null` for periods of a week or less. */
export function invoiceWarningAt(subscription: SubscriptionRecord): number | null {
  const end = firstPeriodEnd(subscription);
  const start = Math.max(...subscription.items.map((item) => item.current_period_start));
  const at = end - SEVEN_DAYS;
  const isCharged = subscription.collection_method === "charge_automatically";
  return isCharged && subscription.upcomingAnnouncedFor !== end && at > start ? at : null;
}

/** Announces the next invoice, if there will be one. It has no id yet. */
export function announceInvoice(tx: Transaction, subscription: SubscriptionRecord): void {
  const end = firstPeriodEnd(subscription);
  const told = tx.change("subscription", subscription.id, { upcomingAnnouncedFor: end });
  const invoice = upcomingInvoice(tx, told);
  if (invoice === undefined) return;
  const { id: _none, ...shown } = tx.account.render("invoice", invoice);
  tx.emit("invoice.upcoming", shown);
}
