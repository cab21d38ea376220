import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { futurePhases, toScheduledChange } from "../../src/views/scheduled-change.js";
import { shaped } from "./stripe-shape.js";

const PHASES = [
  { start_date: 100, items: [{ price: "price_0", quantity: 1 }] },
  { start_date: 200, items: [{ price: { id: "price_1" }, quantity: 2 }, { price: "price_2" }] },
  { start_date: 300, items: [{ price: "price_3", quantity: 3 }] },
];

function schedule(fields: object = {}) {
  const stored = { current_phase: { start_date: 100, end_date: 200 }, phases: PHASES };
  return shaped<Stripe.SubscriptionSchedule>({ ...stored, ...fields });
}

describe("a scheduled change", () => {
  it("is the first phase that has not begun, frozen to its depths", () => {
    const change = toScheduledChange(schedule());
    expect(change).toEqual({
      startsAt: new Date(200_000),
      items: [
        { priceId: "price_1", quantity: 2 },
        { priceId: "price_2", quantity: null },
      ],
    });
    expect([change, change?.items, change?.items[0]].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ["without a schedule", null],
    ["with a schedule that was not expanded", "sub_sched_1"],
    ["in the last phase", schedule({ current_phase: { start_date: 300, end_date: 400 } })],
    ["once the schedule has ended", schedule({ current_phase: null })],
  ])("is none %s", (_when, stored) => {
    expect(toScheduledChange(stored)).toBeNull();
  });

  it("may be followed by others", () => {
    expect(futurePhases(schedule()).map(({ start_date: start }) => start)).toEqual([200, 300]);
  });
});
