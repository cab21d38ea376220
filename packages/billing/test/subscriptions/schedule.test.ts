import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type { CheckedChange } from "../../src/capabilities/subscriptions/change.js";
import type { ResolvedItem } from "../../src/capabilities/subscriptions/items.js";
import type { PreparedChange } from "../../src/capabilities/subscriptions/prepare-change.js";
import {
  dropScheduled,
  payScheduledWith,
  scheduleChange,
} from "../../src/capabilities/subscriptions/schedule.js";
import {
  AbortedError,
  ConflictError,
  IndeterminateError,
  InvalidArgumentError,
  StripeUnavailableError,
} from "../../src/index.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";
import { everyKey, shaped } from "../views/stripe-shape.js";
import { add, change, item, price, remove } from "./scripted-previews.js";

/** The phase that runs and the one after it, as Unix times. */
const [BEGAN, ENDS, LATER] = [1_000, 2_000, 3_000];

const SEATS = price("price_seats");
const DESKS = price("price_desks");
const LAMPS = price("price_lamps");
const USAGE = price("price_usage", { metered: true });
const CALLS = price("price_calls", { metered: true });

type Item = Stripe.SubscriptionSchedule.Phase["items"][number];

const phaseItem = ({ id }: Stripe.Price, quantity?: number) =>
  shaped<Item>({ price: id, quantity, discounts: [], metadata: { of: id }, billing_thresholds: null });

const phaseOf = (items: readonly Item[], fields: object = {}) =>
  shaped<Stripe.SubscriptionSchedule.Phase>({
    start_date: BEGAN,
    end_date: ENDS,
    items,
    add_invoice_items: [
      { price: "price_setup", quantity: 1, discountable: null, discounts: [], metadata: null },
    ],
    currency: "usd",
    billing_thresholds: null,
    default_payment_method: "pm_old",
    discounts: [{ discount: "di_1", promotion_code: null, coupon: null }],
    invoice_settings: null,
    metadata: { phase: "first" },
    on_behalf_of: null,
    proration_behavior: "always_invoice",
    transfer_data: null,
    ...fields,
  });

const PAST = phaseOf([phaseItem(LAMPS, 9)], { start_date: 1, end_date: BEGAN });
const RUNNING = phaseOf([phaseItem(SEATS, 2)]);
const TO_COME = phaseOf([phaseItem(DESKS, 7)], { start_date: ENDS, end_date: LATER, add_invoice_items: [] });

const scheduleOf = (phases: readonly object[], fields: object = {}) =>
  shaped<Stripe.SubscriptionSchedule>({
    id: "sub_sched_1",
    current_phase: { start_date: BEGAN, end_date: ENDS },
    end_behavior: "release",
    phases,
    status: "active",
    ...fields,
  });

const SCHEDULE = scheduleOf([PAST, RUNNING]);

interface Options {
  readonly present?: readonly Stripe.Price[];
  readonly items?: readonly ResolvedItem[];
  readonly brought?: readonly Stripe.Price[];
  readonly options?: Partial<CheckedChange>;
  readonly discounts?: PreparedChange["discounts"];
  readonly schedule?: Stripe.SubscriptionSchedule | string | null;
  /** What another call has scheduled meanwhile. */
  readonly scheduledSince?: Stripe.SubscriptionSchedule | null;
  readonly end?: number | null;
}

const subscriptionOf = (present: readonly Stripe.Price[], schedule: unknown, end: number | null) => {
  const data = present.map((its) => ({
    ...item(its),
    price: { ...its, product: "prod_1", unit_amount_decimal: null },
    current_period_start: BEGAN,
    current_period_end: end,
  }));
  const fields = { customer: "cus_1", created: 1, status: "active", metadata: {}, discounts: [] };
  return shaped<Stripe.Subscription>({ id: "sub_1", ...fields, items: { data }, schedule });
};

function planOf({
  present = [SEATS],
  items = [change(SEATS, undefined, 5)],
  brought = [],
  options = {},
  discounts,
  schedule = null,
  scheduledSince = null,
  end = ENDS,
}: Options = {}): PreparedChange {
  const plan = shaped<PreparedChange>({
    before: subscriptionOf(present, schedule, end),
    change: { metadata: undefined, idempotencyKey: "key", ...options },
    items,
    prices: new Map(brought.map((one) => [one.id, one])),
    discounts,
    prepareAnew: async () => ({ ...plan, before: subscriptionOf(present, scheduledSince, end) }),
  });
  return plan;
}

const [CREATE, UPDATE, RELEASE] = [
  "POST /v1/subscription_schedules",
  "POST /v1/subscription_schedules/{schedule}",
  "POST /v1/subscription_schedules/{schedule}/release",
];

