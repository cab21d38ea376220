import type { Act } from "../store/act.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../store/records.js";
import { asItStands, type PhaseRecord } from "./phases.js";

const DAY = 24 * 3600;
const WARNING = 7 * DAY;

export const RENDERED = "subscription_schedule";

/** The phase that a schedule is in, and `undefined` where it is in none. */
export function currentPhase({
  current_phase: current,
  phases,
}: SubscriptionScheduleRecord): PhaseRecord | undefined {
  return phases.find((phase) => phase.start_date === current?.start_date);
}

export function scheduleOf(
  act: Act,
  { schedule }: SubscriptionRecord,
): SubscriptionScheduleRecord | undefined {
  return schedule === null ? undefined : act.world.of(RENDERED).get(schedule);
}

/** A change of a subscription beside its schedule is a change of the phase that it is in. */
export function noteInSchedule(act: Act, subscription: SubscriptionRecord): void {
  const schedule = scheduleOf(act, subscription);
  const current = schedule && currentPhase(schedule);
  if (schedule === undefined || current === undefined) return;
  const noted = { ...current, ...asItStands(act, subscription) };
  const phases = schedule.phases.map((phase) => (phase === current ? noted : phase));
  act.change(RENDERED, schedule.id, { phases }, "subscription_schedule.updated");
}

/** Where the schedule of a subscription lets go of it: the subscription as it goes on, and the schedule as it ends. */
export function release(
  act: Act,
  schedule: SubscriptionScheduleRecord,
  subscription: SubscriptionRecord | undefined,
): SubscriptionRecord | undefined {
  const released = act.change(RENDERED, schedule.id, {
    status: "released",
    current_phase: null,
    expiringAt: null,
    released_at: act.now,
    released_subscription: schedule.subscription,
    subscription: null,
  });
  act.emit("subscription_schedule.released", act.world.render(RENDERED, released));
  return subscription && { ...subscription, schedule: null };
}

/** When the end of a schedule is announced, where that still lies ahead. */
export function expiryOf(phases: readonly PhaseRecord[], now: number): number | null {
  const end = phases.at(-1)?.end_date ?? now;
  return end - WARNING > now ? end - WARNING : null;
}
