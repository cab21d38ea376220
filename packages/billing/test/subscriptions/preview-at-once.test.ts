import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type { CheckedChange } from "../../src/capabilities/subscriptions/change.js";
import { previewAtOnce } from "../../src/capabilities/subscriptions/preview-at-once.js";
import type { Subscription } from "../../src/index.js";
import { toDate } from "../../src/views/epoch.js";
import {
  add,
  change,
  invoice,
  type Line,
  planOf,
  price,
  remove,
  type Script,
  scripted,
  viewOf,
} from "./scripted-previews.js";

/** The period that runs, the moment of the change in it, and what comes after, as Unix times. */
const [BEGAN, NOW, SOON, ENDS, LATER, FAR] = [1_000, 1_500, 1_700, 2_000, 3_000, 9_000];

const SEATS = price("price_seats");
const DESKS = price("price_desks");
const LAMPS = price("price_lamps");
const YEARLY = price("price_yearly", { interval: "year" });
const SILVER = price("price_silver", { interval: "year" });

const WITH_SEATS = viewOf(BEGAN, [[SEATS, ENDS]]);
/** Of the seats in the period that is billed next. */
const NEXT_SEATS: Line = { of: SEATS, start: ENDS, end: LATER };
/** Of the seats, for what is left of the period. */
const REST_OF_SEATS: Line = { of: SEATS, start: NOW, end: ENDS, proration: true };

const settledAt = (instant: number): Partial<Stripe.Invoice> =>
  ({ parent: { subscription_details: { subscription_proration_date: instant } } }) as Partial<Stripe.Invoice>;

interface Case {
  readonly script: Script;
  readonly before?: Subscription;
  readonly plan?: ReturnType<typeof planOf>;
}

async function previewed({ script, before = WITH_SEATS, plan = planOf([SEATS], []) }: Case) {
  const { scope } = scripted(script);
  return previewAtOnce(scope, plan, before);
}

const quantity = (options: Partial<CheckedChange> = {}) =>
  planOf([SEATS], [change(SEATS, undefined, 5)], [], options);

