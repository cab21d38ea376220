import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { changeMoment } from "../../src/capabilities/subscriptions/change-moment.js";
import type { ResolvedItem } from "../../src/capabilities/subscriptions/items.js";
import type { Subscription } from "../../src/index.js";
import { shaped } from "../views/stripe-shape.js";

const JUNE = new Date("2026-06-01T00:00:00.000Z");
const JULY = new Date("2026-07-01T00:00:00.000Z");
const NEXT_YEAR = new Date("2027-01-01T00:00:00.000Z");

interface Interval {
  readonly interval: string;
  readonly count?: number;
}

const MONTH = { interval: "month" };
const YEAR = { interval: "year" };
const TWO_YEARS = { interval: "year", count: 2 };

/** Items that end then, as `si_0`, `si_1` and so on; the first to end ends the subscription's period. */
function subscriptionOf(...ends: readonly (readonly [Date | null, Interval | null])[]): Subscription {
  const items = ends.map(([currentPeriodEnd, every], at) => {
    const recurring = every && { interval: every.interval, intervalCount: every.count ?? 1 };
    return { id: `si_${at}`, currentPeriodEnd, price: { recurring } };
  });
  return shaped<Subscription>({ items, currentPeriodEnd: ends[0]?.[0] ?? null });
}

const change = (at: number) => shaped<ResolvedItem>({ does: "change", item: { id: `si_${at}` } });
const remove = (at: number) => shaped<ResolvedItem>({ does: "remove", item: { id: `si_${at}` } });
const ADD = shaped<ResolvedItem>({ does: "add", priceId: "price_new" });

/** What a new price recurs by. */
function prices({ interval, count = 1 }: Interval, usageType = "licensed"): Map<string, Stripe.Price> {
  const recurring = { interval, interval_count: count, usage_type: usageType };
  return new Map([["price_new", shaped<Stripe.Price>({ recurring })]]);
}

describe("a change at the end of the period is made", () => {
  const mixed = subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR], [NEXT_YEAR, YEAR]);

  it.each<[string, readonly ResolvedItem[], Date]>([
    ["when the first period ends where it changes no item", [], JUNE],
    ["when the first period ends where it only adds", [ADD], JUNE],
    ["when the item's period ends that it changes", [change(1)], NEXT_YEAR],
    ["when the item's period ends that it removes", [remove(2), ADD], NEXT_YEAR],
    ["when the period ends of all items that it names", [change(2), remove(1)], NEXT_YEAR],
  ])("%s", (_, items, moment) => {
    expect(changeMoment({ items, prices: new Map() }, mixed)).toEqual(moment);
  });

  it("at a moment that is unknown where Stripe tells none", () => {
    const untold = subscriptionOf([null, MONTH]);
    expect(changeMoment({ items: [change(0)], prices: prices(MONTH) }, untold)).toBeNull();
    expect(changeMoment({ items: [], prices: new Map() }, untold)).toBeNull();
  });
});

describe("a change at the end of the period is refused", () => {
  it("for items that end at different times, of which it names each once", () => {
    const subscription = subscriptionOf([JUNE, MONTH], [JULY, MONTH], [JULY, MONTH], [null, MONTH]);
    const items = [change(0), change(1), remove(2), change(3)];
    expect(() => changeMoment({ items, prices: new Map() }, subscription)).toThrow(
      "The periods of the items to change end at different times (2026-06-01T00:00:00.000Z, 2026-07-01T00:00:00.000Z, unknown)",
    );
  });

  it("for a price with the interval of an item whose period goes on", () => {
    const subscription = subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR]);
    expect(() => changeMoment({ items: [change(0)], prices: prices(YEAR) }, subscription)).toThrow(
      "Another item with the new price's interval renews later (2027-01-01T00:00:00.000Z)",
    );
  });

  it.each<[string, Map<string, Stripe.Price>, Subscription]>([
    ["another number of years", prices(TWO_YEARS), subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR])],
    ["the interval of what ends then too", prices(MONTH), subscriptionOf([JUNE, MONTH], [JUNE, MONTH])],
    ["the interval of what has ended before", prices(MONTH), subscriptionOf([JULY, YEAR], [JUNE, MONTH])],
    ["usage", prices(YEAR, "metered"), subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR])],
    [
      "an interval of its own",
      prices({ interval: "week" }),
      subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR]),
    ],
    [
      "no interval at all, which a subscription does not take",
      new Map([["price_new", shaped<Stripe.Price>({ recurring: null })]]),
      subscriptionOf([JUNE, MONTH], [NEXT_YEAR, YEAR]),
    ],
    [
      "an interval beside an item that has none",
      prices(YEAR),
      subscriptionOf([JUNE, MONTH], [NEXT_YEAR, null]),
    ],
  ])("but not for a price of %s", (_, brought, subscription) => {
    const { currentPeriodEnd } = subscription;
    expect(changeMoment({ items: [change(0)], prices: brought }, subscription)).toEqual(currentPeriodEnd);
  });
});