/** A scope whose Stripe answers each call so, or fails with what is an error. */
function stripeThat(answers: Readonly<Record<string, unknown>>, scheduleNow: unknown = null) {
  const sent: unknown[][] = [];
  const write = async (call: string, ...rest: unknown[]) => {
    sent.push([call, ...rest]);
    const answer = answers[call];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const subscription = async (_: string, expand: readonly string[]) =>
    subscriptionOf([SEATS], expand.includes("schedule") ? scheduleNow : "sub_sched_1", ENDS);
  const scope = partialScope({ ...everyKey, write, subscription });
  const calls = () => sent.map(([call]) => call);
  /** The phases that the last call sent. */
  const phases = () => shaped<{ phases: object[] }>(Object(sent.at(-1)?.[2])).phases;
  return { scope, sent, calls, phases };
}

const REFUSED = new InvalidArgumentError("Not so.");

describe("a change that is scheduled", () => {
  const DONE = { id: "sub_sched_1" };

  it("is the phase that runs, as it is, and the next with what changes, under the caller's key", async () => {
    const { scope, sent } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: DONE });
    expect(await scheduleChange(scope, planOf())).toBe(DONE);
    const kept = {
      currency: "usd",
      default_payment_method: "pm_old",
      discounts: [{ discount: "di_1" }],
    };
    expect(sent).toEqual([
      [CREATE, {}, { from_subscription: "sub_1" }, "key"],
      [
        UPDATE,
        { schedule: "sub_sched_1" },
        {
          end_behavior: "release",
          metadata: { scheduledBy: "@repo/billing" },
          phases: [
            {
              ...kept,
              add_invoice_items: [{ price: "price_setup", quantity: 1 }],
              start_date: BEGAN,
              end_date: ENDS,
              items: [{ price: "price_seats", quantity: 2, metadata: { of: "price_seats" } }],
              metadata: { phase: "first" },
              proration_behavior: "always_invoice",
            },
            {
              ...kept,
              start_date: ENDS,
              items: [{ price: "price_seats", quantity: 5, metadata: { of: "price_seats" } }],
              proration_behavior: "none",
            },
          ],
          proration_behavior: "none",
        },
        "key",
      ],
    ]);
  });

  it("brings discounts, metadata and a payment method of its own", async () => {
    const { scope, phases } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: DONE });
    const options = { metadata: { seats: "5" }, defaultPaymentMethodId: "pm_new" };
    await scheduleChange(scope, planOf({ options, discounts: [{ coupon: "HALF" }] }));
    expect(phases()).toMatchObject([
      { default_payment_method: "pm_old", metadata: { phase: "first" }, discounts: [{ discount: "di_1" }] },
      { default_payment_method: "pm_new", metadata: { seats: "5" }, discounts: [{ coupon: "HALF" }] },
    ]);
  });

  it("is made when the phase ends where Stripe tells of no period, and at the item's end else", async () => {
    for (const [end, at] of [
      [null, ENDS],
      [LATER, LATER],
    ] as const) {
      const { scope, phases } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: DONE });
      await scheduleChange(scope, planOf({ end }));
      expect(phases()).toMatchObject([{ end_date: at }, { start_date: at }]);
    }
  });

  it.each([
    [ENDS, false],
    [LATER, true],
  ])("keeps a trial only where that goes on after it: one that ends at %i", async (trialEnd, isKept) => {
    const trialing = scheduleOf([phaseOf([phaseItem(SEATS, 2)], { trial_end: trialEnd })]);
    const { scope, phases } = stripeThat({ [CREATE]: trialing, [UPDATE]: DONE });
    await scheduleChange(scope, planOf());
    expect(phases().map((phase) => "trial_end" in phase)).toEqual([true, isKept]);
  });

  it("changes, removes and adds items, and leaves the others as they are", async () => {
    const items = [phaseItem(SEATS, 2), phaseItem(DESKS, 3), phaseItem(USAGE), phaseItem(LAMPS, 4)];
    const { scope, phases } = stripeThat({ [CREATE]: scheduleOf([phaseOf(items)]), [UPDATE]: DONE });
    const NEW = price("price_new");
    await scheduleChange(
      scope,
      planOf({
        present: [SEATS, DESKS, USAGE, LAMPS],
        items: [change(SEATS, NEW), remove(DESKS), change(LAMPS, CALLS), add(price("price_more"))],
        brought: [NEW, CALLS],
      }),
    );
    expect(phases()[1]).toMatchObject({
      items: [
        { price: "price_new", quantity: 2, metadata: { of: "price_seats" } },
        { price: "price_usage", metadata: { of: "price_usage" } },
        { price: "price_calls", metadata: { of: "price_lamps" } },
        { price: "price_more", quantity: 1 },
      ],
    });
    const [, { items: written = [] } = {}] = shaped<{ items?: object[] }[]>(phases());
    expect(written.map((one) => "quantity" in one)).toEqual([true, false, false, true]);
  });

  it("adds usage without any quantity", async () => {
    const { scope, phases } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: DONE });
    await scheduleChange(scope, planOf({ items: [add(CALLS)], brought: [CALLS] }));
    const usage = { price: "price_calls" };
    expect(phases()[1]).toMatchObject({ items: [{ price: "price_seats", quantity: 2 }, usage] });
    expect(shaped<{ items: object[] }>(phases()[1] ?? {}).items[1]).toEqual(usage);
  });

  it("replaces what was scheduled before, with one request", async () => {
    const schedule = scheduleOf([RUNNING, TO_COME], { end_behavior: "cancel" });
    const { scope, calls, phases } = stripeThat({ [UPDATE]: DONE });
    await scheduleChange(scope, planOf({ schedule }));
    expect(calls()).toEqual([UPDATE]);
    expect(phases()).toMatchObject([{ start_date: BEGAN }, { items: [{ quantity: 5 }] }]);
  });

  it("is refused where the schedule has other items than the subscription, or does not run", async () => {
    const others = stripeThat({});
    const schedule = scheduleOf([phaseOf([phaseItem(DESKS, 2)])]);
    await expect(scheduleChange(others.scope, planOf({ schedule }))).rejects.toThrow(
      "schedule has different items than the subscription",
    );
    const present = [SEATS, DESKS];
    const both = [change(SEATS, undefined, 5), change(DESKS, undefined, 5)];
    const plan = planOf({ schedule, present, items: both });
    await expect(scheduleChange(others.scope, plan)).rejects.toBeInstanceOf(ConflictError);
    const ended = scheduleOf([RUNNING], { current_phase: null });
    await expect(scheduleChange(others.scope, planOf({ schedule: ended }))).rejects.toThrow(
      "schedule is not running",
    );
    expect(others.sent).toEqual([]);
    const added = stripeThat({ [UPDATE]: DONE });
    await scheduleChange(added.scope, planOf({ schedule, items: [add(LAMPS)], brought: [LAMPS] }));
    expect(added.calls()).toEqual([UPDATE]);
  });

  it("is refused before anything is written where it gives usage a quantity", async () => {
    const { scope, sent } = stripeThat({ [CREATE]: SCHEDULE });
    const plan = planOf({ items: [change(SEATS, CALLS, 3)], brought: [CALLS] });
    await expect(scheduleChange(scope, plan)).rejects.toThrow("A metered price takes no quantity");
    expect(sent).toEqual([]);
  });
});

