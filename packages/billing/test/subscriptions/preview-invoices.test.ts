import { describe, expect, it } from "vitest";
import {
  billedPeriods,
  endsOfAdded,
  hasProrationFrom,
  isPresent,
  newPeriods,
  type Preview,
  prorationInstant,
  startsOfAdded,
} from "../../src/capabilities/subscriptions/preview-invoices.js";
import type { Subscription } from "../../src/index.js";
import { toDate } from "../../src/views/epoch.js";
import { shaped } from "../views/stripe-shape.js";

/** The period that runs, the ones after it and the moment of the change, as Unix times. */
const [BEGAN, NOW, TRIAL_END, ENDS, LATER] = [1_000, 1_500, 1_800, 2_000, 3_000];

const BEFORE = shaped<Subscription>({
  currentPeriodEnd: toDate(ENDS),
  items: [
    { id: "si_seats", currentPeriodStart: toDate(BEGAN), currentPeriodEnd: toDate(ENDS) },
    { id: "si_year", currentPeriodStart: toDate(BEGAN), currentPeriodEnd: toDate(LATER) },
  ],
});

const line = (subscription_item: string | null, start: number, end: number, proration = false) => ({
  parent: subscription_item === null ? null : { subscription_item_details: { subscription_item, proration } },
  period: { start, end },
});

const previewOf = (...data: readonly object[]) => shaped<Preview>({ lines: { data } });

const period = (itemId: string, start: number, end: number) => ({
  itemId,
  start: toDate(start),
  end: toDate(end),
});

describe("the instant that prorations are reckoned from", () => {
  const details = { subscription_details: { subscription_proration_date: NOW } };

  it("stands where the API version has it", () => {
    expect(prorationInstant(shaped<Preview>({ parent: details }))).toBe(NOW);
    expect(prorationInstant(shaped<Preview>({ subscription_proration_date: NOW }))).toBe(NOW);
  });

  it("is unknown where nothing is prorated, or no invoice will come", () => {
    expect(prorationInstant(shaped<Preview>({ parent: { subscription_details: {} } }))).toBeUndefined();
    expect(prorationInstant(shaped<Preview>({ parent: { subscription_details: null } }))).toBeUndefined();
    expect(prorationInstant(shaped<Preview>({ parent: null }))).toBeUndefined();
    expect(prorationInstant(undefined)).toBeUndefined();
  });
});

describe("the periods that a preview bills", () => {
  it("are those of items, without what is only settled and what is billed once", () => {
    const preview = previewOf(
      line("si_seats", ENDS, LATER),
      line("si_seats", NOW, ENDS, true),
      line(null, NOW, NOW),
    );
    expect(billedPeriods(preview)).toEqual([period("si_seats", ENDS, LATER)]);
  });

  it("are none where no invoice will come", () => {
    expect(billedPeriods(undefined)).toEqual([]);
    expect(newPeriods(undefined, BEFORE, undefined)).toEqual([]);
  });

  it("begin with the change where they are neither there already nor those of the next billing date", () => {
    const preview = previewOf(
      line("si_seats", BEGAN, ENDS),
      line("si_seats", ENDS, LATER),
      line("si_seats", NOW, LATER),
      line("si_new", NOW, LATER),
    );
    const begun = [period("si_seats", NOW, LATER), period("si_new", NOW, LATER)];
    expect(newPeriods(preview, BEFORE, undefined)).toEqual(begun);
  });

  it("begin with the change only if they do before a trial ends that comes first", () => {
    const preview = previewOf(line("si_seats", TRIAL_END, LATER), line("si_new", NOW, TRIAL_END));
    expect(newPeriods(preview, BEFORE, toDate(TRIAL_END))).toEqual([period("si_new", NOW, TRIAL_END)]);
    expect(newPeriods(preview, BEFORE, toDate(LATER))).toHaveLength(2);
  });

  it("all begin with the change where no billing date is known", () => {
    const ended = shaped<Subscription>({ ...BEFORE, currentPeriodEnd: null });
    expect(newPeriods(previewOf(line("si_seats", ENDS, LATER)), ended, undefined)).toHaveLength(1);
  });

  it("are there already only with their beginning and their end, of the item itself", () => {
    expect(isPresent(period("si_seats", BEGAN, ENDS), BEFORE)).toBe(true);
    expect(isPresent(period("si_seats", NOW, ENDS), BEFORE)).toBe(false);
    expect(isPresent(period("si_seats", BEGAN, LATER), BEFORE)).toBe(false);
    expect(isPresent(period("si_year", BEGAN, LATER), BEFORE)).toBe(true);
    expect(isPresent(period("si_new", BEGAN, ENDS), BEFORE)).toBe(false);
  });
});

it("a preview settles a change by a proration that begins at its instant, not by one of a change before", () => {
  expect(hasProrationFrom(previewOf(line("si_seats", NOW, ENDS, true)), NOW)).toBe(true);
  const others = previewOf(line("si_seats", NOW, ENDS), line("si_seats", BEGAN, ENDS, true));
  expect(hasProrationFrom(others, NOW)).toBe(false);
  expect(hasProrationFrom(undefined, NOW)).toBe(false);
});

it("a preview charges added items for the time from their beginning to their end", () => {
  const preview = previewOf(
    line("si_seats", ENDS, LATER),
    line("si_year", NOW, LATER, true),
    line(null, NOW, NOW),
    line("si_new", NOW, ENDS, true),
  );
  expect(startsOfAdded(preview, BEFORE)).toEqual([toDate(NOW)]);
  expect(endsOfAdded(preview, BEFORE)).toEqual([toDate(ENDS)]);
  expect([startsOfAdded(undefined, BEFORE), endsOfAdded(undefined, BEFORE)]).toEqual([[], []]);
});
