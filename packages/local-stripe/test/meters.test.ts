import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { ask, idOf, type Local, monthly, refusal, startClock, startLocal } from "./support/local.js";

const MINUTE = 60;
const DAY = 24 * 3600;
const NOON = Date.UTC(2027, 0, 1, 12) / 1000;

/** A server whose clock stands at noon until it is moved. */
const atNoon = (): Promise<Local> => startLocal({ clock: () => NOON * 1000 });

function meterOf(
  stripe: Stripe,
  params: Partial<Stripe.Billing.MeterCreateParams> = {},
): Promise<Stripe.Billing.Meter> {
  return stripe.billing.meters.create({
    display_name: "API calls",
    event_name: "api_call",
    default_aggregation: { formula: "sum" },
    ...params,
  });
}

function report(
  stripe: Stripe,
  customer: string,
  value: string | number,
  more: Partial<Stripe.Billing.MeterEventCreateParams> = {},
): Promise<Stripe.Billing.MeterEvent> {
  return stripe.billing.meterEvents.create({
    event_name: "api_call",
    payload: { stripe_customer_id: customer, value: String(value) },
    ...more,
  });
}

async function usageOf(stripe: Stripe, meter: string, customer: string, from = NOON - DAY): Promise<number> {
  const { data } = await stripe.billing.meters.listEventSummaries(meter, {
    customer,
    start_time: from,
    end_time: NOON + DAY,
  });
  return data[0]?.aggregated_value ?? Number.NaN;
}

describe("meters", () => {
  it("name the event they count, and where its customer and value stand", async () => {
    const { stripe } = await atNoon();
    const meter = await meterOf(stripe);
    expect(meter).toEqual({
      id: expect.stringMatching(/^mtr_test_\w+$/),
      object: "billing.meter",
      created: NOON,
      customer_mapping: { event_payload_key: "stripe_customer_id", type: "by_id" },
      default_aggregation: { formula: "sum" },
      display_name: "API calls",
      event_name: "api_call",
      event_time_window: null,
      livemode: false,
      status: "active",
      status_transitions: { deactivated_at: null },
      updated: NOON,
      value_settings: { event_payload_key: "value" },
    });
    expect(await stripe.billing.meters.retrieve(meter.id)).toEqual(meter);
    const renamed = await stripe.billing.meters.update(meter.id, { display_name: "Calls" });
    expect(renamed).toEqual({ ...meter, display_name: "Calls" });
  });

  it("that are active have event names of their own", async () => {
    const { stripe } = await atNoon();
    const first = await meterOf(stripe);
    expect(await refusal(meterOf(stripe))).toMatchObject({ statusCode: 400, param: "event_name" });
    const off = await stripe.billing.meters.deactivate(first.id);
    expect(off).toMatchObject({ status: "inactive", status_transitions: { deactivated_at: NOON } });
    expect((await refusal(stripe.billing.meters.deactivate(first.id))).statusCode).toBe(400);
    const second = await meterOf(stripe);
    expect((await refusal(stripe.billing.meters.reactivate(first.id))).param).toBe("event_name");
    await stripe.billing.meters.deactivate(second.id);
    const on = await stripe.billing.meters.reactivate(first.id);
    expect(on).toMatchObject({ status: "active", status_transitions: { deactivated_at: null } });
    const { data: active } = await stripe.billing.meters.list({ status: "active" });
    expect(active.map((meter) => meter.id)).toEqual([first.id]);
    const types = (await stripe.events.list()).data.map((event) => event.type).reverse();
    expect(types).toEqual([
      "billing.meter.created",
      "billing.meter.deactivated",
      "billing.meter.created",
      "billing.meter.deactivated",
      "billing.meter.reactivated",
    ]);
  });

  it("stand behind every metered price, and behind no other", async ({ stripe }) => {
    const { product } = await monthly(stripe);
    const meter = await meterOf(stripe);
    const price = (recurring: Stripe.PriceCreateParams.Recurring) =>
      stripe.prices.create({ product: idOf(product), currency: "usd", unit_amount: 5, recurring });
    const metered = await price({ interval: "month", usage_type: "metered", meter: meter.id });
    expect(metered.recurring).toMatchObject({ usage_type: "metered", meter: meter.id });
    const param = "recurring[meter]";
    const refused = async (recurring: Stripe.PriceCreateParams.Recurring) => refusal(price(recurring));
    expect(await refused({ interval: "month", usage_type: "metered" })).toMatchObject({ param });
    expect(await refused({ interval: "month", meter: meter.id })).toMatchObject({ param });
    expect(await refused({ interval: "month", usage_type: "metered", meter: "mtr_missing" })).toMatchObject({
      code: "resource_missing",
      param,
    });
    await stripe.billing.meters.deactivate(meter.id);
    expect(await refused({ interval: "month", usage_type: "metered", meter: meter.id })).toMatchObject({
      param,
    });
  });
});

