import { notImplemented } from "../api-error.js";
import { createSchedule } from "../billing/schedules/create-schedule.js";
import { cancelSchedule, releaseSchedule } from "../billing/schedules/end-schedule.js";
import { DEFAULT_SETTINGS, PHASES } from "../billing/schedules/phase-params.js";
import { nextTurn, passTurn } from "../billing/schedules/phase-turn.js";
import { updateSchedule } from "../billing/schedules/update-schedule.js";
import { listRoute } from "../declare/list.js";
import { metadata } from "../declare/metadata.js";
import {
  bool,
  either,
  hash,
  isWithin,
  oneOf,
  type Param,
  range,
  required,
  text,
  timestamp,
  unsupported,
} from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import { isBefore } from "../declare/versions.js";

const PATH = "/v1/subscription_schedules";

const SHARED = {
  default_settings: DEFAULT_SETTINGS,
  end_behavior: endBehavior(),
  metadata: metadata(),
  phases: PHASES,
  ...unsupported("pause_schedules"),
};

const CREATE = {
  ...SHARED,
  billing_mode: hash({ type: required(oneOf("classic", "flexible")) }),
  customer: text(),
  from_subscription: text(),
  start_date: either(oneOf("now"), timestamp()),
};

const UPDATE = {
  ...SHARED,
  proration_behavior: oneOf("always_invoice", "create_prorations", "none"),
};

const LIST = {
  canceled_at: range(),
  completed_at: range(),
  created: range(),
  customer: text(),
  released_at: range(),
  scheduled: bool(),
};

export const subscriptionSchedules: Resource<"subscription_schedule"> = {
  kind: {
    object: "subscription_schedule",
    noun: "subscription schedule",
    keys: { customer: (schedule) => [schedule.customer] },
    render: ({ expiringAt: _announced, ...schedule }) => schedule,
    expandable: {
      billing_mode: "shown",
      current_phase: "shown",
      customer: "customer",
      default_settings: "shown",
      "default_settings.default_payment_method": "payment_method",
      phases: "shown",
      "phases.default_payment_method": "payment_method",
      subscription: "subscription",
      test_clock: "test_helpers.test_clock",
    },
    due: { at: nextTurn, run: passTurn },
  },
  permission: "subscription",
  routes: [
    route(`POST ${PATH}`, CREATE, ({ tx, account, params, version }) => {
      const mode = isBefore(version, "2025-09-30") ? "classic" : "flexible";
      return account.render("subscription_schedule", createSchedule(tx, params, mode));
    }),
    listRoute("subscription_schedule", PATH, LIST, ({ params }) => ({
      match: params.customer === undefined ? {} : { customer: params.customer },
      where: (schedule) =>
        // An object on a test clock is listed only for its customer.
        (params.customer !== undefined || schedule.test_clock === null) &&
        (params.scheduled !== true || schedule.status === "not_started") &&
        MOMENTS.every((name) => {
          const [bounds, moment] = [params[name], schedule[name]];
          return bounds === undefined || (moment !== null && isWithin(bounds, moment));
        }),
    })),
    retrieveRoute("subscription_schedule", PATH),
    route(`POST ${PATH}/:id`, UPDATE, ({ tx, account, id, params }) =>
      account.render("subscription_schedule", updateSchedule(tx, id, params)),
    ),
    route(`POST ${PATH}/:id/release`, { preserve_cancel_date: bool() }, ({ tx, account, id, params }) =>
      account.render("subscription_schedule", releaseSchedule(tx, id, params.preserve_cancel_date)),
    ),
    route(
      `POST ${PATH}/:id/cancel`,
      { invoice_now: bool(), prorate: bool() },
      ({ tx, account, id, params: { invoice_now = true, prorate = true } }) =>
        account.render("subscription_schedule", cancelSchedule(tx, id, { invoice_now, prorate })),
    ),
  ],
  reactions: {
    // A running schedule ends with its subscription; one that has not begun has no customer to begin for.
    "customer.deleted": (tx, { id }) => {
      const waiting = tx.account
        .of("subscription_schedule")
        .all({ customer: String(id) }, ({ status }) => status === "not_started");
      for (const schedule of waiting) cancelSchedule(tx, schedule.id, {});
    },
  },
};

const MOMENTS = ["canceled_at", "completed_at", "created", "released_at"] as const;

/** Stripe's types name two more, which its documentation does not explain. */
function endBehavior(): Param<"cancel" | "release"> {
  const known = oneOf("cancel", "release");
  return {
    read: (value, name) => {
      if (value === "none" || value === "renew") throw notImplemented(`the value ${value} of ${name}`, name);
      return known.read(value, name);
    },
  };
}
