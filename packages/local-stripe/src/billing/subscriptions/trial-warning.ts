import type { Act } from "../../store/act.js";
import type { SubscriptionRecord } from "../../store/records.js";

const THREE_DAYS = 3 * 24 * 3600;

/** When the end of a trial is announced: three days ahead, or as soon as there are fewer. */
export function trialWarningAt(subscription: SubscriptionRecord): number | null {
  const { status, trial_end: end, trial_start: start, trialEndAnnounced: isTold } = subscription;
  if (status !== "trialing" || end === null || isTold) return null;
  return Math.max(start ?? 0, end - THREE_DAYS);
}

/** Announces the end of a trial, where it is time for that or a change has ended what was on trial `before`. */
export function announceTrialEnd(
  act: Act,
  subscription: SubscriptionRecord,
  before: SubscriptionRecord = subscription,
): void {
  const isCutShort = subscription.status !== "trialing" && trialWarningAt(before) !== null;
  if (isCutShort) {
    act.emit("customer.subscription.trial_will_end", act.world.render("subscription", subscription));
    return;
  }
  const at = trialWarningAt(subscription);
  if (at === null || at > act.now) return;
  const told = act.change("subscription", subscription.id, { trialEndAnnounced: true });
  act.emit("customer.subscription.trial_will_end", act.world.render("subscription", told));
}