describe("a meter event", () => {
  it("counts for its customer from the moment it happened", async () => {
    const { stripe } = await atNoon();
    const meter = await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const event = await report(stripe, customer, 25, { identifier: "first", timestamp: NOON - MINUTE });
    expect(event).toEqual({
      object: "billing.meter_event",
      created: NOON,
      event_name: "api_call",
      identifier: "first",
      livemode: false,
      payload: { stripe_customer_id: customer, value: "25" },
      timestamp: NOON - MINUTE,
    });
    await report(stripe, customer, -5);
    await report(stripe, other, 100);
    expect(await usageOf(stripe, meter.id, customer)).toBe(20);
    expect(await usageOf(stripe, meter.id, customer, NOON)).toBe(-5);
    expect(await usageOf(stripe, meter.id, other)).toBe(100);
  });

  it.each([
    ["sum", 9],
    ["count", 3],
    ["last", 2],
  ] as const)("is added up by %s", async (formula, expected) => {
    const { stripe } = await atNoon();
    const meter = await meterOf(stripe, { default_aggregation: { formula } });
    const { id: customer } = await stripe.customers.create({});
    await report(stripe, customer, 4, { timestamp: NOON - 20 });
    await report(stripe, customer, 2, { timestamp: NOON - 10 });
    await report(stripe, customer, 3, { timestamp: NOON - 30 });
    expect(await usageOf(stripe, meter.id, customer)).toBe(expected);
  });

  it("is refused when its identifier was used within a day, by whichever customer", async () => {
    const { local, stripe } = await atNoon();
    const meter = await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    await report(stripe, customer, 1, { identifier: "same" });
    for (const one of [customer, other]) {
      expect(await refusal(report(stripe, one, 1, { identifier: "same" }))).toMatchObject({
        statusCode: 400,
        type: "StripeInvalidRequestError",
        message: "An event already exists with identifier same.",
      });
    }
    expect(await usageOf(stripe, meter.id, customer)).toBe(1);
    local.advanceBy(DAY * 1000);
    await report(stripe, customer, 1, { identifier: "same" });
  });

  it("has an identifier of its own where none is given", async () => {
    const { stripe } = await atNoon();
    await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    const [one, two] = [await report(stripe, customer, 1), await report(stripe, customer, 1)];
    expect(one.identifier).not.toBe(two.identifier);
  });

  it("lies within the past 35 days or the next five minutes", async () => {
    const { stripe } = await atNoon();
    await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    const at = (timestamp: number) => report(stripe, customer, 1, { timestamp });
    await at(NOON - 35 * DAY);
    await at(NOON + 5 * MINUTE);
    expect(await refusal(at(NOON - 35 * DAY - 1))).toMatchObject({
      param: "timestamp",
      message: `The event timestamp cannot be more than 35 days in past. Expected a timestamp greater than or equal to ${NOON - 35 * DAY}.`,
    });
    expect((await refusal(at(NOON + 5 * MINUTE + 1))).param).toBe("timestamp");
  });

  it("happens by the test clock of its customer", async ({ stripe }) => {
    const clock = await startClock(stripe, new Date(NOON * 1000));
    await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
    expect((await report(stripe, customer, 1)).timestamp).toBe(NOON);
  });

  it("has a whole number of at most fifteen digits for its value", async () => {
    const { stripe } = await atNoon();
    await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    await report(stripe, customer, "999999999999999");
    for (const value of ["1.5", "ten", "1e3", "0x10"]) {
      expect((await refusal(report(stripe, customer, value))).param).toBe("payload[value]");
    }
    expect((await refusal(report(stripe, customer, "1000000000000000"))).message).toBe(
      "The value in the event payload can have at most 15 digits. Received 1000000000000000.",
    );
    const without = stripe.billing.meterEvents.create({
      event_name: "api_call",
      payload: { stripe_customer_id: customer },
    });
    expect((await refusal(without)).param).toBe("payload[value]");
  });

  it("finds its customer under the key that the meter names, and nowhere else", async () => {
    const { stripe } = await atNoon();
    const meter = await meterOf(stripe, {
      customer_mapping: { event_payload_key: "account", type: "by_id" },
      value_settings: { event_payload_key: "calls" },
    });
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const send = (payload: Record<string, string>) =>
      stripe.billing.meterEvents.create({ event_name: "api_call", payload });
    await send({ account: customer, calls: "3", stripe_customer_id: other, value: "9" });
    expect(await usageOf(stripe, meter.id, customer)).toBe(3);
    expect(await usageOf(stripe, meter.id, other)).toBe(0);
    expect((await refusal(send({ stripe_customer_id: customer, calls: "3" }))).param).toBe(
      "payload[account]",
    );
    expect(await refusal(send({ account: "cus_missing", calls: "3" }))).toMatchObject({
      code: "resource_missing",
      param: "payload[account]",
    });
  });

  it("needs an active meter of its name", async () => {
    const { stripe } = await atNoon();
    const { id: customer } = await stripe.customers.create({});
    const message = 'No active meter found for event name "api_call".';
    expect((await refusal(report(stripe, customer, 1))).message).toBe(message);
    const meter = await meterOf(stripe);
    await stripe.billing.meters.deactivate(meter.id);
    expect((await refusal(report(stripe, customer, 1))).message).toBe(message);
  });
});

describe("a summary of usage", () => {
  it("is of whole minutes, and of a customer that is there", async () => {
    const { stripe } = await atNoon();
    const meter = await meterOf(stripe);
    const { id: customer } = await stripe.customers.create({});
    const ofTime = (start_time: number, end_time: number, whose = customer) =>
      refusal(stripe.billing.meters.listEventSummaries(meter.id, { customer: whose, start_time, end_time }));
    expect((await ofTime(NOON + 1, NOON + MINUTE)).param).toBe("start_time");
    expect((await ofTime(NOON, NOON + MINUTE + 1)).param).toBe("end_time");
    expect((await ofTime(NOON, NOON)).param).toBe("start_time");
    expect((await ofTime(NOON, NOON + MINUTE, "cus_missing")).code).toBe("resource_missing");
  });

  it("is not divided into hours or days, and says so", async () => {
    const { local, stripe } = await atNoon();
    const { id: meter } = await meterOf(stripe);
    const query = `customer=cus_1&start_time=0&end_time=60&value_grouping_window=hour`;
    const answer = await ask(local, "GET", `/v1/billing/meters/${meter}/event_summaries?${query}`);
    expect(answer.status).toBe(501);
  });
});
