import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ReportUsageOptions, StripeBillingService } from "../../src/index.js";
import { EVENT_NAME, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let billing: StripeBillingService;

const USAGE: ReportUsageOptions = { eventName: EVENT_NAME, value: 3, identifier: "request 1" };
const MINUTE = 60;
const DAY = 24 * 3600;

beforeEach(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  billing = world.service();
  world.takeRequests();
});

afterEach(() => world.close());

const report = (changes: Partial<ReportUsageOptions> = {}, tenant = acme) =>
  billing.forTenant(tenant.tenantId).reportUsage(tenant.customerId, { ...USAGE, ...changes });

/** What Stripe counted for a customer within the last day. */
async function counted(customer: string, eventName = EVENT_NAME): Promise<number | undefined> {
  const { data: meters } = await world.stripe.billing.meters.list();
  const meter = meters.find(({ event_name }) => event_name === eventName);
  const now = Math.ceil(Date.now() / 1000 / MINUTE) * MINUTE;
  const { data } = await world.stripe.billing.meters.listEventSummaries(meter?.id ?? "", {
    customer,
    start_time: now - 2 * DAY,
    end_time: now + DAY,
  });
  return data[0]?.aggregated_value;
}

describe("reportUsage", () => {
  it("counts for the customer, and tells what was counted", async () => {
    const timestamp = new Date(Math.floor(Date.now() / 1000 - 3600) * 1000);
    const reported = await report({ timestamp });

    expect(reported).toEqual({
      customerId: acme.customerId,
      eventName: EVENT_NAME,
      identifier: "request 1",
      value: 3,
      usedAt: timestamp,
    });
    expect(Object.isFrozen(reported)).toBe(true);
    expect(await counted(acme.customerId)).toBe(3);
    expect(await counted(globex.customerId)).toBe(0);
  });

  it("is used when Stripe receives it, where nothing else is said", async () => {
    const { usedAt } = await report();
    expect(Math.abs((usedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it("takes back with a value below zero", async () => {
    await report();
    await report({ identifier: "correction of request 1", value: -1 });
    expect(await counted(acme.customerId)).toBe(2);
  });

  it("takes two requests, also for a customer that was seen lately, with its customer in the payload", async () => {
    await report();
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing/meter_events",
    ]);
    await report({ identifier: "request 2" });
    expect(world.local.requests[1]).toMatchObject({
      path: "/v1/billing/meter_events",
      params: {
        event_name: EVENT_NAME,
        identifier: expect.stringMatching(/^billing_[0-9a-f]{64}$/),
        payload: { stripe_customer_id: acme.customerId, value: "3" },
      },
    });
    expect(world.takeRequests()).toHaveLength(2);
  });

  it("finds the customer and the value under the keys that the meter names", async () => {
    await world.stripe.billing.meters.create({
      display_name: "Bytes",
      event_name: "bytes",
      default_aggregation: { formula: "sum" },
      customer_mapping: { type: "by_id", event_payload_key: "account.id" },
      value_settings: { event_payload_key: "bytes_used" },
    });
    await report({ eventName: "bytes", customerKey: "account.id", valueKey: "bytes_used" });
    expect(await counted(acme.customerId, "bytes")).toBe(3);
    await expect(report({ eventName: "bytes" })).rejects.toMatchObject({ code: "conflict" });
    await expect(report({ eventName: "bytes", identifier: "other" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("says that no active meter counts it, or that it lies too far away", async () => {
    await expect(report({ eventName: "unheard_of" })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining('"event_name"'),
    });
    const at = (seconds: number) => report({ timestamp: new Date(Date.now() + seconds * 1000) });
    for (const seconds of [-35 * DAY - 60, 10 * MINUTE]) {
      await expect(at(seconds)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining('"timestamp"'),
      });
    }
  });

  it("takes an event name that looks like an object's id for a name", async () => {
    await world.stripe.billing.meters.create({
      display_name: "Messages",
      event_name: "in_app_message",
      default_aggregation: { formula: "sum" },
    });
    await report({ eventName: "in_app_message" });
    expect(await counted(acme.customerId, "in_app_message")).toBe(3);
  });
});

describe("usage that is reported again", () => {
  it("counts once, and is told as it was the first time", async () => {
    const first = await report();
    const [second, third] = await Promise.all([
      report(),
      world.service().forTenant("acme").reportUsage(acme.customerId, USAGE),
    ]);
    expect([second, third]).toEqual([first, first]);
    expect(await counted(acme.customerId)).toBe(3);
  });

  it("counts once under another idempotency key, where Stripe knows it by its identifier alone", async () => {
    const timestamp = new Date(Math.floor(Date.now() / 1000 - 60) * 1000);
    const first = await report({ timestamp, idempotencyKey: "a" });
    expect(await report({ timestamp, idempotencyKey: "b" })).toEqual(first);
    expect(await report({ idempotencyKey: "c" })).toEqual({ ...first, usedAt: null });
    expect(await counted(acme.customerId)).toBe(3);
  });

  it("with another value is a conflict", async () => {
    await report();
    await expect(report({ value: 4 })).rejects.toMatchObject({ code: "conflict", conflictingId: undefined });
    expect(await counted(acme.customerId)).toBe(3);
  });

  it("after an answer that was lost counts once", async () => {
    world.local.faults.add({ kind: "reset", when: "after", method: "POST" });
    await report();
    expect(await counted(acme.customerId)).toBe(3);
  });

  it("counts for each tenant, customer and meter that has such an identifier", async () => {
    await world.stripe.billing.meters.create({
      display_name: "Tokens",
      event_name: "tokens",
      default_aggregation: { formula: "sum" },
    });
    const { id: second } = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    await report();
    await report({}, globex);
    await report({ eventName: "tokens" });
    await billing.forTenant("acme").reportUsage(second, USAGE);
    expect(await Promise.all([acme.customerId, globex.customerId, second].map((id) => counted(id)))).toEqual([
      3, 3, 3,
    ]);
    expect(await counted(acme.customerId, "tokens")).toBe(3);
  });

  it("is never taken for another's, however the names are cut", async () => {
    const sent = new Map<string, string>();
    const text = fc.string({ unit: fc.constantFrom("a", ":", "1", " "), minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(acme, globex), text, async (tenant, identifier) => {
        world.takeRequests();
        await report({ identifier }, tenant);
        const params = world.local.requests.at(-1)?.params ?? {};
        const name = JSON.stringify([tenant.customerId, identifier]);
        const atStripe = JSON.stringify(params["identifier"]);
        expect(sent.get(atStripe) ?? name).toBe(name);
        sent.set(atStripe, name);
      }),
      { numRuns: 50 },
    );
  });
});

describe("reportUsage refuses before anything is sent, and names the option, given", () => {
  it.each<[string, Record<string, unknown>]>([
    ["no event name", { eventName: undefined }],
    ["an empty event name", { eventName: "" }],
    ["an event name that is too long", { eventName: "x".repeat(101) }],
    ["no value", { value: undefined }],
    ["a part of a whole", { value: 1.5 }],
    ["a value of sixteen digits", { value: 1_000_000_000_000_000 }],
    ["a value that is a text", { value: "3" }],
    ["no identifier", { identifier: undefined }],
    ["an empty identifier", { identifier: "" }],
    ["an identifier of other letters", { identifier: "é" }],
    ["a timestamp that is a number", { timestamp: 1_800_000_000 }],
    ["a timestamp that is no time", { timestamp: new Date(Number.NaN) }],
    ["one key for both", { customerKey: "value" }],
    ["a customer's key that is no name", { customerKey: "a][stripe_customer_id" }],
    ["a customer's key of an object's own", { customerKey: "__proto__" }],
    ["a value's key that is no name", { valueKey: "" }],
    ["a payload", { payload: { stripe_customer_id: "cus_1" } }],
    ["a dimension", { dimensions: { region: "eu" } }],
  ])("%s", async (_, changes) => {
    await expect(report(changes)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(String(Object.keys(changes))),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("between tenants", () => {
  it("usage of another tenant's customer is as that of a missing one, and nothing is written", async () => {
    for (const customer of [globex.customerId, "cus_missing"]) {
      await expect(billing.forTenant("acme").reportUsage(customer, USAGE)).rejects.toMatchObject({
        code: "not_found",
      });
      expect(world.takeRequests()).toEqual([`GET /v1/customers/${customer}`]);
    }
    expect(await counted(globex.customerId)).toBe(0);
  });
});
