import type { Act } from "../store/act.js";
import type { InvoiceRecord, SubscriptionRecord } from "../store/records.js";
import { endSchedule, endSubscription, firstPeriodEnd } from "./cancellation.js";
import { closeInvoice } from "./invoices.js";
import { billLast } from "./last-invoice.js";
import { markPaused, resumeFrom } from "./pausing.js";
import { defaultMethod } from "./payment.js";
import { overdueSchedule, turnPhase } from "./phase-turn.js";
import { renew } from "./renewal.js";
import { lastUsage } from "./usage-lines.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const TIME_TO_PAY = 23 * HOUR;
const TRIAL_WARNING = 3 * DAY;

/** The next moment at which something happens to a subscription by itself. */
export function nextMoment(subscription: SubscriptionRecord): number | null {
  const { status, cancel_at: cancelAt, trial_end: trialEnd, pause_collection: pause } = subscription;
  if (status === "canceled" || status === "incomplete_expired") return null;
  if (status === "paused") return subscription.pendingChange?.expiresAt ?? subscription.resumesAt;
  if (status === "incomplete") return subscription.created + TIME_TO_PAY;
  const moments = [
    firstPeriodEnd(subscription),
    cancelAt,
    pause?.resumes_at ?? null,
    subscription.pendingChange?.expiresAt ?? null,
  ];
  if (status === "trialing" && trialEnd !== null && !subscription.trialEndAnnounced) {
    moments.push(Math.max(subscription.trial_start ?? 0, trialEnd - TRIAL_WARNING));
  }
  return Math.min(...moments.filter((moment) => moment !== null));
}

/** Makes that happen. */
export function passMoment(act: Act, subscription: SubscriptionRecord): void {
  const { id, status, cancel_at: cancelAt, trial_end: trialEnd, pause_collection: pause } = subscription;
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
  if (status === "trialing" && trialEnd !== null && trialEnd > act.now) {
    const announced = act.change("subscription", id, { trialEndAnnounced: true });
    act.emit("customer.subscription.trial_will_end", act.world.render("subscription", announced));
    return;
  }
  goOn(act, subscription);
}

/** What was used until then is billed; nothing else is left to be. */
function endAsScheduled(act: Act, before: SubscriptionRecord): void {
  const used = lastUsage(act.world, before, act.now);
  endSubscription(act, before, before.cancellation_details?.reason ?? "cancellation_requested");
  if (used.length > 0) billLast(act, act.world.inPath("subscription", before.id), used);
}

/** Begins the next period, unless a trial ends without a payment method and that is not to be. */
function goOn(act: Act, before: SubscriptionRecord): void {
  if (before.status === "trialing" && defaultMethod(act.world, before) === null) {
    const behavior = before.trial_settings?.end_behavior.missing_payment_method;
    if (behavior === "cancel") {
      endSubscription(act, before, "cancellation_requested");
      return;
    }
    if (behavior === "pause") {
      markPaused(act, before, "trial_end_without_payment_method", []);
      return;
    }
  }
  renew(act, before);
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

/** What an invoice that could not be charged makes of its subscription: past due, and canceled after the last attempt. */
export function onPaymentFailed(act: Act, subscription: SubscriptionRecord, invoice: InvoiceRecord): void {
  const { id, status } = subscription;
  if (invoice.billing_reason === "subscription_create" || subscription.pendingChange?.invoice === invoice.id)
    return;
  if (status === "active" || status === "trialing") {
    act.change("subscription", id, { status: "past_due" }, "customer.subscription.updated");
  }
  if (invoice.next_payment_attempt === null && invoice.attempt_count > 1) {
    endSubscription(act, act.world.inPath("subscription", id), "payment_failed");
  }
}
