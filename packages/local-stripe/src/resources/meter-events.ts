import { randomUUID } from "node:crypto";
import { invalid } from "../api-error.js";
import { usageKey } from "../billing/usage/usage.js";
import { type Param, required, short, text, timestamp, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { MeterEventRecord, MeterRecord } from "../store/records/usage.js";
import type { Wire } from "../store/wire.js";

const DAY = 24 * 3600;
const OLDEST = 35 * DAY;
const MOST_AHEAD = 5 * 60;
const MOST_DIGITS = 15;

const CREATE = {
  event_name: required(text({ max: 100 })),
  identifier: text({ max: 100 }),
  payload: required(payload()),
  timestamp: timestamp(),
};

/** Reported usage. No call lists it: it shows in summaries and on invoices. */
export const meterEvents: Resource<"billing.meter_event"> = {
  kind: {
    object: "billing.meter_event",
    noun: "meter event",
    keys: {
      identifier: (event) => [event.identifier],
      usage: (event) => [usageKey(event.meter, event.customer)],
    },
    render: ({ id: _id, meter: _meter, customer: _customer, value: _value, receivedAt: _at, ...event }) =>
      event,
  },
  permission: "billing_meter_event",
  routes: [route("POST /v1/billing/meter_events", CREATE, createMeterEvent)],
};

function createMeterEvent({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { event_name, identifier = randomUUID() } = params;
  const meter = meterFor(account, event_name);
  const customer = account.getFromParam(
    "customer",
    customerIn(meter, params.payload),
    `payload[${meter.customer_mapping.event_payload_key}]`,
  );
  tx.followClock(customer);
  const event: MeterEventRecord = {
    id: newId("mtrev"),
    object: "billing.meter_event",
    created: tx.now,
    customer: customer.id,
    event_name,
    identifier,
    livemode: account.livemode,
    meter: meter.id,
    payload: params.payload,
    receivedAt: account.now,
    timestamp: timely(params.timestamp ?? tx.now, tx.now),
    value: valueIn(meter, params.payload),
  };
  refuseRepeated(account, identifier);
  return account.render("billing.meter_event", tx.insert("billing.meter_event", event));
}

function meterFor(account: AccountData, eventName: string): MeterRecord {
  const [meter] = account.of("billing.meter").all({ event_name: eventName, status: "active" });
  if (meter !== undefined) return meter;
  throw invalid(`No active meter found for event name "${eventName}".`, "event_name");
}

type Payload = MeterEventRecord["payload"];

function customerIn({ customer_mapping: { event_payload_key: key } }: MeterRecord, payload: Payload): string {
  return payloadPart(payload, key) ?? missing(key);
}

function valueIn(meter: MeterRecord, payload: Payload): number {
  const { event_payload_key: key } = meter.value_settings;
  const value = payloadPart(payload, key);
  // A meter that counts events needs no value.
  if (value === undefined) return meter.default_aggregation.formula === "count" ? 1 : missing(key);
  if (!/^-?\d+$/.test(value)) {
    throw invalid(`Invalid payload value: ${short(value)}; must be a whole number`, `payload[${key}]`);
  }
  if (value.replace(/^-?0*/, "").length > MOST_DIGITS) {
    throw invalid(
      `The value in the event payload can have at most ${MOST_DIGITS} digits. Received ${short(value)}.`,
      `payload[${key}]`,
    );
  }
  return Number(value);
}

function timely(moment: number, now: number): number {
  if (moment < now - OLDEST) {
    throw invalid(
      `The event timestamp cannot be more than 35 days in past. Expected a timestamp greater than or equal to ${now - OLDEST}.`,
      "timestamp",
    );
  }
  if (moment > now + MOST_AHEAD) {
    throw invalid(
      `The event timestamp cannot be more than 5 minutes in the future. Expected a timestamp less than or equal to ${now + MOST_AHEAD}.`,
      "timestamp",
    );
  }
  return moment;
}

/** An identifier is taken in the whole account, whichever customer and meter it was for. */
function refuseRepeated(account: AccountData, identifier: string): void {
  const since = account.now - DAY;
  const taken = account.of("billing.meter_event").all({ identifier }, (event) => event.receivedAt > since);
  if (taken.length > 0) throw invalid(`An event already exists with identifier ${identifier}.`);
}

function payload(): Param<Payload> {
  return {
    read: (value, name) => {
      if (typeof value === "string") throw invalid("Invalid object", name);
      const part = text({ max: 100 });
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, part.read(one, `${name}[${key}]`)]),
      );
    },
  };
}

function payloadPart(payload: Payload, key: string): string | undefined {
  return Object.hasOwn(payload, key) ? payload[key] : undefined;
}

function missing(key: string): never {
  throw invalid(`Missing required param: payload[${key}].`, `payload[${key}]`, "parameter_missing");
}
