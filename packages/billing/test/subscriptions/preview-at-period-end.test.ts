import { describe, expect, it } from "vitest";
import type { ResolvedItem } from "../../src/capabilities/subscriptions/items.js";
import { previewAtPeriodEnd } from "../../src/capabilities/subscriptions/preview-at-period-end.js";
import type { Subscription } from "../../src/index.js";
import { toDate } from "../../src/views/epoch.js";
import {
  add,
  change,
  invoice,
  type Line,
  type Present,
  planOf,
  price,
  remove,
  type Script,
  scripted,
  viewOf,
} from "./scripted-previews.js";

/** The periods of a month, of some months and of a year, and a moment in the first, as Unix times. */
const [BEGAN, NOW, ENDS, LATER, YEAR_ENDS] = [1_000, 1_500, 2_000, 3_000, 9_000];

const SEATS = price("price_seats");
const DESKS = price("price_desks");
const LAMPS = price("price_lamps");
const YEARLY = price("price_yearly", { interval: "year" });
const WEEKLY = price("price_weekly", { interval: "week" });
const SILVER = price("price_silver", { interval: "year" });
const USAGE = price("price_usage", { metered: true });
const CALLS = price("price_calls", { metered: true });

const billed = (...prices: readonly (typeof SEATS)[]): Line[] =>
  prices.map((of) => ({ of, start: ENDS, end: LATER }));
/** Of an item whose new interval would begin with the change. */
const begun = (...prices: readonly (typeof SEATS)[]): Line[] =>
  prices.map((of) => ({ of, start: NOW, end: YEAR_ENDS }));

const next = (amount: number, lines: readonly Line[] = []) => invoice({ amount_due: amount }, lines);
const recurring = (total: number, ...prices: readonly (typeof SEATS)[]) =>
  invoice({ total }, billed(...prices));

/** Previews a change of these items, which brings the new prices, and tells what was asked for. */
async function preview(
  present: readonly Present[],
  items: readonly ResolvedItem[],
  brought: readonly (typeof SEATS)[],
  script: Script,
) {
  const { scope, asked } = scripted(script);
  const before: Subscription = viewOf(BEGAN, present);
  const plan = planOf(
    present.map(([its]) => its),
    items,
    brought,
  );
  const previewed = await previewAtPeriodEnd(scope, plan, before);
  return { ...previewed, asked, steps: Object.keys(asked).sort() };
}

