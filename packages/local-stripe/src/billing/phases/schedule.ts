import { invalid } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { asItStands, type PhaseRecord } from "./phase.js";

const DAY = 24 * 3600;
const WARNING = 7 * DAY;

/** The name under which schedules are kept. */
export const SCHEDULE = "subscription_schedule";

/** The current phase of a schedule; `undefined` before the first and after the last. */
export function currentPhase({
  current_phase: current,
  phases,
}: SubscriptionScheduleRecord): PhaseRecord | undefined {
  return phases.find((phase) => phase.start_date === current?.start_date);
}

export function findSchedule(
  tx: Transaction,
  { schedule }: SubscriptionRecord,
): SubscriptionScheduleRecord | undefined {
  return schedule === null ? undefined : tx.account.of(SCHEDULE).get(schedule);
}

/** Records a change of a subscription that was made outside its schedule in the current phase. */
export function noteInSchedule(tx: Transaction, subscription: SubscriptionRecord): void {
  const schedule = findSchedule(tx, subscription);
  const current = schedule && currentPhase(schedule);
  if (schedule === undefined || current === undefined) return;
  const noted = { ...current, ...asItStands(tx, subscription) };
  const phases = schedule.phases.map((phase) => (phase === current ? noted : phase));
  tx.change(SCHEDULE, schedule.id, { phases }, "subscription_schedule.updated");
}

/** Releases a subscription from its schedule: ends the schedule and returns the subscription as it goes on. */
export function release(
  tx: Transaction,
  schedule: SubscriptionScheduleRecord,
  subscription: SubscriptionRecord | undefined,
): SubscriptionRecord | undefined {
  const released = tx.change(SCHEDULE, schedule.id, {
    status: "released",
    current_phase: null,
    expiringAt: null,
    released_at: tx.now,
    released_subscription: schedule.subscription,
    subscription: null,
  });
  tx.emit("subscription_schedule.released", tx.account.render(SCHEDULE, released));
  return subscription && { ...subscription, schedule: null };
}

/** The time at which the end of a schedule is announced; `null` if that has passed. */
export function expiryNoticeAt(phases: readonly PhaseRecord[], now: number): number | null {
  const end = phases.at(-1)?.end_date ?? now;
  return end - WARNING > now ? end - WARNING : null;
}

/** The fields that take a scheduled end back. */
export const NOT_ENDING: Pick<SubscriptionRecord, "cancel_at" | "cancel_at_period_end" | "canceled_at"> = {
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
};

export function refuseUnlessRunning({ status }: SubscriptionScheduleRecord, verb: string): void {
  if (status === "active" || status === "not_started") return;
  throw invalid(
    `You cannot ${verb} a subscription schedule that is currently in the \`${status}\` status. It must be in one of the following: \`not_started\`, \`active\`.`,
  );
}
