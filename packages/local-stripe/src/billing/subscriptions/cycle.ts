import type { Act } from "../../store/act.js";
import type { InvoiceRecord, SubscriptionRecord } from "../../store/records.js";
import { closeInvoice } from "../invoices/invoices.js";
import { defaultMethod } from "../payments/payment.js";
import { overdueSchedule, turnPhase } from "../schedules/phase-turn.js";
import { announceInvoice, invoiceWarningAt } from "../upcoming/invoice-warning.js";
import { lastUsage } from "../usage/usage-lines.js";
import { endSchedule, endSubscription, firstPeriodEnd } from "./cancellation.js";
import { billLast } from "./last-invoice.js";
import { markPaused, resumeFrom } from "./pausing.js";
import { renew } from "./renewal.js";
import { announceTrialEnd, trialWarningAt } from "./trial-warning.js";

const HOUR = 3600;
const TIME_TO_PAY = 23 * HOUR;

/** The next moment at which something happens to a subscription by itself. */
export function nextMoment(subscription: SubscriptionRecord): number | null {
  const { status, cancel_at: cancelAt, pause_collection: pause } = subscription;
  if (status === "canceled" || status === "incomplete_expired") return null;
  if (status === "paused") return subscription.pendingChange?.expiresAt ?? subscription.resumesAt;
  if (status === "incomplete") return subscription.created + TIME_TO_PAY;
  const moments = [
    firstPeriodEnd(subscription),
    cancelAt,
    pause?.resumes_at ?? null,
    subscription.pendingChange?.expiresAt ?? null,
    trialWarningAt(subscription),
    invoiceWarningAt(subscription),
  ];
  return Math.min(...moments.filter((moment) => moment !== null));
}

/** Makes that happen. */
export function passMoment(act: Act, subscription: SubscriptionRecord): void {
  const { id, status, cancel_at: cancelAt, pause_collection: pause } = subscription;
  if (status === "incomplete") {
    expire(act, subscription);
    return;
  }
  if (subscription.pendingChange && subscription.pendingChange.expiresAt <= act.now) {
    dropPendingChange(act, subscription, subscription.pendingChange.invoice);
    return;
  }
  if (status === "paused") {
    resumeFrom(act, subscription, {});
    return;
  }
  if (endsTrialUnpaid(act, subscription)) return;
  const schedule = overdueSchedule(act, subscription);
  if (schedule !== undefined) {
    turnPhase(act, subscription, schedule);
    return;
  }
  if (cancelAt !== null && cancelAt <= act.now) {
    endAsScheduled(act, subscription);
    return;
  }
  if (pause?.resumes_at && pause.resumes_at <= act.now) {
    act.change("subscription", id, { pause_collection: null }, "customer.subscription.updated");
    return;
  }
  if (isDue(trialWarningAt(subscription), act.now)) announceTrialEnd(act, subscription);
  else if (isDue(invoiceWarningAt(subscription), act.now)) announceInvoice(act, subscription);
  else renew(act, subscription);
}

function isDue(moment: number | null, now: number): boolean {
  return moment !== null && moment <= now;
}

/** What was used until then is billed; nothing else is left to be. */
function endAsScheduled(act: Act, before: SubscriptionRecord): void {
  const used = lastUsage(act.world, before, act.now);
  endSubscription(act, before, before.cancellation_details?.reason ?? "cancellation_requested");
  if (used.length > 0) billLast(act, act.world.inPath("subscription", before.id), used);
}

/** Where a trial is over and there is nothing to charge: whether that was to end or to pause it, which is then done. */
function endsTrialUnpaid(act: Act, subscription: SubscriptionRecord): boolean {
  const { status, trial_end: trialEnd, trial_settings: settings } = subscription;
  if (status !== "trialing" || !isDue(trialEnd, act.now)) return false;
  if (defaultMethod(act.world, subscription) !== null) return false;
  const behavior = settings?.end_behavior.missing_payment_method;
  if (behavior === "cancel") endSubscription(act, subscription, "cancellation_requested");
  else if (behavior === "pause") markPaused(act, subscription, "trial_end_without_payment_method", []);
  else return false;
  return true;
}

/** What was not paid within 23 hours of its beginning has never begun. */
function expire(act: Act, subscription: SubscriptionRecord): void {
  if (subscription.latest_invoice) closeInvoice(act, subscription.latest_invoice, "void");
  const expired = act.change(
    "subscription",
    subscription.id,
    { status: "incomplete_expired", ended_at: act.now },
    "customer.subscription.updated",
  );
  endSchedule(act, expired, "payment_failed");
}

/** An update that was not paid for in time is given up, and its invoice with it. */
function dropPendingChange(act: Act, subscription: SubscriptionRecord, invoice: string): void {
  closeInvoice(act, invoice, "void");
  const same = act.change("subscription", subscription.id, { pendingChange: null });
  if (same.status === "paused") return;
  act.emit("customer.subscription.pending_update_expired", act.world.render("subscription", same));
}

/** What an invoice that was paid makes of its subscription. */
export function onPaid(act: Act, subscription: SubscriptionRecord, { id: invoice }: InvoiceRecord): void {
  const { pendingChange: pending, status } = subscription;
  if (pending?.invoice === invoice) {
    const applied = act.change(
      "subscription",
      subscription.id,
      pending.after,
      "customer.subscription.updated",
    );
    const happened =
      status === "paused" ? "customer.subscription.resumed" : "customer.subscription.pending_update_applied";
    act.emit(happened, act.world.render("subscription", applied));
    return;
  }
  if (subscription.latest_invoice !== invoice) return;
  if (status === "incomplete" || status === "past_due" || status === "unpaid") {
    act.change("subscription", subscription.id, { status: "active" }, "customer.subscription.updated");
  }
}

/** What an invoice that could not be charged makes of its subscription: past due, and after the last attempt what is set. */
export function onPaymentFailed(act: Act, subscription: SubscriptionRecord, invoice: InvoiceRecord): void {
  const { id, status } = subscription;
  if (invoice.billing_reason === "subscription_create" || subscription.pendingChange?.invoice === invoice.id)
    return;
  if (status === "active" || status === "trialing") {
    act.change("subscription", id, { status: "past_due" }, "customer.subscription.updated");
  }
  if (invoice.next_payment_attempt === null && invoice.attempt_count > 1) giveUp(act, id);
}

/** What becomes of a subscription whose last attempt has failed is a setting of the account. */
function giveUp(act: Act, id: string): void {
  const { afterLastAttempt } = act.world.surroundings;
  const subscription = act.world.inPath("subscription", id);
  if (afterLastAttempt === "cancel") endSubscription(act, subscription, "payment_failed");
  if (afterLastAttempt === "unpaid") {
    act.change("subscription", id, { status: "unpaid" }, "customer.subscription.updated");
  }
}
