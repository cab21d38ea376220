import type { Price, Product, Subscription, SubscriptionItem } from "@repo/billing";
import { describe, expect, it } from "vitest";
import { isUnchanged, type PlanChoice, toChange } from "../src/plan-choice.js";

describe("a change of plan", () => {
  it.each([
    ["more seats", choice({ from: [4900, "month", 2], to: [4900, "month", 3] })],
    ["a dearer plan", choice({ from: [4900, "month", 1], to: [19_900, "month", 1] })],
    ["paying by the year, which is cheaper", choice({ from: [4900, "month", 12], to: [49_000, "year", 1] })],
  ])("is billed at once for %s", (_what, plan) => {
    expect(toChange(plan)).toMatchObject({ proration: "always_invoice" });
    expect(toChange(plan)).not.toHaveProperty("when");
  });

  it.each([
    ["fewer seats", choice({ from: [4900, "month", 3], to: [4900, "month", 2] })],
    ["a cheaper plan", choice({ from: [19_900, "month", 1], to: [4900, "month", 1] })],
    ["paying by the month", choice({ from: [49_000, "year", 1], to: [99_000, "month", 1] })],
  ])("waits for the end of what is paid for, for %s", (_what, plan) => {
    expect(toChange(plan)).toMatchObject({ when: "period_end" });
  });

  it("is none where plan and seats stay", () => {
    expect(isUnchanged(choice({ from: [4900, "month", 2], to: [4900, "month", 2] }))).toBe(true);
    expect(isUnchanged(choice({ from: [4900, "month", 2], to: [4900, "month", 3] }))).toBe(false);
  });
});

type Terms = readonly [unitAmount: number, interval: "month" | "year", quantity: number];

interface Given {
  readonly from: Terms;
  readonly to: Terms;
}

/** Has only the fields that the choice looks at. */
function choice({ from, to }: Given): PlanChoice {
  const price = ([unitAmount, interval]: Terms) =>
    ({
      id: `price_${unitAmount}_${interval}`,
      unitAmount,
      recurring: { interval, intervalCount: 1 },
    }) as Price;
  return {
    subscription: {} as Subscription,
    current: { price: price(from), quantity: from[2] } as SubscriptionItem,
    options: [],
    chosen: { product: {} as Product, price: price(to) },
    quantity: to[2],
  };
}
