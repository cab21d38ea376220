import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { toPhase } from "../phases/phase.js";
import { expiryNoticeAt, SCHEDULE } from "../phases/schedule.js";
import type { Billing } from "../subscriptions/subscription-items.js";
import { defaultSettings, toDefaultSettings } from "./default-settings.js";
import { newPhases, toMoment } from "./new-phases.js";
import type { NewDefaults, NewPhase } from "./phase-params.js";
import { start } from "./phase-turn.js";

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

/** `mode` is the billing mode where none is asked for. */
export function createSchedule(
  tx: Transaction,
  params: NewSchedule,
  mode: Billing["mode"],
): SubscriptionScheduleRecord {
  return params.from_subscription === undefined
    ? createWithPhases(tx, params, mode)
    : createFrom(tx, params.from_subscription, params);
}

function createWithPhases(
  tx: Transaction,
  params: NewSchedule,
  otherwise: Billing["mode"],
): SubscriptionScheduleRecord {
  if (params.customer === undefined) {
    throw invalid("Missing required param: customer.", "customer", "parameter_missing");
  }
  const customer = tx.account.getFromParam("customer", params.customer, "customer");
  tx.followClock(customer);
  const mode = params.billing_mode?.type ?? otherwise;
  const defaults = defaultSettings(tx, params.default_settings, customer.id);
  const begins = toMoment(params.start_date ?? "now", tx.now);
  if (begins < tx.now) throw invalid("This server begins no schedule in the past.", "start_date");
  const context = { customer: customer.id, mode, defaults };
  const phases = newPhases(tx, params.phases ?? [], begins, context);
  const schedule = insert(tx, {
    ...asked(params),
    billing_mode: { type: mode, flexible: mode === "classic" ? null : { proration_discounts: "included" } },
    customer: customer.id,
    default_settings: defaults,
    expiringAt: expiryNoticeAt(phases, tx.now),
    phases: [...phases],
    test_clock: customer.test_clock ?? null,
  });
  if (begins === tx.now) start(tx, schedule);
  return tx.account.getFromPath(SCHEDULE, schedule.id);
}

const FROM_SUBSCRIPTION: readonly string[] = ["expand", "from_subscription"];

function createFrom(tx: Transaction, id: string, params: NewSchedule): SubscriptionScheduleRecord {
  const subscription = tx.account.getFromParam("subscription", id, "from_subscription");
  tx.followClock(subscription);
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
  const phase = toPhase(tx, subscription);
  const schedule = insert(tx, {
    billing_mode: subscription.billing_mode,
    current_phase: { end_date: phase.end_date, start_date: phase.start_date },
    customer: subscription.customer,
    default_settings: toDefaultSettings(subscription),
    end_behavior: subscription.cancel_at === null ? "release" : "cancel",
    expiringAt: expiryNoticeAt([phase], tx.now),
    metadata: {},
    phases: [phase],
    status: "active",
    subscription: subscription.id,
    test_clock: subscription.test_clock ?? null,
  });
  tx.change("subscription", id, { schedule: schedule.id }, "customer.subscription.updated");
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
  tx: Transaction,
  fields: Pick<SubscriptionScheduleRecord, Own> & Partial<SubscriptionScheduleRecord>,
): SubscriptionScheduleRecord {
  const schedule: SubscriptionScheduleRecord = {
    id: newId("sub_sched"),
    object: SCHEDULE,
    application: null,
    canceled_at: null,
    completed_at: null,
    created: tx.now,
    current_phase: null,
    customer_account: null,
    livemode: tx.account.livemode,
    pause_schedules: [],
    released_at: null,
    released_subscription: null,
    status: "not_started",
    subscription: null,
    test_clock: null,
    ...fields,
  };
  return tx.insert(SCHEDULE, schedule, "subscription_schedule.created");
}
