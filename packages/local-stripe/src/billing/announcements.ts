import type { Act } from "../store/act.js";
import type { SubscriptionRecord } from "../store/records.js";
import { firstPeriodEnd } from "./cancellation.js";
import { upcomingInvoice } from "./upcoming.js";

const DAY = 24 * 3600;
const TRIAL_WARNING = 3 * DAY;
/** Where an account's settings were never touched. */
const INVOICE_WARNING = 7 * DAY;

/** When the end of a trial is announced: three days ahead, or as soon as there are fewer. */
export function trialWarningAt(subscription: SubscriptionRecord): number | null {
  const { status, trial_end: end, trial_start: start, trialEndAnnounced: isTold } = subscription;
  if (status !== "trialing" || end === null || isTold) return null;
  return Math.max(start ?? 0, end - TRIAL_WARNING);
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

/** When the invoice of the next period is announced; a period of a week or less has no such time. */
export function invoiceWarningAt(subscription: SubscriptionRecord): number | null {
  const end = firstPeriodEnd(subscription);
  const start = Math.max(...subscription.items.map((item) => item.current_period_start));
  const at = end - INVOICE_WARNING;
  const isCharged = subscription.collection_method === "charge_automatically";
  return isCharged && subscription.upcomingAnnouncedFor !== end && at > start ? at : null;
}

/** Announces that invoice, if there is to be one. It has no id yet. */
export function announceInvoice(act: Act, subscription: SubscriptionRecord): void {
  const end = firstPeriodEnd(subscription);
  const told = act.change("subscription", subscription.id, { upcomingAnnouncedFor: end });
  const invoice = upcomingInvoice(act, told);
  if (invoice === undefined) return;
  const { id: _none, ...shown } = act.world.render("invoice", invoice);
  act.emit("invoice.upcoming", shown);
}
