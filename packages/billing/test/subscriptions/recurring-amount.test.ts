import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type { PreparedChange } from "../../src/capabilities/subscriptions/prepare-change.js";
import type { Preview } from "../../src/capabilities/subscriptions/preview-invoices.js";
import {
  hasNewInterval,
  haveOneInterval,
  recurringAmount,
} from "../../src/capabilities/subscriptions/recurring-amount.js";
import { shaped } from "../views/stripe-shape.js";
import { add, change, planOf, price, remove } from "./scripted-previews.js";

const SEATS = price("price_seats");
const DESKS = price("price_desks");
const YEARLY = price("price_yearly", { interval: "year" });
const QUARTERLY = price("price_quarterly", { count: 3 });
const USAGE = price("price_usage", { interval: "day", metered: true });

/** A preview of 4200 with a line for each price; of which `prorated` ones settle time that has passed. */
const previewOf = (prices: readonly Stripe.Price[], prorated: readonly Stripe.Price[] = []) => {
  const line = ({ id }: Stripe.Price, proration: boolean) => ({
    parent: { subscription_item_details: { proration } },
    period: { start: 0, end: 1 },
    pricing: { price_details: { price: id, product: "prod_1" } },
  });
  const data = [...prices.map((one) => line(one, false)), ...prorated.map((one) => line(one, true))];
  return shaped<Preview>({ total: 4200, lines: { data } });
};

describe("the recurring amount", () => {
  it("is nothing where no invoice will come", () => {
    expect(recurringAmount(planOf([SEATS, YEARLY], []), undefined)).toBe(0);
  });

  it.each<[string, PreparedChange, readonly Stripe.Price[]]>([
    ["of what stays", planOf([SEATS, DESKS], []), [SEATS, DESKS]],
    ["of an item with another quantity, which keeps its price", planOf([SEATS], [change(SEATS)]), [SEATS]],
    [
      "of an item's new price, and no more of its old one",
      planOf([SEATS], [change(SEATS, DESKS)], [DESKS]),
      [DESKS],
    ],
    ["of an added item too", planOf([SEATS], [add(DESKS)], [DESKS]), [SEATS, DESKS]],
    ["of what is left when an item is removed", planOf([SEATS, YEARLY], [remove(YEARLY)]), [SEATS]],
    ["without usage, present or added", planOf([SEATS, USAGE], [add(USAGE)], [USAGE]), [SEATS]],
    ["of usage alone", planOf([USAGE], []), []],
  ])("is the total %s", (_, plan, billed) => {
    expect(recurringAmount(plan, previewOf(billed))).toBe(4200);
  });

  it.each<[string, PreparedChange, Preview]>([
    ["an item that stays is not billed", planOf([SEATS, DESKS], []), previewOf([SEATS])],
    [
      "an item that keeps its price is not billed",
      planOf([SEATS, DESKS], [change(DESKS)]),
      previewOf([SEATS]),
    ],
    ["a new price is not billed", planOf([SEATS], [change(SEATS, DESKS)], [DESKS]), previewOf([SEATS])],
    ["an added one is not billed", planOf([SEATS], [add(DESKS)], [DESKS]), previewOf([SEATS])],
    [
      "an item is billed for a part of its period alone",
      planOf([SEATS, DESKS], []),
      previewOf([SEATS], [DESKS]),
    ],
    ["the items have several intervals", planOf([SEATS, YEARLY], []), previewOf([SEATS, YEARLY])],
    [
      "the items have several numbers of one interval",
      planOf([SEATS], [add(QUARTERLY)], [QUARTERLY]),
      previewOf([SEATS, QUARTERLY]),
    ],
  ])("is unknown where %s", (_, plan, preview) => {
    expect(recurringAmount(plan, preview)).toBeNull();
  });
});

describe("the items of a changed subscription have one interval", () => {
  it.each<[boolean, string, PreparedChange]>([
    [true, "where all have the same", planOf([SEATS, DESKS], [])],
    [false, "where one stays that has another", planOf([SEATS, YEARLY], [change(YEARLY)])],
    [true, "where the one that has another is removed", planOf([SEATS, YEARLY], [remove(YEARLY)])],
    [
      true,
      "where the one that has another gets theirs",
      planOf([SEATS, YEARLY], [change(YEARLY, DESKS)], [DESKS]),
    ],
    [false, "where one is added that has another", planOf([SEATS], [add(YEARLY)], [YEARLY])],
    [
      false,
      "where one gets more months than the others",
      planOf([SEATS, DESKS], [change(SEATS, QUARTERLY)], [QUARTERLY]),
    ],
    [true, "whatever that of usage is", planOf([SEATS, USAGE], [add(USAGE)], [USAGE])],
  ])("%s: %s", (expected, _, plan) => {
    expect(haveOneInterval(plan)).toBe(expected);
  });
});

describe("a change brings a new interval", () => {
  it.each<[boolean, string, PreparedChange]>([
    [true, "where an item gets a price of another", planOf([SEATS], [change(SEATS, YEARLY)], [YEARLY])],
    [true, "where an item gets more months", planOf([SEATS], [change(SEATS, QUARTERLY)], [QUARTERLY])],
    [true, "where an item is added, whose period begins with it", planOf([SEATS], [add(DESKS)], [DESKS])],
    [
      true,
      "where one of several does",
      planOf([SEATS, DESKS], [change(DESKS), change(SEATS, YEARLY)], [YEARLY]),
    ],
    [false, "where an item gets a price of its own", planOf([SEATS], [change(SEATS, DESKS)], [DESKS])],
    [false, "where an item gets another quantity", planOf([SEATS], [change(SEATS)])],
    [
      false,
      "where an item gets a price of its interval, beside a year of which there will be more",
      planOf([SEATS, YEARLY], [change(SEATS, DESKS), change(YEARLY)], [DESKS]),
    ],
    [false, "where an item is removed", planOf([SEATS, YEARLY], [remove(YEARLY)])],
    [false, "where nothing of the items changes", planOf([SEATS], [])],
  ])("%s: %s", (expected, _, plan) => {
    expect(hasNewInterval(plan)).toBe(expected);
  });
});
