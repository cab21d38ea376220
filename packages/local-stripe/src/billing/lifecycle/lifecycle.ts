import type { Transaction } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { closeInvoice } from "../invoices/invoices.js";
import { overdueSchedule, turnPhase } from "../schedules/phase-turn.js";
import { endSchedule, endSubscription } from "../subscriptions/cancellation.js";
import { endAndBill } from "../subscriptions/last-invoice.js";
import { resumeFrom } from "../subscriptions/pausing.js";
import { applyPendingChange, discardPendingChange } from "../subscriptions/pending-change.js";
import { renew } from "../subscriptions/renewal.js";
import { endsTrialUnpaid } from "../subscriptions/trial-end.js";
import { announceTrialEnd, trialWarningAt } from "../subscriptions/trial-warning.js";
import { announceInvoice, invoiceWarningAt } from "./invoice-warning.js";

const HOUR = 3600;
const TIME_TO_PAY = 23 * HOUR;

/** The next time at which a subscription changes by itself. */
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

/** Makes the change of a subscription that is due now. */
export function passMoment(tx: Transaction, subscription: SubscriptionRecord): void {
  const { id, status, cancel_at: cancelAt, pause_collection: pause } = subscription;
  if (status === "incomplete") {
    expire(tx, subscription);
    return;
  }
  if (subscription.pendingChange && subscription.pendingChange.expiresAt <= tx.now) {
    expirePendingChange(tx, subscription);
    return;
  }
  if (status === "paused") {
    resumeFrom(tx, subscription, {});
    return;
  }
  if (isDue(subscription.trial_end, tx.now) && endsTrialUnpaid(tx, subscription)) return;
  const schedule = overdueSchedule(tx, subscription);
  if (schedule !== undefined) {
    turnPhase(tx, subscription, schedule);
    return;
  }
  if (cancelAt !== null && cancelAt <= tx.now) {
    endAndBill(tx, subscription, subscription.cancellation_details?.reason ?? "cancellation_requested");
    return;
  }
  if (pause?.resumes_at && pause.resumes_at <= tx.now) {
    tx.change("subscription", id, { pause_collection: null }, "customer.subscription.updated");
    return;
  }
  if (isDue(trialWarningAt(subscription), tx.now)) announceTrialEnd(tx, subscription);
  else if (isDue(invoiceWarningAt(subscription), tx.now)) announceInvoice(tx, subscription);
  else renew(tx, subscription);
}

function isDue(moment: number | null, now: number): boolean {
  return moment !== null && moment <= now;
}

/** Expires a subscription whose first invoice was not paid within 23 hours. */
function expire(tx: Transaction, subscription: SubscriptionRecord): void {
  if (subscription.latest_invoice) closeInvoice(tx, subscription.latest_invoice, "void");
  const expired = tx.change(
    "subscription",
    subscription.id,
    { status: "incomplete_expired", ended_at: tx.now },
    "customer.subscription.updated",
  );
  endSchedule(tx, expired, "payment_failed");
}

/** Discards a pending update that was not paid in time, with its invoice. */
function expirePendingChange(tx: Transaction, subscription: SubscriptionRecord): void {
  const discarded = discardPendingChange(tx, subscription);
  if (discarded.status === "paused") return;
  tx.emit(
    "customer.subscription.pending_update_expired",
    tx.account.render("subscription", tx.account.getFromPath("subscription", discarded.id)),
  );
}

/** Updates the subscription of an invoice that was paid. */
export function onPaid(tx: Transaction, subscription: SubscriptionRecord, invoice: InvoiceRecord): void {
  const { pendingChange: pending, status } = subscription;
  if (pending?.invoice === invoice.id) {
    const applied = applyPendingChange(tx, subscription, invoice);
    const happened =
      status === "paused" ? "customer.subscription.resumed" : "customer.subscription.pending_update_applied";
    tx.emit(happened, tx.account.render("subscription", applied));
    return;
  }
  if (status === "incomplete" && subscription.latest_invoice === invoice.id) {
    tx.change("subscription", subscription.id, { status: "active" }, "customer.subscription.updated");
  }
  leaveArrears(tx, subscription);
}

/** Updates the subscription of an invoice that could not be charged: past due, and after the last attempt as configured. */
export function onPaymentFailed(
  tx: Transaction,
  subscription: SubscriptionRecord,
  invoice: InvoiceRecord,
): void {
  const { id, status } = subscription;
  if (invoice.billing_reason === "subscription_create" || subscription.pendingChange?.invoice === invoice.id)
    return;
  if (status === "active" || status === "trialing") {
    tx.change("subscription", id, { status: "past_due" }, "customer.subscription.updated");
  }
  if (invoice.next_payment_attempt === null && invoice.attempt_count > 1) giveUp(tx, id);
}

/** A subscription whose latest invoice was sent and not paid in time is past due. */
export function onOverdue(tx: Transaction, subscription: SubscriptionRecord, { id }: InvoiceRecord): void {
  const { latest_invoice: latest, status } = subscription;
  if (latest !== id || (status !== "active" && status !== "trialing")) return;
  tx.change("subscription", subscription.id, { status: "past_due" }, "customer.subscription.updated");
}

/** Discards a pending update when its invoice is voided; another invoice may have been what was owed. */
export function onVoided(tx: Transaction, subscription: SubscriptionRecord, { id }: InvoiceRecord): void {
  if (subscription.pendingChange?.invoice === id) discardPendingChange(tx, subscription);
  else onWrittenOff(tx, subscription);
}

/** Updates the subscription of an invoice that nobody has to pay any more. */
export function onWrittenOff(tx: Transaction, subscription: SubscriptionRecord): void {
  // Pausing collection closes each invoice by itself, and leaves the status as it was.
  if (subscription.pause_collection === null) leaveArrears(tx, subscription);
}

/** Ends the arrears once the latest invoice asks for no payment. A voided one has no say: the invoice before it decides. */
function leaveArrears(tx: Transaction, { id, status }: SubscriptionRecord): void {
  if (status !== "past_due" && status !== "unpaid") return;
  const [latest] = tx.account.of("invoice").all({ subscription: id }, (one) => one.status !== "void");
  if (latest === undefined || latest.status === "paid" || latest.status === "uncollectible") {
    tx.change("subscription", id, { status: "active" }, "customer.subscription.updated");
  }
}

/** Cancels or stops a subscription whose last attempt has failed, as the account is configured. */
function giveUp(tx: Transaction, id: string): void {
  const { afterLastAttempt } = tx.account.context;
  const subscription = tx.account.getFromPath("subscription", id);
  if (afterLastAttempt === "cancel") endSubscription(tx, subscription, "payment_failed");
  if (afterLastAttempt === "unpaid") {
    tx.change("subscription", id, { status: "unpaid" }, "customer.subscription.updated");
  }
}
