import { invalid } from "../http/api-error.js";
import { type MetadataChange, mergeMetadata } from "../http/metadata.js";
import { newId } from "../ids.js";
import type { Act } from "../store/act.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../store/records.js";
import { billChange } from "./bill-change.js";
import { type CancelRequest, cancelSubscription } from "./cancel-subscription.js";
import { asInPhase } from "./phase-entry.js";
import type { NewDefaults, NewPhase } from "./phase-params.js";
import { start } from "./phase-turn.js";
import {
  type DefaultSettings,
  defaultSettings,
  defaultsOf,
  momentOf,
  newPhases,
  type PhaseRecord,
  phaseOf,
} from "./phases.js";
import { currentPhase, expiryOf, RENDERED, release } from "./schedule-life.js";
import type { Billing } from "./subscription-items.js";

export interface NewSchedule {
  readonly billing_mode?: SubscriptionModeRequest;
  readonly customer?: string;
  readonly default_settings?: NewDefaults;
  readonly end_behavior?: "cancel" | "release";
  readonly from_subscription?: string;
  readonly metadata?: MetadataChange;
  readonly phases?: readonly NewPhase[];
  readonly start_date?: number | "now";
}

interface SubscriptionModeRequest {
  readonly type: "classic" | "flexible";
}

export interface ScheduleChange {
  readonly default_settings?: NewDefaults;
  readonly end_behavior?: "cancel" | "release";
  readonly metadata?: MetadataChange;
  readonly phases?: readonly NewPhase[];
  readonly proration_behavior?: "always_invoice" | "create_prorations" | "none";
}

/** `mode` is the billing mode where none is asked for. */
export function createSchedule(
  act: Act,
  params: NewSchedule,
  mode: Billing["mode"],
): SubscriptionScheduleRecord {
  return params.from_subscription === undefined
    ? createWithPhases(act, params, mode)
    : createFrom(act, params.from_subscription, params);
}

export function updateSchedule(act: Act, id: string, change: ScheduleChange): SubscriptionScheduleRecord {
  const before = act.world.inPath(RENDERED, id);
  act.followClock(before);
  refuseUnlessRunning(before, "update");
  const defaults = defaultSettings(act, change.default_settings, before.customer, before.default_settings);
  const phases = change.phases ? changedPhases(act, before, change.phases, defaults) : before.phases;
  const current = phases.find((phase) => phase.start_date <= act.now && phase.end_date > act.now);
  const after = act.change(
    RENDERED,
    id,
    {
      default_settings: defaults,
      ...(change.end_behavior && { end_behavior: change.end_behavior }),
      ...(change.metadata !== undefined && { metadata: mergeMetadata(before.metadata, change.metadata) }),
      ...(change.phases && { expiringAt: expiryOf(phases, act.now) }),
      phases: [...phases],
      ...(before.status === "active" &&
        current && { current_phase: { end_date: current.end_date, start_date: current.start_date } }),
    },
    "subscription_schedule.updated",
  );
  govern(act, before, after, change);
  return act.world.inPath(RENDERED, id);
}

/** Lets go of the subscription, which goes on as it is. */
export function releaseSchedule(act: Act, id: string, keepsCancelDate = false): SubscriptionScheduleRecord {
  const before = act.world.inPath(RENDERED, id);
  act.followClock(before);
  refuseUnlessRunning(before, "release");
  const subscription = act.world.of("subscription").get(before.subscription ?? "");
  const free = release(act, before, subscription);
  if (free !== undefined) {
    const going = keepsCancelDate || before.end_behavior !== "cancel" ? free : { ...free, ...NOT_ENDING };
    act.replace("subscription", free.id, going, "customer.subscription.updated");
  }
  return act.world.inPath(RENDERED, id);
}

/** Ends the schedule, and its subscription with it. */
export function cancelSchedule(act: Act, id: string, request: CancelRequest): SubscriptionScheduleRecord {
  const before = act.world.inPath(RENDERED, id);
  act.followClock(before);
  refuseUnlessRunning(before, "cancel");
  if (before.subscription !== null) {
    cancelSubscription(act, before.subscription, request);
    return act.world.inPath(RENDERED, id);
  }
  const canceled = act.change(RENDERED, id, { status: "canceled", canceled_at: act.now, expiringAt: null });
  act.emit("subscription_schedule.canceled", act.world.render(RENDERED, canceled));
  return canceled;
}

const NOT_ENDING = { cancel_at: null, cancel_at_period_end: false, canceled_at: null };

function createWithPhases(
  act: Act,
  params: NewSchedule,
  otherwise: Billing["mode"],
): SubscriptionScheduleRecord {
  if (params.customer === undefined) {
    throw invalid("Missing required param: customer.", "customer", "parameter_missing");
  }
  const customer = act.world.named("customer", params.customer, "customer");
  act.followClock(customer);
  const mode = params.billing_mode?.type ?? otherwise;
  const defaults = defaultSettings(act, params.default_settings, customer.id);
  const begins = momentOf(params.start_date ?? "now", act.now);
  if (begins < act.now) throw invalid("This server begins no schedule in the past.", "start_date");
  const context = { customer: customer.id, mode, defaults };
  const phases = newPhases(act, params.phases ?? [], begins, context);
  const schedule = insert(act, {
    ...asked(params),
    billing_mode: { type: mode, flexible: mode === "classic" ? null : { proration_discounts: "included" } },
    customer: customer.id,
    default_settings: defaults,
    expiringAt: expiryOf(phases, act.now),
    phases: [...phases],
    test_clock: customer.test_clock ?? null,
  });
  if (begins === act.now) start(act, schedule);
  return act.world.inPath(RENDERED, schedule.id);
}

