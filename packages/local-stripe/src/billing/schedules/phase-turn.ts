import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import type { PhaseRecord } from "../phases/phase.js";
import { findSchedule, release, SCHEDULE } from "../phases/schedule.js";
import { beginSubscription } from "../subscriptions/begin-subscription.js";
import { billChange, type ChangeBilling } from "../subscriptions/bill-change.js";
import { endAndBill } from "../subscriptions/last-invoice.js";
import { discardPendingChange } from "../subscriptions/pending-change.js";
import { renew } from "../subscriptions/renewal.js";
import { phaseDiscounts } from "./phase-discounts.js";
import { asInPhase } from "./phase-entry.js";

/** The next time at which a schedule changes by itself. */
export function nextTurn(schedule: SubscriptionScheduleRecord): number | null {
  const { current_phase: current, expiringAt, phases, status } = schedule;
  if (status !== "active" && status !== "not_started") return null;
  const turn = current?.end_date ?? phases[0]?.start_date ?? Number.POSITIVE_INFINITY;
  return expiringAt === null ? turn : Math.min(turn, expiringAt);
}

/** Makes the due change of a schedule. */
export function passTurn(tx: Transaction, schedule: SubscriptionScheduleRecord): void {
  const { expiringAt, id, status } = schedule;
  if (expiringAt !== null && expiringAt <= tx.now) {
    const announced = tx.change(SCHEDULE, id, { expiringAt: null });
    tx.emit("subscription_schedule.expiring", tx.account.render(SCHEDULE, announced));
    return;
  }
  if (status === "not_started") {
    start(tx, schedule);
    return;
  }
  turnPhase(tx, tx.account.getFromPath("subscription", schedule.subscription ?? ""), schedule);
}

/** The schedule of a subscription, if its current phase is over. */
export function overdueSchedule(
  tx: Transaction,
  subscription: SubscriptionRecord,
): SubscriptionScheduleRecord | undefined {
  const schedule = findSchedule(tx, subscription);
  const end = schedule?.current_phase?.end_date;
  return end !== undefined && end <= tx.now ? schedule : undefined;
}

/** Ends a phase: starts the next one, or applies the schedule's end behavior. */
export function turnPhase(
  tx: Transaction,
  before: SubscriptionRecord,
  schedule: SubscriptionScheduleRecord,
): void {
  // A phase replaces what an update would have changed, so one that still waits for its payment is over.
  const subscription = discardPendingChange(tx, before);
  const next = schedule.phases.find((phase) => phase.start_date === schedule.current_phase?.end_date);
  if (next === undefined && schedule.end_behavior === "cancel") {
    complete(tx, schedule);
    endAndBill(tx, subscription, subscription.cancellation_details?.reason ?? "cancellation_requested");
    return;
  }
  const after = next ? enter(tx, subscription, schedule, next) : release(tx, schedule, subscription);
  if (after === undefined) return;
  // A period that is over is renewed in its new form; one that is not is prorated.
  if (firstPeriodEnd(subscription) <= tx.now && subscription.status !== "paused") {
    renew(tx, subscription, after);
  } else {
    billChange(tx, subscription, after, { proration_behavior: next ? phaseProration(next) : "none" });
  }
}

const PRORATIONS = ["always_invoice", "none"] as const;

/** Stripe's types leave room for more ways of proration to come. */
function phaseProration(phase: PhaseRecord): NonNullable<ChangeBilling["proration_behavior"]> {
  return PRORATIONS.find((behavior) => behavior === phase.proration_behavior) ?? "create_prorations";
}

function enter(
  tx: Transaction,
  subscription: SubscriptionRecord,
  schedule: SubscriptionScheduleRecord,
  { end_date, start_date }: PhaseRecord,
): SubscriptionRecord {
  const entered = tx.change(
    SCHEDULE,
    schedule.id,
    { current_phase: { end_date, start_date } },
    "subscription_schedule.updated",
  );
  const phase = entered.phases.find((one) => one.start_date === start_date);
  return phase === undefined ? subscription : asInPhase(tx, subscription, entered, phase);
}

function complete(tx: Transaction, schedule: SubscriptionScheduleRecord): void {
  const completed = tx.change(SCHEDULE, schedule.id, {
    status: "completed",
    completed_at: tx.now,
    current_phase: null,
    expiringAt: null,
  });
  tx.emit("subscription_schedule.completed", tx.account.render(SCHEDULE, completed));
}

/** Makes the subscription of a schedule whose first phase begins. */
export function start(tx: Transaction, schedule: SubscriptionScheduleRecord): void {
  const [phase] = schedule.phases;
  if (phase === undefined) return;
  const { default_settings: defaults } = schedule;
  const settings = { ...defaults.invoice_settings, ...phase.invoice_settings };
  const isSent = (phase.collection_method ?? defaults.collection_method) === "send_invoice";
  const method = phase.default_payment_method ?? defaults.default_payment_method;
  const description = phase.description ?? defaults.description;
  const { currency } = phase;
  const holder = { customer: schedule.customer, currency, subscription: null, item: null, testClock: null };
  const subscription = beginSubscription(
    tx,
    {
      billing_mode: { type: schedule.billing_mode.type === "classic" ? "classic" : "flexible" },
      collection_method: isSent ? "send_invoice" : "charge_automatically",
      ...(isSent && { days_until_due: settings.days_until_due ?? 0 }),
      customer: schedule.customer,
      default_payment_method: method,
      ...(description !== null && { description }),
      discounts: phaseDiscounts(tx, phase.discounts, [], holder),
      items: phase.items.map(({ discounts, metadata, price, quantity }) => ({
        agreed: true,
        discounts: phaseDiscounts(tx, discounts, [], holder),
        metadata: metadata ?? {},
        price,
        ...(quantity !== undefined && { quantity }),
      })),
      metadata: phase.metadata ?? {},
      schedule: schedule.id,
      ...(schedule.end_behavior === "cancel" && { cancel_at: schedule.phases.at(-1)?.end_date ?? 0 }),
      ...(phase.trial_end !== null && { trial_end: phase.trial_end }),
    },
    "flexible",
  );
  const { end_date, start_date } = phase;
  tx.change(
    SCHEDULE,
    schedule.id,
    { status: "active", current_phase: { end_date, start_date }, subscription: subscription.id },
    "subscription_schedule.updated",
  );
}
