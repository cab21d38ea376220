import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toReportedUsage } from "../../src/views/reported-usage.js";
import { shaped } from "./stripe-shape.js";

const USAGE = { customerId: "cus_1", eventName: "messages", identifier: "request 1", value: 3 };
const GIVEN = new Date("2023-11-14T22:13:20Z");

/** What Stripe recorded, a second later than the time that was given. */
const event = shaped<Stripe.Billing.MeterEvent>({ timestamp: 1_700_000_001 });

describe("the view of reported usage", () => {
  it("was used when Stripe's event says", () => {
    const usedAt = new Date("2023-11-14T22:13:21Z");
    expect(toReportedUsage({ ...USAGE, timestamp: GIVEN }, event)).toEqual({ ...USAGE, usedAt });
  });

  it("was used when the report says, or at no known time, where it was reported before", () => {
    expect(toReportedUsage({ ...USAGE, timestamp: GIVEN }, undefined).usedAt).toEqual(GIVEN);
    expect(toReportedUsage({ ...USAGE, timestamp: undefined }, undefined).usedAt).toBeNull();
  });

  it("is frozen", () => {
    expect(Object.isFrozen(toReportedUsage({ ...USAGE, timestamp: GIVEN }, event))).toBe(true);
  });
});
