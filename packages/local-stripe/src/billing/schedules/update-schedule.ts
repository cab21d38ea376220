import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import type { PhaseRecord } from "../phases/phase.js";
import {
  currentPhase,
  expiryNoticeAt,
  NOT_ENDING,
  refuseUnlessRunning,
  SCHEDULE,
} from "../phases/schedule.js";
import { billChange } from "../subscriptions/bill-change.js";
import { type DefaultSettings, defaultSettings } from "./default-settings.js";
import { newPhases, toMoment } from "./new-phases.js";
import { asInPhase } from "./phase-entry.js";
import type { NewDefaults, NewPhase } from "./phase-params.js";

export interface ScheduleChange {
  readonly default_settings?: NewDefaults;
  readonly end_behavior?: "cancel" | "release";
  readonly metadata?: MetadataChange;
  readonly phases?: readonly NewPhase[];
  readonly proration_behavior?: "always_invoice" | "create_prorations" | "none";
}

export function updateSchedule(
  tx: Transaction,
  id: string,
  change: ScheduleChange,
): SubscriptionScheduleRecord {
  const before = tx.account.getFromPath(SCHEDULE, id);
  tx.followClock(before);
  refuseUnlessRunning(before, "update");
  const defaults = defaultSettings(tx, change.default_settings, before.customer, before.default_settings);
  const phases = change.phases ? changedPhases(tx, before, change.phases, defaults) : before.phases;
  const current = phases.find((phase) => phase.start_date <= tx.now && phase.end_date > tx.now);
  const after = tx.change(
    SCHEDULE,
    id,
    {
      default_settings: defaults,
      ...(change.end_behavior && { end_behavior: change.end_behavior }),
      ...(change.metadata !== undefined && { metadata: mergeMetadata(before.metadata, change.metadata) }),
      ...(change.phases && { expiringAt: expiryNoticeAt(phases, tx.now) }),
      phases: [...phases],
      ...(before.status === "active" &&
        current && { current_phase: { end_date: current.end_date, start_date: current.start_date } }),
    },
    "subscription_schedule.updated",
  );
  govern(tx, before, after, change);
  return tx.account.getFromPath(SCHEDULE, id);
}

/** The phases after an update, which writes them anew from the present one on. Those of the past stay. */
function changedPhases(
  tx: Transaction,
  schedule: SubscriptionScheduleRecord,
  phases: readonly NewPhase[],
  defaults: DefaultSettings,
): readonly PhaseRecord[] {
  const current = currentPhase(schedule);
  const past = schedule.phases.filter((phase) => current && phase.end_date <= current.start_date);
  const isPast = ({ start_date: at }: NewPhase) => past.some((phase) => phase.start_date === at);
  const written = phases.filter((phase) => !isPast(phase));
  const [first] = written;
  if (first?.start_date === undefined) {
    throw invalid(
      "The subscription schedule update is missing at least one phase with a `start_date` to anchor end dates to.",
      "phases",
    );
  }
  const begins = toMoment(first.start_date, tx.now);
  if (current !== undefined && begins !== current.start_date) {
    throw invalid("You can not modify the start date of the current phase.", "phases[0][start_date]");
  }
  if (current === undefined && begins < tx.now) {
    throw invalid("A schedule that has not begun cannot begin in the past.", "phases[0][start_date]");
  }
  const mode = schedule.billing_mode.type === "classic" ? "classic" : "flexible";
  const agreed = new Set(schedule.phases.flatMap(({ items }) => items.map(({ price }) => price)));
  const made = newPhases(tx, written, begins, {
    customer: schedule.customer,
    mode,
    defaults,
    agreed,
    schedule: schedule.id,
  });
  const isOver = made.every((phase) => phase.end_date <= tx.now);
  if (isOver) throw invalid("The phases of a schedule cannot all be over.", "phases");
  return [...past, ...made];
}

/** Applies the schedule's current phase to the subscription. */
function govern(
  tx: Transaction,
  was: SubscriptionScheduleRecord,
  schedule: SubscriptionScheduleRecord,
  { proration_behavior = "create_prorations" }: ScheduleChange,
): void {
  const phase = currentPhase(schedule);
  const before = tx.account.of("subscription").get(schedule.subscription ?? "");
  if (phase === undefined || before === undefined) return;
  const inPhase = asInPhase(tx, before, schedule, phase, currentPhase(was));
  const after = { ...inPhase, ...endFields(schedule, before, tx.now) };
  billChange(tx, before, after, { proration_behavior });
}

/** A schedule that cancels at its end gives its subscription that date, and takes it back when it no longer does. */
function endFields(
  { end_behavior: behavior, phases }: SubscriptionScheduleRecord,
  before: SubscriptionRecord,
  now: number,
): Partial<SubscriptionRecord> {
  if (behavior !== "cancel") return before.cancel_at === null ? {} : NOT_ENDING;
  return { cancel_at: phases.at(-1)?.end_date ?? null, canceled_at: before.canceled_at ?? now };
}
