import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

const THREE_DAYS = 3 * 24 * 3600;

/** The time at which the end of a trial is announced: three days ahead, or at once if fewer are left. */
export function trialWarningAt(subscription: SubscriptionRecord): number | null {
  const { status, trial_end: end, trial_start: start, trialEndAnnounced: isTold } = subscription;
  if (status !== "trialing" || end === null || isTold) return null;
  return Math.max(start ?? 0, end - THREE_DAYS);
}

/** Announces the end of a trial, where it is time for that or a change has ended what was on trial `before`. */
export function announceTrialEnd(
  tx: Transaction,
  subscription: SubscriptionRecord,
  before: SubscriptionRecord = subscription,
): void {
  const isCutShort = subscription.status !== "trialing" && trialWarningAt(before) !== null;
  if (isCutShort) {
    tx.emit("customer.subscription.trial_will_end", tx.account.render("subscription", subscription));
    return;
  }
  const at = trialWarningAt(subscription);
  if (at === null || at > tx.now) return;
  const told = tx.change("subscription", subscription.id, { trialEndAnnounced: true });
  tx.emit("customer.subscription.trial_will_end", tx.account.render("subscription", told));
}
