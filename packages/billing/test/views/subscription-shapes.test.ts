import fc from "fast-check";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnySubscription, toSubscription } from "../../src/views/subscription.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { everyKey, thawedIn } from "./stripe-shape.js";

/** What is so of a subscription, however an API version writes it down. */
interface Facts {
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly quantities: readonly (number | undefined)[];
  readonly end: "none" | "flag" | "flag and date" | "date";
  readonly ended: boolean;
  readonly discountId: string | undefined;
  readonly trialEnd: number | null;
  readonly pausedUntil: number | null | undefined;
  readonly expandedCustomer: boolean;
}

const seconds = fc.integer({ min: 1_500_000_000, max: 2_000_000_000 });

const facts: fc.Arbitrary<Facts> = fc.record({
  periodStart: seconds,
  periodEnd: seconds,
  quantities: fc.array(fc.option(fc.nat(), { nil: undefined }), { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom("none", "flag", "flag and date", "date"),
  ended: fc.boolean(),
  discountId: fc.option(fc.constantFrom("di_1", "di_2"), { nil: undefined }),
  trialEnd: fc.option(seconds),
  pausedUntil: fc.option(fc.option(seconds), { nil: undefined }),
  expandedCustomer: fc.boolean(),
});

describe("a subscription's view", () => {
  let world: StripeWorld;
  let template: Stripe.Subscription;
  let customer: Stripe.Customer;

  beforeAll(async () => {
    world = await startStripeWorld();
    const { subscriptionId, customerId } = await world.addTenant("acme");
    template = await world.stripe.subscriptions.retrieve(subscriptionId);
    const found = await world.stripe.customers.retrieve(customerId);
    if (found.deleted) throw new Error("The customer was just made.");
    customer = found;
  });

  afterAll(() => world.close());

  it("is the same from the shapes before and after API version 2025-03-31", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const before = toSubscription(shapeBefore(fact), everyKey);
        expect(toSubscription(shapeSince(fact), everyKey)).toEqual(before);
        expect(before.currentPeriodStart).toEqual(new Date(fact.periodStart * 1000));
        expect(before.currentPeriodEnd).toEqual(new Date(fact.periodEnd * 1000));
        for (const { currentPeriodStart, currentPeriodEnd } of before.items) {
          expect({ currentPeriodStart, currentPeriodEnd }).toEqual({
            currentPeriodStart: before.currentPeriodStart,
            currentPeriodEnd: before.currentPeriodEnd,
          });
        }
        expect(before.items.map(({ quantity }) => quantity)).toEqual(
          fact.quantities.map((quantity) => quantity ?? null),
        );
        expect(before.collectionPause).toEqual(pauseOf(fact));
        expect(before.discountIds).toEqual(fact.discountId === undefined ? [] : [fact.discountId]);
      }),
    );
  });

  it("has the period that began last and the one that ends first, where items have their own", () => {
    const item = { ...template.items.data[0], quantity: 1 };
    const month = { ...item, current_period_start: 1_700_000_000, current_period_end: 1_702_592_000 };
    const year = { ...item, current_period_start: 1_690_000_000, current_period_end: 1_721_536_000 };
    for (const data of [
      [month, year],
      [year, month],
    ]) {
      const flagged = { ...template, cancel_at_period_end: true, items: { ...template.items, data } };
      expect(toSubscription(flagged as AnySubscription, everyKey)).toMatchObject({
        currentPeriodStart: new Date(1_700_000_000_000),
        currentPeriodEnd: new Date(1_702_592_000_000),
        cancelsAt: new Date(1_702_592_000_000),
      });
    }
  });

  it("has no period, and no end at one, where no item has a period", () => {
    const flagged = { ...template, cancel_at_period_end: true, items: { ...template.items, data: [] } };
    const none = { currentPeriodStart: null, currentPeriodEnd: null, cancelsAt: null };
    expect(toSubscription(flagged, everyKey)).toMatchObject(none);
    const [item] = itemsOf({ quantities: [1] });
    const { current_period_start: _start, current_period_end: _end, ...timeless } = { ...item };
    const items = { ...template.items, data: [timeless] };
    expect(toSubscription({ ...flagged, items } as AnySubscription, everyKey)).toMatchObject(none);
  });

  it("says that it will end whichever way the end was scheduled, and nothing of it once it has ended", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const { cancelsAt } = toSubscription(shapeSince(fact), everyKey);
        const scheduled = fact.end !== "none" && !fact.ended;
        expect(cancelsAt).toEqual(scheduled ? new Date(fact.periodEnd * 1000) : null);
      }),
    );
  });

  it("says of what an answer leaves out no more than that it is not so", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const whole = toSubscription(
          shapeSince({ ...fact, discountId: undefined, pausedUntil: undefined }),
          everyKey,
        );
        const bare = toSubscription(bareOf(shapeSince(fact)), everyKey);
        expect(bare).toEqual({
          ...whole,
          cancellation: { reason: null, feedback: null, comment: null },
        });
      }),
    );
  });

  it("is frozen to its depths", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        expect(thawedIn(toSubscription(shapeSince(fact), everyKey))).toEqual([]);
      }),
    );
  });

  function shapeSince(fact: Facts): AnySubscription {
    const period = { current_period_start: fact.periodStart, current_period_end: fact.periodEnd };
    const items = itemsOf(fact).map((item) => ({ ...item, ...period }));
    return {
      ...common(fact),
      items: { ...template.items, data: items },
      discounts: fact.discountId === undefined ? [] : [fact.discountId],
    };
  }

  function shapeBefore(fact: Facts): AnySubscription {
    const { discounts: _, ...rest } = common(fact);
    const items = itemsOf(fact).map((item) => {
      const { current_period_start: _start, current_period_end: _end, ...older } = item;
      return older;
    });
    const subscription = {
      ...rest,
      items: { ...template.items, data: items },
      current_period_start: fact.periodStart,
      current_period_end: fact.periodEnd,
      discount: fact.discountId === undefined ? null : { id: fact.discountId, object: "discount" },
    };
    return subscription as AnySubscription; // the SDK's types know today's shape alone
  }

  function itemsOf({ quantities }: Pick<Facts, "quantities">): Stripe.SubscriptionItem[] {
    const [item] = template.items.data;
    if (item === undefined) throw new Error("The subscription has an item.");
    return quantities.map((quantity, at) => {
      const { quantity: _, ...metered } = item;
      return { ...metered, id: `si_${at}`, ...(quantity === undefined ? {} : { quantity }) };
    });
  }

  function common(fact: Facts): Stripe.Subscription {
    return {
      ...template,
      customer: fact.expandedCustomer ? customer : customer.id,
      cancel_at_period_end: fact.end.startsWith("flag"),
      cancel_at: fact.end.endsWith("date") ? fact.periodEnd : null,
      ended_at: fact.ended ? fact.periodEnd : null,
      trial_end: fact.trialEnd,
      pause_collection:
        fact.pausedUntil === undefined ? null : { behavior: "void", resumes_at: fact.pausedUntil },
    };
  }
});

function pauseOf({ pausedUntil }: Facts): object | null {
  if (pausedUntil === undefined) return null;
  return { invoices: "void", resumesAt: pausedUntil === null ? null : new Date(pausedUntil * 1000) };
}

/** Without what is null, and what some version or some subscription does not have. */
function bareOf(subscription: AnySubscription): AnySubscription {
  const {
    cancellation_details: _details,
    discounts: _discounts,
    pending_update: _update,
    pause_collection: _pause,
    default_payment_method: _method,
    schedule: _schedule,
    ...rest
  } = subscription;
  const bare = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  return bare as unknown as AnySubscription; // an older shape than the SDK's types know
}