describe("a change that is made now", () => {
  it("is asked for once as it would be made, and once as it recurs, without prorations", async () => {
    const { scope, asked } = scripted({
      next: invoice({ amount_due: 700 }, [NEXT_SEATS]),
      recurring: undefined,
    });
    const prorationDate = toDate(NOW);
    const options = { proration: "none", prorationDate, trialEnd: toDate(LATER) } as const;
    const preview = await previewAtOnce(scope, quantity(options), WITH_SEATS);
    const items = [{ id: "si_seats", quantity: 5 }];
    expect(asked).toEqual({
      next: {
        subscription: "sub_1",
        preview_mode: "next",
        subscription_details: {
          items,
          trial_end: LATER,
          proration_behavior: "none",
          proration_date: NOW,
        },
      },
      recurring: {
        subscription: "sub_1",
        preview_mode: "recurring",
        subscription_details: { items, trial_end: LATER },
      },
    });
    expect(preview.prorationDate).toEqual(prorationDate);
  });

  it("names no items, discounts and prorations that it does not change, and sends those that it does", async () => {
    const none = scripted({ next: undefined, recurring: undefined });
    await previewAtOnce(none.scope, planOf([SEATS], []), WITH_SEATS);
    const kept = { subscription: "sub_1", subscription_details: {} };
    expect(none.asked).toStrictEqual({
      next: { ...kept, preview_mode: "next" },
      recurring: { ...kept, preview_mode: "recurring" },
    });
    const some = scripted({ next: undefined, recurring: undefined });
    await previewAtOnce(some.scope, { ...planOf([SEATS], []), discounts: "" }, WITH_SEATS);
    expect(some.asked["next"]).toMatchObject({ discounts: "" });
    expect(some.asked["recurring"]).toMatchObject({ discounts: "" });
    const usage = price("price_calls", { metered: true });
    const billsUsage = scripted({ next: undefined, recurring: undefined });
    await previewAtOnce(billsUsage.scope, planOf([SEATS], [change(SEATS, usage)], [usage]), WITH_SEATS);
    const items = [{ id: "si_seats", price: "price_calls" }];
    expect(billsUsage.asked["next"]).toMatchObject({ subscription_details: { items } });
    expect(Object.keys(Object(billsUsage.asked["next"]).subscription_details.items[0])).toEqual([
      "id",
      "price",
    ]);
  });

  it("is on the next invoice where that only settles it beside what it bills anyway", async () => {
    const next = invoice({ amount_due: 700, ...settledAt(NOW) }, [REST_OF_SEATS, NEXT_SEATS]);
    const script = { next, recurring: invoice({ total: 500 }, [NEXT_SEATS]) };
    for (const proration of ["create_prorations", "always_invoice"] as const) {
      expect(await previewed({ script, plan: quantity({ proration }) })).toEqual({
        shown: next,
        amountDueNow: 0,
        nextAmount: 700,
        nextInvoiceAt: toDate(ENDS),
        recurringAmount: 500,
        prorationDate: toDate(NOW),
      });
    }
  });

  it("is billed at once where its prorations alone are, and what they leave with the next", async () => {
    const small = { amount_due: 0, total: 30, starting_balance: 5, ...settledAt(NOW) };
    const script = {
      next: invoice(small, [REST_OF_SEATS]),
      recurring: invoice({ total: 500, amount_due: 1 }, [NEXT_SEATS]),
    };
    expect(await previewed({ script, plan: quantity({ proration: "always_invoice" }) })).toMatchObject({
      amountDueNow: 0,
      nextAmount: 500 + 30 + 5,
      nextInvoiceAt: toDate(ENDS),
    });
    const due = { ...script, next: invoice({ ...small, amount_due: 35 }, [REST_OF_SEATS]) };
    expect(await previewed({ script: due, plan: quantity({ proration: "always_invoice" }) })).toMatchObject({
      amountDueNow: 35,
      nextAmount: 500,
    });
  });

  it("waits for the next invoice where it only settles, and is not to be billed at once", async () => {
    const script = {
      next: invoice({ amount_due: 35, ...settledAt(NOW) }, [REST_OF_SEATS]),
      recurring: invoice({ total: 500 }, [NEXT_SEATS]),
    };
    const waits = { amountDueNow: 0, nextAmount: 35, nextInvoiceAt: toDate(ENDS) };
    expect(await previewed({ script, plan: quantity() })).toMatchObject(waits);
    const earlier = { ...script, next: invoice({ amount_due: 35, ...settledAt(SOON) }, [REST_OF_SEATS]) };
    const plan = quantity({ proration: "always_invoice" });
    expect(await previewed({ script: earlier, plan })).toMatchObject(waits);
  });

  it("leaves nothing due where it leaves a credit that is more than the next invoice", async () => {
    const script = {
      next: invoice({ amount_due: 0, total: -800, ...settledAt(NOW) }, [REST_OF_SEATS]),
      recurring: invoice({ total: 500 }, [NEXT_SEATS]),
    };
    const plan = quantity({ proration: "always_invoice" });
    expect(await previewed({ script, plan })).toMatchObject({ amountDueNow: 0, nextAmount: 0 });
  });

  it("is billed at once with a period that begins with it, and then when that is over", async () => {
    const script = {
      next: invoice({ amount_due: 900, total: 900 }, [{ of: SEATS, start: NOW, end: FAR }]),
      recurring: invoice({ total: 1200 }, [{ of: YEARLY, start: FAR, end: FAR + 1 }]),
    };
    const plan = planOf([SEATS], [change(SEATS, YEARLY)], [YEARLY]);
    expect(await previewed({ script, plan })).toMatchObject({
      amountDueNow: 900,
      nextAmount: 1200,
      nextInvoiceAt: toDate(FAR),
      recurringAmount: 1200,
    });
  });

  it("is billed at once where it ends a trial now, and shows no invoice to come where there is none", async () => {
    const next = invoice({ amount_due: 900, total: 900 }, [{ of: SEATS, start: NOW, end: LATER }]);
    const plan = planOf([SEATS], [], [], { trialEnd: "now" });
    expect(await previewed({ script: { next, recurring: undefined }, plan })).toEqual({
      shown: next,
      amountDueNow: 900,
      nextAmount: null,
      nextInvoiceAt: null,
      recurringAmount: 0,
      prorationDate: undefined,
    });
  });

  it("is billed when the trial ends that begins with it", async () => {
    const lines = [{ of: SEATS, start: NOW, end: SOON }];
    const script = {
      next: invoice({ amount_due: 0, total: 0 }, lines),
      recurring: invoice({ total: 500 }, [NEXT_SEATS]),
    };
    const plan = planOf([SEATS], [], [], { trialEnd: toDate(LATER) });
    expect(await previewed({ script, plan })).toMatchObject({
      nextAmount: 500,
      nextInvoiceAt: toDate(LATER),
    });
  });

  it("is billed when the trial ends that it shortens, and nothing before", async () => {
    const lines = [{ of: SEATS, start: SOON, end: LATER }];
    const script = {
      next: invoice({ amount_due: 600 }, lines),
      recurring: invoice({ total: 500 }, [NEXT_SEATS]),
    };
    const plan = planOf([SEATS], [], [], { trialEnd: toDate(SOON) });
    expect(await previewed({ script, plan })).toMatchObject({
      amountDueNow: 0,
      nextAmount: 600,
      nextInvoiceAt: toDate(SOON),
    });
  });

  it("comes to nothing where no invoice will come", async () => {
    expect(await previewed({ script: { next: undefined, recurring: undefined } })).toEqual({
      shown: undefined,
      amountDueNow: 0,
      nextAmount: null,
      nextInvoiceAt: null,
      recurringAmount: 0,
      prorationDate: undefined,
    });
  });
});

