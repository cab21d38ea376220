import { invalid } from "../api-error.js";
import { usageIn } from "../billing/usage/usage.js";
import { listed, listRoute } from "../declare/list.js";
import { hash, integer, oneOf, required, text, timestamp, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import type { MeterRecord } from "../store/records/usage.js";
import type { Wire } from "../store/wire.js";

const MINUTE = 60;

const CREATE = {
  customer_mapping: hash({
    event_payload_key: required(text({ max: 100 })),
    type: required(oneOf("by_id")),
  }),
  default_aggregation: required(hash({ formula: required(oneOf("count", "last", "sum")) })),
  display_name: required(text({ max: 250 })),
  event_name: required(text({ max: 100 })),
  value_settings: hash({ event_payload_key: required(text({ max: 100 })) }),
};

const SUMMARIES = {
  customer: required(text()),
  end_time: required(timestamp()),
  start_time: required(timestamp()),
  limit: integer({ min: 1, max: 100 }),
};

export const meters: Resource<"billing.meter"> = {
  kind: {
    object: "billing.meter",
    noun: "meter",
    keys: { event_name: (meter) => [meter.event_name], status: (meter) => [meter.status] },
  },
  permission: "billing_meter",
  routes: [
    route("POST /v1/billing/meters", CREATE, createMeter),
    listRoute(
      "billing.meter",
      "/v1/billing/meters",
      { status: oneOf("active", "inactive") },
      ({ params: { status } }) => ({ match: { ...(status !== undefined && { status }) } }),
    ),
    retrieveRoute("billing.meter", "/v1/billing/meters"),
    route(
      "POST /v1/billing/meters/:id",
      { display_name: text({ max: 250 }) },
      ({ tx, account, id, params }) => {
        account.getFromPath("billing.meter", id);
        const after = tx.change("billing.meter", id, { ...params, updated: tx.now }, "billing.meter.updated");
        return account.render("billing.meter", after);
      },
    ),
    route("POST /v1/billing/meters/:id/deactivate", {}, ({ tx, account, id }) => {
      if (account.getFromPath("billing.meter", id).status !== "active")
        throw invalid("This meter is not active.");
      return turned(tx, id, "inactive");
    }),
    route("POST /v1/billing/meters/:id/reactivate", {}, ({ tx, account, id }) => {
      const meter = account.getFromPath("billing.meter", id);
      if (meter.status === "active") throw invalid("This meter is active already.");
      refuseTaken(tx, meter.event_name);
      return turned(tx, id, "active");
    }),
    route("GET /v1/billing/meters/:id/event_summaries", SUMMARIES, summarize),
  ],
};

function createMeter({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { default_aggregation, display_name, event_name } = params;
  refuseTaken(tx, event_name);
  const meter: MeterRecord = {
    id: newId(account.livemode ? "mtr" : "mtr_test"),
    object: "billing.meter",
    created: tx.now,
    customer_mapping: params.customer_mapping ?? { event_payload_key: "stripe_customer_id", type: "by_id" },
    default_aggregation,
    display_name,
    event_name,
    event_time_window: null,
    livemode: account.livemode,
    status: "active",
    status_transitions: { deactivated_at: null },
    updated: tx.now,
    value_settings: params.value_settings ?? { event_payload_key: "value" },
  };
  return account.render("billing.meter", tx.insert("billing.meter", meter, "billing.meter.created"));
}

/** An event finds its meter by the name alone, so no two active ones have the same. */
function refuseTaken(tx: Transaction, eventName: string): void {
  const taken = tx.account.of("billing.meter").all({ event_name: eventName, status: "active" });
  if (taken.length > 0) {
    throw invalid(
      `An active meter already exists for event name "${eventName}".`,
      "event_name",
      "resource_already_exists",
    );
  }
}

function turned(tx: Transaction, id: string, status: "active" | "inactive"): Wire {
  const after = tx.change("billing.meter", id, {
    status,
    status_transitions: { deactivated_at: status === "inactive" ? tx.now : null },
    updated: tx.now,
  });
  const shown = tx.account.render("billing.meter", after);
  tx.emit(status === "active" ? "billing.meter.reactivated" : "billing.meter.deactivated", shown);
  return shown;
}

/** One summary of the whole time that is asked for. */
function summarize({ account, id, params }: Call<Values<typeof SUMMARIES>>): Wire {
  const { id: meter } = account.getFromPath("billing.meter", id);
  const { id: customer } = account.getFromParam("customer", params.customer, "customer");
  const { start_time: from, end_time: until } = params;
  for (const [name, moment] of Object.entries({ start_time: from, end_time: until })) {
    if (moment % MINUTE !== 0) throw invalid(`\`${name}\` must be aligned with minute boundaries.`, name);
  }
  if (from >= until) throw invalid("`start_time` must be before `end_time`.", "start_time");
  const summary = {
    id: newId("mtrusg"),
    object: "billing.meter_event_summary",
    aggregated_value: usageIn(account, { meter, customer, from, until }),
    end_time: until,
    livemode: account.livemode,
    meter,
    start_time: from,
  };
  return listed(`/v1/billing/meters/${meter}/event_summaries`, false, [summary]);
}