const FROM_SUBSCRIPTION: readonly string[] = ["expand", "from_subscription"];

function createFrom(act: Act, id: string, params: NewSchedule): SubscriptionScheduleRecord {
  const subscription = act.world.named("subscription", id, "from_subscription");
  act.followClock(subscription);
  const more = Object.keys(params).find((name) => !FROM_SUBSCRIPTION.includes(name));
  if (more !== undefined) {
    throw invalid(`You cannot set \`${more}\` if \`from_subscription\` is set.`, more);
  }
  if (subscription.schedule !== null) {
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: \`${subscription.schedule}\`.`,
      "from_subscription",
    );
  }
  if (subscription.ended_at !== null || subscription.status === "incomplete") {
    throw invalid(
      `You cannot migrate a subscription that is in the \`${subscription.status}\` status.`,
      "from_subscription",
    );
  }
  const phase = phaseOf(act, subscription);
  const schedule = insert(act, {
    billing_mode: subscription.billing_mode,
    current_phase: { end_date: phase.end_date, start_date: phase.start_date },
    customer: subscription.customer,
    default_settings: defaultsOf(subscription),
    end_behavior: subscription.cancel_at === null ? "release" : "cancel",
    expiringAt: expiryOf([phase], act.now),
    metadata: {},
    phases: [phase],
    status: "active",
    subscription: subscription.id,
    test_clock: subscription.test_clock ?? null,
  });
  act.change("subscription", id, { schedule: schedule.id }, "customer.subscription.updated");
  return schedule;
}

function asked(params: NewSchedule): Pick<SubscriptionScheduleRecord, "end_behavior" | "metadata"> {
  return { end_behavior: params.end_behavior ?? "release", metadata: mergeMetadata({}, params.metadata) };
}

type Own =
  | "billing_mode"
  | "customer"
  | "default_settings"
  | "end_behavior"
  | "expiringAt"
  | "metadata"
  | "phases";

function insert(
  act: Act,
  fields: Pick<SubscriptionScheduleRecord, Own> & Partial<SubscriptionScheduleRecord>,
): SubscriptionScheduleRecord {
  const schedule: SubscriptionScheduleRecord = {
    id: newId("sub_sched"),
    object: RENDERED,
    application: null,
    canceled_at: null,
    completed_at: null,
    created: act.now,
    current_phase: null,
    customer_account: null,
    livemode: act.world.livemode,
    pause_schedules: [],
    released_at: null,
    released_subscription: null,
    status: "not_started",
    subscription: null,
    test_clock: null,
    ...fields,
  };
  return act.insert(RENDERED, schedule, "subscription_schedule.created");
}

/** The phases after an update, which writes them anew from the present one on. Those of the past stay. */
function changedPhases(
  act: Act,
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
  const begins = momentOf(first.start_date, act.now);
  if (current !== undefined && begins !== current.start_date) {
    throw invalid("You can not modify the start date of the current phase.", "phases[0][start_date]");
  }
  if (current === undefined && begins < act.now) {
    throw invalid("A schedule that has not begun cannot begin in the past.", "phases[0][start_date]");
  }
  const mode = schedule.billing_mode.type === "classic" ? "classic" : "flexible";
  const agreed = new Set(schedule.phases.flatMap(({ items }) => items.map(({ price }) => price)));
  const made = newPhases(act, written, begins, { customer: schedule.customer, mode, defaults, agreed });
  const isOver = made.every((phase) => phase.end_date <= act.now);
  if (isOver) throw invalid("The phases of a schedule cannot all be over.", "phases");
  return [...past, ...made];
}

/** Makes the subscription what the schedule now says of its present. */
function govern(
  act: Act,
  was: SubscriptionScheduleRecord,
  schedule: SubscriptionScheduleRecord,
  { proration_behavior = "create_prorations" }: ScheduleChange,
): void {
  const phase = currentPhase(schedule);
  const before = act.world.of("subscription").get(schedule.subscription ?? "");
  if (phase === undefined || before === undefined) return;
  const inPhase = asInPhase(act, before, schedule, phase, currentPhase(was));
  const after = { ...inPhase, ...endOf(schedule, before, act.now) };
  billChange(act, before, after, { proration_behavior });
}

/** A schedule that cancels at its end gives its subscription that date, and takes it back when it no longer does. */
function endOf(
  { end_behavior: behavior, phases }: SubscriptionScheduleRecord,
  before: SubscriptionRecord,
  now: number,
): Partial<SubscriptionRecord> {
  if (behavior !== "cancel") return before.cancel_at === null ? {} : NOT_ENDING;
  return { cancel_at: phases.at(-1)?.end_date ?? null, canceled_at: before.canceled_at ?? now };
}

function refuseUnlessRunning({ status }: SubscriptionScheduleRecord, verb: string): void {
  if (status === "active" || status === "not_started") return;
  throw invalid(
    `You cannot ${verb} a subscription schedule that is currently in the \`${status}\` status. It must be in one of the following: \`not_started\`, \`active\`.`,
  );
}
