import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { periodAt } from "../../../src/billing/catalog/period.js";

const DAY = 24 * 3600;
const seconds = (iso: string): number => Date.parse(iso) / 1000;
const MOMENT = fc.integer({ min: seconds("2024-01-01T00:00:00Z"), max: seconds("2034-01-01T00:00:00Z") });
const LENGTH = fc.record({
  interval: fc.constantFrom("day", "week", "month", "year"),
  interval_count: fc.integer({ min: 1, max: 3 }),
});

describe("the period that a moment lies in", () => {
  it("holds the moment, whether that is before the anchor or after it", () => {
    fc.assert(
      fc.property(MOMENT, LENGTH, MOMENT, (anchor, length, moment) => {
        const { start, end } = periodAt(anchor, length, moment);
        expect(start).toBeLessThanOrEqual(moment);
        expect(end).toBeGreaterThan(moment);
      }),
    );
  });

  it("follows the one before it without a gap", () => {
    fc.assert(
      fc.property(MOMENT, LENGTH, MOMENT, (anchor, length, moment) => {
        const { start, end } = periodAt(anchor, length, moment);
        expect(periodAt(anchor, length, end).start).toBe(end);
        expect(periodAt(anchor, length, start - 1).end).toBe(start);
      }),
    );
  });

  it("begins on the 31st in months that have one, and on the last day of the others", () => {
    const anchor = seconds("2027-01-31T12:00:00Z");
    const monthly = { interval: "month", interval_count: 1 };
    const starts = [-40, 40, 70, 100].map((days) => periodAt(anchor, monthly, anchor + days * DAY).start);
    expect(starts.map((start) => new Date(start * 1000).toISOString().slice(0, 10))).toEqual([
      "2026-11-30",
      "2027-02-28",
      "2027-03-31",
      "2027-04-30",
    ]);
  });
});