describe("a change that waits for the end of the period", () => {
  it("is on the next invoice, without prorations, and nothing is due now", async () => {
    const shown = next(700, billed(SEATS));
    const script = { unprorated: shown, recurring: recurring(500, SEATS) };
    expect(await preview([[SEATS, ENDS]], [change(SEATS, undefined, 5)], [], script)).toEqual({
      shown,
      amountDueNow: 0,
      nextAmount: 700,
      nextInvoiceAt: toDate(ENDS),
      recurringAmount: 500,
      steps: ["recurring", "unprorated"],
      asked: {
        recurring: {
          subscription: "sub_1",
          preview_mode: "recurring",
          subscription_details: { items: [{ id: "si_seats", quantity: 5 }] },
        },
        unprorated: {
          subscription: "sub_1",
          preview_mode: "next",
          subscription_details: { items: [{ id: "si_seats", quantity: 5 }], proration_behavior: "none" },
        },
      },
    });
  });

  it("comes to nothing where no invoice will come", async () => {
    const script = { unprorated: undefined, recurring: undefined };
    expect(await preview([[SEATS, ENDS]], [change(SEATS, undefined, 5)], [], script)).toMatchObject({
      shown: undefined,
      amountDueNow: 0,
      nextAmount: null,
      nextInvoiceAt: null,
      recurringAmount: 0,
    });
  });

  it("is made at a time that is unknown where Stripe tells of no period", async () => {
    const script = { unprorated: next(700), recurring: recurring(500, SEATS) };
    expect(await preview([[SEATS, null]], [change(SEATS, undefined, 5)], [], script)).toMatchObject({
      nextAmount: 700,
      nextInvoiceAt: null,
    });
  });

  it("is not on the next invoice where the item renews later, and what recurs then differs", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [YEARLY, YEAR_ENDS],
    ];
    const script = { unchanged: next(300) };
    expect(await preview(present, [change(YEARLY, SILVER)], [SILVER], script)).toMatchObject({
      nextAmount: 300,
      nextInvoiceAt: toDate(ENDS),
      recurringAmount: null,
      steps: ["unchanged"],
      asked: { unchanged: { subscription: "sub_1", preview_mode: "next" } },
    });
  });

  it("recurs on every invoice from the next on where it only removes what renews later", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [YEARLY, YEAR_ENDS],
    ];
    const script = { unchanged: next(300), recurring: recurring(300, SEATS) };
    expect(await preview(present, [remove(YEARLY)], [], script)).toMatchObject({
      nextAmount: 300,
      nextInvoiceAt: toDate(ENDS),
      recurringAmount: 300,
      steps: ["recurring", "unchanged"],
    });
    const more: ResolvedItem[] = [remove(YEARLY), change(SILVER, undefined, 5)];
    const both = await preview([...present, [SILVER, YEAR_ENDS]], more, [], { unchanged: next(300) });
    expect(both).toMatchObject({ recurringAmount: null, steps: ["unchanged"] });
  });

  it("is billed when what is left renews where it removes what renews first", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [YEARLY, YEAR_ENDS],
    ];
    const script = { unprorated: next(1200), recurring: recurring(1200, YEARLY) };
    expect(await preview(present, [remove(SEATS)], [], script)).toMatchObject({
      nextAmount: 1200,
      nextInvoiceAt: toDate(YEAR_ENDS),
      recurringAmount: 1200,
    });
  });

  it("is billed with what it adds where that comes before what is left renews", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [YEARLY, YEAR_ENDS],
    ];
    const script = { unprorated: next(900), recurring: recurring(900, DESKS) };
    const items = [remove(SEATS), add(DESKS)];
    expect(await preview(present, items, [DESKS], script)).toMatchObject({ nextInvoiceAt: toDate(ENDS) });
  });
});

describe("what recurs from the end of the period on", () => {
  const apart: Present[] = [
    [SEATS, ENDS],
    [DESKS, LATER],
  ];

  it("is no one amount where an item of that interval renews on another day", async () => {
    const script = { unprorated: next(700), recurring: recurring(500, SEATS, DESKS) };
    const items = [change(SEATS, undefined, 5), add(CALLS)];
    expect(await preview(apart, items, [CALLS], script)).toMatchObject({ recurringAmount: null });
  });

  it("is what is left where nothing is changed that renews on another day", async () => {
    const script = { unprorated: next(700), recurring: recurring(500, DESKS) };
    expect(await preview(apart, [remove(SEATS), add(CALLS)], [CALLS], script)).toMatchObject({
      recurringAmount: 500,
    });
  });

  it("begins together with what renews then where an item gets the interval of that", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [YEARLY, ENDS],
    ];
    const items = [change(YEARLY, DESKS)];
    const script = {
      unprorated: next(100, billed(SEATS, YEARLY)),
      recurring: recurring(800, DESKS),
      "fresh period, recurring": recurring(1300, SEATS, DESKS),
    };
    const { asked, recurringAmount } = await preview(present, items, [DESKS], script);
    expect(recurringAmount).toBe(1300);
    expect(asked["fresh period, recurring"]).toEqual({
      subscription: "sub_1",
      preview_mode: "recurring",
      subscription_details: {
        billing_cycle_anchor: { type: "now" },
        items: [{ id: "si_yearly", price: "price_desks", quantity: 2 }],
        proration_behavior: "none",
      },
    });
  });

  it.each<[string, readonly Present[], readonly ResolvedItem[], readonly (typeof SEATS)[]]>([
    [
      "there are several intervals",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, YEARLY)],
      [YEARLY],
    ],
    [
      "there is no new one",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, LAMPS)],
      [LAMPS],
    ],
  ])("is no one amount, and asked for no more, where %s", async (_, present, items, brought) => {
    const script = { unprorated: next(700, billed(SEATS)), recurring: recurring(500, DESKS) };
    expect(await preview(present, items, brought, script)).toMatchObject({
      recurringAmount: null,
      steps: ["recurring", "unprorated"],
    });
  });
});