describe("a change that Stripe refuses to schedule", () => {
  it.each([
    ["release", {}],
    ["cancel", { preserve_cancel_date: true }],
  ])("leaves the subscription without a schedule, and its end as it is: %s", async (end, params) => {
    const { scope, sent } = stripeThat({
      [CREATE]: scheduleOf([RUNNING], { end_behavior: end }),
      [UPDATE]: REFUSED,
      [RELEASE]: {},
    });
    const scheduledSince = SCHEDULE;
    await expect(scheduleChange(scope, planOf({ scheduledSince }))).rejects.toMatchObject({
      code: "indeterminate",
      retryable: false,
      completed: ["a schedule of the subscription as it is", "the release of the new schedule"],
      failed: "the scheduled change",
      cause:
        end === "cancel"
          ? { code: "conflict", message: expect.stringContaining("Resume it first") }
          : REFUSED,
      idempotencyKey: "key",
    });
    expect(sent.at(-1)).toEqual([RELEASE, { schedule: "sub_sched_1" }, params, "key"]);
  });

  it.each([
    ["nobody knows if it was made", new StripeUnavailableError("Down.")],
    ["its outcome is unknown", new IndeterminateError("Lost.")],
    ["the caller has stopped it", new AbortedError("Stopped.")],
  ])("keeps its schedule where %s", async (_, error) => {
    const { scope, calls } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: error });
    await expect(scheduleChange(scope, planOf())).rejects.toMatchObject({
      completed: ["a schedule of the subscription as it is"],
      failed: "the scheduled change",
      cause: error,
    });
    expect(calls()).toEqual([CREATE, UPDATE]);
  });

  it("keeps its schedule where the failure is none of Stripe's", async () => {
    const mistake = new RangeError("A mistake.");
    const { scope, calls } = stripeThat({ [CREATE]: SCHEDULE, [UPDATE]: mistake });
    await expect(scheduleChange(scope, planOf())).rejects.toBe(mistake);
    expect(calls()).toEqual([CREATE, UPDATE]);
  });

  it("keeps a schedule that was there before", async () => {
    const { scope, calls } = stripeThat({ [UPDATE]: REFUSED });
    const plan = planOf({ schedule: SCHEDULE, scheduledSince: SCHEDULE });
    await expect(scheduleChange(scope, plan)).rejects.toBe(REFUSED);
    expect(calls()).toEqual([UPDATE]);
  });

  it("says by a conflict that another call has changed what is scheduled, and by which schedule", async () => {
    const other = scheduleOf([RUNNING], { id: "sub_sched_2" });
    const message = expect.stringContaining("Another call has just changed what is scheduled");
    const created = stripeThat({ [CREATE]: REFUSED });
    const plan = planOf({ scheduledSince: other });
    await expect(scheduleChange(created.scope, plan)).rejects.toMatchObject({
      code: "conflict",
      conflictingId: "sub_sched_2",
      message,
    });
    const dropped = stripeThat({ [UPDATE]: REFUSED });
    const failure: unknown = await scheduleChange(dropped.scope, planOf({ schedule: SCHEDULE })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConflictError);
    expect(failure).toMatchObject({ message });
    expect(Object(failure).conflictingId).toBeUndefined();
  });
});

