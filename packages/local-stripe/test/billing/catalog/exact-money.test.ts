import { describe, expect, it } from "vitest";
import { formatMoney, leastCharge } from "../../../src/billing/catalog/currency.js";
import { cost, percentOf, prorate } from "../../../src/billing/catalog/exact-money.js";
import type { PriceRecord } from "../../../src/store/records/catalog.js";

const priced = (unit_amount_decimal: string) => ({ unit_amount_decimal, tiers: null }) as PriceRecord;

describe("a cost", () => {
  it.each([
    ["1.005", 100, 101],
    ["0.285", 100, 29],
    ["8.325", 1000, 8325],
    ["0.000000000001", 500_000_000_000, 1],
    ["0.5", 1, 1],
    ["0.49999", 1, 0],
  ])("of %s times %d is rounded once, half up, after it is multiplied", (unit, quantity, due) => {
    expect(cost(priced(unit), quantity)).toBe(due);
  });

  it("of a share is rounded once as well", () => {
    // 0.5 a unit is 1 when it is rounded first, and half of that 1 again.
    expect(cost(priced("0.5"), 1, { part: 1, whole: 2 })).toBe(0);
    expect(cost(priced("1000"), 3, { part: 1, whole: 7 })).toBe(429);
  });

  it("is the exact opposite when it is credited", () => {
    expect(prorate(-1, { part: 1, whole: 2 })).toBe(-1);
    expect(prorate(1, { part: 1, whole: 2 })).toBe(1);
    expect(Object.is(prorate(-1, { part: 0, whole: 2 }), 0)).toBe(true);
  });

  it("has percentages taken off as decimals", () => {
    expect(percentOf(1000, 12.55)).toBe(126);
    expect(percentOf(1_000_000, 33.33)).toBe(333_300);
  });
});

describe("an amount", () => {
  it.each([
    [500_000, "isk", "ISK 5,000.00"],
    [500_000, "ugx", "UGX 5,000.00"],
    [500_000, "huf", "HUF 5,000.00"],
    [5000, "jpy", "¥5,000"],
    [5000, "mga", "MGA 5,000"],
    [5_000_000, "kwd", "KWD 5,000.000"],
    ["0.5", "usd", "$0.005"],
    [1999, "usd", "$19.99"],
  ])("of %s %s reads as Stripe counts the currency, not as the runtime does", (amount, currency, text) => {
    expect(formatMoney(amount, currency).replaceAll("\u00a0", " ")).toBe(text);
  });

  it("has a least charge in the currencies that Stripe names one for", () => {
    expect([leastCharge("usd"), leastCharge("gbp"), leastCharge("jpy"), leastCharge("xof")]).toEqual([
      50, 30, 50, 0,
    ]);
  });
});