describe("the next invoice of a change at the end of the period, which begins a new interval", () => {
  const FRESH = "fresh period, next";

  it.each<[string, readonly Present[], readonly ResolvedItem[], readonly (typeof SEATS)[]]>([
    ["of the only item", [[SEATS, ENDS]], [change(SEATS, YEARLY)], [YEARLY]],
    [
      "beside one that renews later",
      [
        [SEATS, ENDS],
        [SILVER, YEAR_ENDS],
      ],
      [change(SEATS, WEEKLY)],
      [WEEKLY],
    ],
    [
      "beside one that is removed",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, YEARLY), remove(DESKS)],
      [YEARLY],
    ],
    ["beside usage that is added", [[SEATS, ENDS]], [change(SEATS, YEARLY), add(CALLS)], [YEARLY, CALLS]],
    [
      "beside usage that stays",
      [
        [SEATS, ENDS],
        [USAGE, ENDS],
      ],
      [change(SEATS, YEARLY), change(USAGE)],
      [YEARLY],
    ],
    [
      "beside usage of another price",
      [
        [SEATS, ENDS],
        [USAGE, ENDS],
      ],
      [change(SEATS, YEARLY), change(USAGE, CALLS)],
      [YEARLY, CALLS],
    ],
  ])("is that which Stripe previews, %s", async (_, present, items, brought) => {
    const script = { unprorated: next(1200, begun(SEATS)), recurring: recurring(1200, YEARLY) };
    expect(await preview(present, items, brought, script)).toMatchObject({
      nextAmount: 1200,
      steps: ["recurring", "unprorated"],
    });
  });

  it.each<[string, readonly Present[], readonly ResolvedItem[], readonly (typeof SEATS)[]]>([
    [
      "renews then",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, YEARLY)],
      [YEARLY],
    ],
    [
      "gets another quantity",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, YEARLY), change(DESKS, undefined, 5)],
      [YEARLY],
    ],
    [
      "gets a price of its interval",
      [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ],
      [change(SEATS, YEARLY), change(DESKS, LAMPS)],
      [YEARLY, LAMPS],
    ],
    [
      "was of usage",
      [
        [SEATS, ENDS],
        [USAGE, ENDS],
      ],
      [change(SEATS, YEARLY), change(USAGE, LAMPS, 1)],
      [YEARLY, LAMPS],
    ],
    ["is added", [[SEATS, ENDS]], [change(SEATS, YEARLY), add(DESKS)], [YEARLY, DESKS]],
  ])("is of a period that all begin, where beside it an item %s", async (_, present, items, brought) => {
    const script = {
      unprorated: next(1200, begun(SEATS)),
      recurring: undefined,
      [FRESH]: next(1700),
    };
    expect(await preview(present, items, brought, script)).toMatchObject({
      shown: script[FRESH],
      nextAmount: 1700,
    });
  });

  it("leaves out what goes on in its own period", async () => {
    const present: Present[] = [
      [SEATS, ENDS],
      [DESKS, ENDS],
      [SILVER, YEAR_ENDS],
    ];
    const script = { unprorated: next(300, begun(SEATS)), recurring: undefined, [FRESH]: next(1700) };
    const { asked } = await preview(present, [change(SEATS, WEEKLY)], [WEEKLY], script);
    expect(asked[FRESH]).toEqual({
      subscription: "sub_1",
      preview_mode: "next",
      subscription_details: {
        billing_cycle_anchor: { type: "now" },
        items: [
          { id: "si_seats", price: "price_weekly", quantity: 2 },
          { id: "si_silver", deleted: true },
        ],
        proration_behavior: "none",
      },
    });
  });
});