describe("what is scheduled is dropped", () => {
  it.each([null, "sub_sched_1"])("without any request where none is known: %s", async (schedule) => {
    const { scope, sent } = stripeThat({});
    await dropScheduled(scope, subscriptionOf([SEATS], schedule, ENDS), "key");
    expect(sent).toEqual([]);
  });

  it("with one request, which takes the end of the subscription with it", async () => {
    const { scope, sent } = stripeThat({ [RELEASE]: {} });
    await dropScheduled(scope, subscriptionOf([SEATS], SCHEDULE, ENDS), "key");
    expect(sent).toEqual([[RELEASE, { schedule: "sub_sched_1" }, {}, "key"]]);
  });

  it.each([
    ["it is gone", null],
    ["it was released", scheduleOf([RUNNING], { status: "released" })],
    ["there is another", scheduleOf([RUNNING], { id: "sub_sched_2" })],
  ])("where Stripe refuses that because %s", async (_, now) => {
    const { scope } = stripeThat({ [RELEASE]: REFUSED }, now);
    await expect(
      dropScheduled(scope, subscriptionOf([SEATS], SCHEDULE, ENDS), "key"),
    ).resolves.toBeUndefined();
  });

  it("or the error says why not, where it is there still or the failure is another", async () => {
    const still = stripeThat({ [RELEASE]: REFUSED }, SCHEDULE);
    const before = subscriptionOf([SEATS], SCHEDULE, ENDS);
    await expect(dropScheduled(still.scope, before, "key")).rejects.toBe(REFUSED);
    const down = new StripeUnavailableError("Down.");
    const { scope } = stripeThat({ [RELEASE]: down });
    await expect(dropScheduled(scope, before, "key")).rejects.toBe(down);
  });
});

describe("what is scheduled is paid with a new payment method", () => {
  const paid = { metadata: undefined, defaultPaymentMethodId: "pm_new" };

  it("in the phase that runs and in those to come, which stay as they are else", async () => {
    const { scope, sent } = stripeThat({ [UPDATE]: "written" });
    const schedule = scheduleOf([PAST, RUNNING, TO_COME]);
    expect(await payScheduledWith(scope, subscriptionOf([SEATS], schedule, ENDS), paid, "key")).toBe(
      "written",
    );
    const pays = { default_payment_method: "pm_new", proration_behavior: "always_invoice" };
    expect(sent).toMatchObject([
      [
        UPDATE,
        { schedule: "sub_sched_1" },
        {
          phases: [
            { ...pays, start_date: BEGAN, items: [{ price: "price_seats", quantity: 2 }] },
            { ...pays, start_date: ENDS, items: [{ price: "price_desks", quantity: 7 }] },
          ],
          proration_behavior: "none",
        },
        "key",
        "payment method",
      ],
    ]);
  });

  it("without any request where nothing is to come, or it stays", async () => {
    const { scope, sent } = stripeThat({});
    const none = subscriptionOf([SEATS], "sub_sched_1", ENDS);
    expect(await payScheduledWith(scope, none, paid, "key")).toBe("sub_sched_1");
    const running = subscriptionOf([SEATS], SCHEDULE, ENDS);
    expect(await payScheduledWith(scope, running, paid, "key")).toBe(SCHEDULE);
    const more = scheduleOf([RUNNING, TO_COME]);
    const stays = subscriptionOf([SEATS], more, ENDS);
    expect(await payScheduledWith(scope, stays, { metadata: undefined }, "key")).toBe(more);
    expect(sent).toEqual([]);
  });
});