describe("the next invoice of a change that is made now comes", () => {
  const plain = { amount_due: 1, total: 1 };
  const recurring = invoice({ total: 500 }, [NEXT_SEATS]);

  it("when the first of the periods begins that it bills", async () => {
    const lines = [{ of: DESKS, start: LATER, end: FAR }, NEXT_SEATS];
    expect(await previewed({ script: { next: invoice(plain, lines), recurring } })).toMatchObject({
      amountDueNow: 0,
      nextInvoiceAt: toDate(ENDS),
    });
  });

  it("when a period is over that runs already", async () => {
    const lines = [
      { of: SEATS, start: BEGAN, end: ENDS },
      { of: DESKS, start: LATER, end: FAR },
    ];
    expect(await previewed({ script: { next: invoice(plain, lines), recurring } })).toMatchObject({
      amountDueNow: 0,
      nextInvoiceAt: toDate(ENDS),
    });
  });

  it("when the trial, the subscription or else the period ends where it only settles something", async () => {
    const script = { next: invoice(plain, [REST_OF_SEATS]), recurring };
    expect(await previewed({ script })).toMatchObject({ nextInvoiceAt: toDate(ENDS) });
    const plan = planOf([SEATS], [], [], { trialEnd: toDate(SOON) });
    expect(await previewed({ script, plan })).toMatchObject({ nextInvoiceAt: toDate(SOON) });
    const ending = { ...WITH_SEATS, cancelsAt: toDate(SOON) };
    expect(await previewed({ script, before: ending })).toMatchObject({ nextInvoiceAt: toDate(SOON) });
    const ended = { ...WITH_SEATS, cancelsAt: toDate(ENDS) };
    expect(await previewed({ script, plan, before: ended })).toMatchObject({ nextInvoiceAt: toDate(SOON) });
    const runs = invoice(plain, [{ of: SEATS, start: BEGAN, end: ENDS }]);
    const longer = planOf([SEATS], [], [], { trialEnd: toDate(LATER) });
    expect(await previewed({ script: { next: runs, recurring }, plan: longer })).toMatchObject({
      amountDueNow: 0,
      nextInvoiceAt: toDate(ENDS),
    });
  });

  describe("after one at once", () => {
    const yearBegins = { of: SEATS, start: NOW, end: FAR };
    const toYear = change(SEATS, YEARLY);

    it("when the period of an item ends that goes on as it is", async () => {
      const before = viewOf(BEGAN, [
        [SEATS, ENDS],
        [DESKS, ENDS],
        [price("price_other"), null],
      ]);
      const script = { next: invoice(plain, [yearBegins]), recurring };
      const plan = planOf([SEATS, DESKS], [toYear], [YEARLY]);
      expect(await previewed({ script, before, plan })).toMatchObject({
        amountDueNow: 1,
        nextInvoiceAt: toDate(ENDS),
      });
    });

    it("and not when that of an item ends that is removed", async () => {
      const before = viewOf(BEGAN, [
        [SEATS, ENDS],
        [DESKS, ENDS],
      ]);
      const script = { next: invoice(plain, [yearBegins]), recurring };
      const plan = planOf([SEATS, DESKS], [toYear, remove(DESKS), add(price("price_new"))], [YEARLY]);
      expect(await previewed({ script, before, plan })).toMatchObject({ nextInvoiceAt: toDate(FAR) });
    });

    it("when the period of an item ends that is changed within it, beside one that is removed", async () => {
      const before = viewOf(BEGAN, [
        [SEATS, ENDS],
        [DESKS, LATER],
        [LAMPS, ENDS],
      ]);
      const script = { next: invoice(plain, [yearBegins]), recurring };
      const items = [toYear, change(DESKS, undefined, 5), remove(LAMPS)];
      const plan = planOf([SEATS, DESKS, LAMPS], items, [YEARLY]);
      expect(await previewed({ script, before, plan })).toMatchObject({ nextInvoiceAt: toDate(LATER) });
    });

    it("and not when those end that several items have had until the change", async () => {
      const before = viewOf(BEGAN, [
        [SEATS, ENDS],
        [DESKS, LATER],
      ]);
      const next = invoice(plain, [yearBegins, { ...yearBegins, of: DESKS }]);
      const plan = planOf([SEATS, DESKS], [toYear, change(DESKS, SILVER)], [YEARLY, SILVER]);
      expect(await previewed({ script: { next, recurring }, before, plan })).toMatchObject({
        nextInvoiceAt: toDate(FAR),
      });
    });

    it("when the time ends that an added item is billed for", async () => {
      const added = { of: DESKS, start: NOW, end: LATER, proration: true };
      const script = { next: invoice(plain, [yearBegins, added]), recurring };
      const plan = planOf([SEATS], [toYear, add(DESKS)], [YEARLY, DESKS]);
      expect(await previewed({ script, plan })).toMatchObject({ nextInvoiceAt: toDate(LATER) });
    });

    it("when an added item is billed first, which the one at once does not bill", async () => {
      const plan = planOf([SEATS], [toYear, add(DESKS)], [YEARLY, DESKS]);
      const next = invoice(plain, [yearBegins]);
      const laterThanNow = invoice({ total: 500 }, [{ of: DESKS, start: LATER, end: FAR }]);
      expect(await previewed({ script: { next, recurring: laterThanNow }, plan })).toMatchObject({
        nextInvoiceAt: toDate(LATER),
      });
      const withTheChange = invoice({ total: 500 }, [{ of: DESKS, start: NOW, end: LATER }]);
      expect(await previewed({ script: { next, recurring: withTheChange }, plan })).toMatchObject({
        nextInvoiceAt: toDate(FAR),
      });
    });
  });
});
