import type Stripe from "stripe";
import { invalid } from "../../api-error.js";
import { clearable, either, hash, oneOf, type Param, text, timestamp } from "../../declare/params.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd, lastPeriodEnd } from "../catalog/period-ends.js";
import { discardPendingChange } from "./pending-change.js";

export const FEEDBACK = [
  "customer_service",
  "low_quality",
  "missing_features",
  "other",
  "switched_service",
  "too_complex",
  "too_expensive",
  "unused",
] as const;

/** Ends that are named by the periods of the items, and stored as a date. */
type NamedEnd = "max_billed_until" | "max_period_end" | "min_period_end";

export const CANCEL_AT: Param<number | NamedEnd> = either(
  oneOf("max_billed_until", "max_period_end", "min_period_end"),
  timestamp(),
);

export interface Details {
  readonly comment?: string | null;
  readonly feedback?: (typeof FEEDBACK)[number] | null;
}

export const CANCELLATION_DETAILS: Param<Details> = hash({
  comment: clearable(text()),
  feedback: clearable(oneOf(...FEEDBACK)),
});

export interface Schedule {
  readonly cancel_at?: number | NamedEnd | null;
  readonly cancel_at_period_end?: boolean;
  readonly cancellation_details?: Details;
}

type CancellationFields = Pick<
  SubscriptionRecord,
  "cancel_at" | "cancel_at_period_end" | "canceled_at" | "cancellation_details"
>;

/** Applies a request to end later, or not at all, to a subscription. */
export function scheduleCancellation(
  subscription: SubscriptionRecord,
  request: Schedule,
  now: number,
): Partial<CancellationFields> {
  const { cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd } = request;
  const details = withDetails(subscription.cancellation_details, request.cancellation_details);
  if (cancelAt !== undefined && atPeriodEnd !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
      "cancel_at",
      "parameters_exclusive",
    );
  }
  if (cancelAt === null) return notCanceled(details);
  if (cancelAt !== undefined) {
    const moment = resolveEnd(cancelAt, subscription);
    if (moment <= now) throw invalid("`cancel_at` must be a moment in the future.", "cancel_at");
    return requested({ cancel_at: moment, cancel_at_period_end: false }, subscription, details, now);
  }
  if (atPeriodEnd === true) {
    // With several intervals, the first period to end decides, unlike in the portal.
    const end = { cancel_at: firstPeriodEnd(subscription), cancel_at_period_end: true };
    return requested(end, subscription, details, now);
  }
  // The flag does not clear a date that `cancel_at` has set.
  if (atPeriodEnd === false && subscription.cancel_at_period_end) return notCanceled(details);
  return request.cancellation_details ? { cancellation_details: details } : {};
}

/** Ends a subscription now. */
export function endSubscription(
  tx: Transaction,
  subscription: SubscriptionRecord,
  reason: Stripe.Subscription.CancellationDetails.Reason,
  given?: Details,
): SubscriptionRecord {
  discardPendingChange(tx, subscription);
  const ended = tx.change("subscription", subscription.id, {
    status: "canceled",
    canceled_at: subscription.canceled_at ?? tx.now,
    ended_at: tx.now,
    cancel_at_period_end: false,
    cancellation_details: { ...withDetails(subscription.cancellation_details, given), reason },
  });
  tx.emit("customer.subscription.deleted", tx.account.render("subscription", ended));
  endSchedule(tx, ended, reason);
  stopCollection(tx, ended.id);
  return ended;
}

/** Stops charging open invoices; they stay open. */
function stopCollection(tx: Transaction, subscription: string): void {
  const open = tx.account
    .of("invoice")
    .all({ subscription, status: "open" }, (invoice) => invoice.auto_advance === true);
  for (const { id } of open) {
    tx.change("invoice", id, { auto_advance: false, next_payment_attempt: null }, "invoice.updated");
  }
}

/** A schedule does not outlive its subscription. */
export function endSchedule(
  tx: Transaction,
  { schedule: id }: SubscriptionRecord,
  reason: Stripe.Subscription.CancellationDetails.Reason,
): void {
  const schedule = id === null ? undefined : tx.account.of("subscription_schedule").get(id);
  if (schedule?.status !== "active") return;
  const ended = tx.change("subscription_schedule", schedule.id, {
    status: "canceled",
    canceled_at: tx.now,
    current_phase: null,
  });
  const happened =
    reason === "payment_failed" ? "subscription_schedule.aborted" : "subscription_schedule.canceled";
  tx.emit(happened, tx.account.render("subscription_schedule", ended));
}

/** Without billing schedules nothing is billed beyond its present period, so `max_billed_until` is the end of the last. */
function resolveEnd(cancelAt: number | NamedEnd, subscription: SubscriptionRecord): number {
  if (typeof cancelAt === "number") return cancelAt;
  return cancelAt === "min_period_end" ? firstPeriodEnd(subscription) : lastPeriodEnd(subscription);
}

function requested(
  end: Pick<SubscriptionRecord, "cancel_at" | "cancel_at_period_end">,
  before: SubscriptionRecord,
  details: CancellationDetails,
  now: number,
): CancellationFields {
  return {
    ...end,
    canceled_at: before.canceled_at ?? now,
    cancellation_details: { ...details, reason: "cancellation_requested" },
  };
}

function notCanceled(details: CancellationDetails): CancellationFields {
  return {
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { ...details, reason: null },
  };
}

type CancellationDetails = NonNullable<SubscriptionRecord["cancellation_details"]>;

function withDetails(
  before: SubscriptionRecord["cancellation_details"],
  given: Details | undefined,
): CancellationDetails {
  const none: CancellationDetails = { comment: null, feedback: null, feedback_option: null, reason: null };
  return { ...none, ...before, ...given };
}
