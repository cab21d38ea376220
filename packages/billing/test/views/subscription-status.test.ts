import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessPolicy,
  hasEnded,
  isEntitled,
  isIncomplete,
  isPastDue,
  onGracePeriod,
  onTrial,
  type SubscriptionState,
  type SubscriptionStatus,
} from "../../src/index.js";

const NOW = new Date("2026-11-22T12:00:00Z");
const PAST = new Date(NOW.getTime() - 1);
const FUTURE = new Date(NOW.getTime() + 1);

const STATUSES: readonly SubscriptionStatus[] = [
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
];
const QUESTIONS = { onTrial, onGracePeriod, isPastDue, isIncomplete, hasEnded };

const policy: fc.Arbitrary<AccessPolicy> = fc.record(
  { pastDue: fc.boolean(), incomplete: fc.boolean(), paused: fc.boolean() },
  { requiredKeys: [] },
);
const generous: AccessPolicy = { pastDue: true, incomplete: true, paused: true };
const moment = fc.option(fc.date({ noInvalidDate: true }));
const status = fc.oneof(fc.constantFrom<string>(...STATUSES), fc.string(), fc.constant("__proto__"));

/** Any state Stripe may come to have, statuses it has not yet included. */
const anyState: fc.Arbitrary<SubscriptionState> = fc.record({
  status: status as fc.Arbitrary<SubscriptionStatus>, // newer statuses come through as they are
  trialEndsAt: moment,
  cancelsAt: moment,
  endedAt: moment,
});

describe("the questions about a subscription's status", () => {
  it("are all answered, whatever the status, the dates and the time", () => {
    fc.assert(
      fc.property(anyState, policy, fc.date({ noInvalidDate: true }), (subscription, access, now) => {
        for (const question of Object.values(QUESTIONS)) {
          expect(question(subscription, now)).toBeTypeOf("boolean");
        }
        expect(isEntitled(subscription, access, now)).toBeTypeOf("boolean");
      }),
    );
  });

  it("never entitle whoever has ended, and never call the ended anything else", () => {
    fc.assert(
      fc.property(anyState, policy, fc.date({ noInvalidDate: true }), (subscription, access, now) => {
        fc.pre(hasEnded(subscription, now));
        const others = [onTrial, onGracePeriod, isPastDue, isIncomplete];
        expect(others.map((question) => question(subscription, now))).toEqual(others.map(() => false));
        expect(isEntitled(subscription, access, now)).toBe(false);
      }),
    );
  });

  it("do not entitle a status that this package does not know, however generous the policy", () => {
    fc.assert(
      fc.property(anyState, (subscription) => {
        fc.pre(!STATUSES.includes(subscription.status));
        expect(isEntitled(subscription, generous, NOW)).toBe(false);
      }),
    );
  });

  it("never take access away when the policy allows more", () => {
    fc.assert(
      fc.property(
        anyState,
        policy,
        fc.constantFrom("pastDue", "incomplete", "paused"),
        (state, access, more) => {
          if (isEntitled(state, access, NOW))
            expect(isEntitled(state, { ...access, [more]: true }, NOW)).toBe(true);
        },
      ),
    );
  });

  it("stay ended once ended, however much later they are asked", () => {
    fc.assert(
      fc.property(anyState, fc.nat(), (subscription, laterMs) => {
        const later = new Date(NOW.getTime() + laterMs);
        if (hasEnded(subscription, NOW)) expect(hasEnded(subscription, later)).toBe(true);
      }),
    );
  });
});

describe("isEntitled", () => {
  it.each<[SubscriptionStatus, AccessPolicy, boolean]>([
    ["active", {}, true],
    ["trialing", {}, true],
    ["past_due", {}, false],
    ["past_due", { pastDue: true }, true],
    ["past_due", { incomplete: true, paused: true }, false],
    ["incomplete", {}, false],
    ["incomplete", { incomplete: true }, true],
    ["paused", {}, false],
    ["paused", { paused: true }, true],
    ["unpaid", generous, false],
    ["canceled", generous, false],
    ["incomplete_expired", generous, false],
  ])("of a subscription that is %s, with the policy %o, is %s", (status, access, entitled) => {
    expect(isEntitled(state({ status }), access, NOW)).toBe(entitled);
  });

  it("ends with the subscription, even in a copy that was stored before", () => {
    expect(isEntitled(state({ cancelsAt: FUTURE }), {}, NOW)).toBe(true);
    expect(isEntitled(state({ cancelsAt: NOW }), {}, NOW)).toBe(false);
    expect(isEntitled(state({ endedAt: PAST }), {}, NOW)).toBe(false);
  });

  it("is refused at an invalid time, at which nobody knows whether it has ended", () => {
    const invalid = new Date("soon");
    for (const cancelsAt of [null, FUTURE]) {
      expect(isEntitled(state({ cancelsAt }), {}, invalid)).toBe(false);
      expect(onGracePeriod(state({ cancelsAt }), invalid)).toBe(false);
      expect(onTrial(state({ status: "trialing", trialEndsAt: FUTURE, cancelsAt }), invalid)).toBe(false);
    }
  });

  it("asks the clock when it is given no time", () => {
    expect(isEntitled(state({ cancelsAt: new Date(Date.now() - 1000) }))).toBe(false);
    expect(isEntitled(state({ cancelsAt: new Date(Date.now() + 60_000) }))).toBe(true);
  });
});

describe("of a subscription on a test clock", () => {
  const onClock = { testClockId: "clock_1", cancelsAt: PAST, trialEndsAt: PAST } as const;

  it("every question goes by its status, which Stripe changes as the clock advances", () => {
    expect(isEntitled(state(onClock))).toBe(true);
    expect(onTrial(state({ ...onClock, status: "trialing" }))).toBe(true);
    expect(onGracePeriod(state(onClock))).toBe(true);
    expect(hasEnded(state({ ...onClock, status: "canceled" }))).toBe(true);
  });

  it("a given time counts all the same", () => {
    expect(hasEnded(state(onClock), NOW)).toBe(true);
  });
});

describe("the other questions", () => {
  it("call it a trial until it runs out", () => {
    expect(onTrial(state({ status: "trialing", trialEndsAt: FUTURE }), NOW)).toBe(true);
    expect(onTrial(state({ status: "trialing", trialEndsAt: NOW }), NOW)).toBe(false);
    expect(onTrial(state({ status: "active", trialEndsAt: FUTURE }), NOW)).toBe(false);
  });

  it("call it a grace period from the cancellation to the end", () => {
    expect(onGracePeriod(state({ cancelsAt: FUTURE }), NOW)).toBe(true);
    expect(onGracePeriod(state({ cancelsAt: PAST }), NOW)).toBe(false);
    expect(onGracePeriod(state({ status: "canceled", cancelsAt: FUTURE }), NOW)).toBe(false);
    expect(onGracePeriod(state(), NOW)).toBe(false);
  });

  it("call it ended by its status alone", () => {
    const ended = STATUSES.filter((one) => hasEnded(state({ status: one }), NOW));
    expect(ended).toEqual(["incomplete_expired", "canceled"]);
  });

  it("tell a renewal that was not paid from a first payment that was not", () => {
    expect([isPastDue, isIncomplete].map((question) => question(state({ status: "past_due" }), NOW))).toEqual(
      [true, false],
    );
    expect(
      [isPastDue, isIncomplete].map((question) => question(state({ status: "incomplete" }), NOW)),
    ).toEqual([false, true]);
  });

  it("are answered alike of a copy that came through JSON", () => {
    fc.assert(
      fc.property(anyState, policy, fc.date({ noInvalidDate: true }), (subscription, access, now) => {
        const copy: SubscriptionState = JSON.parse(JSON.stringify(subscription));
        for (const question of Object.values(QUESTIONS)) {
          expect(question(copy, now)).toBe(question(subscription, now));
        }
        expect(isEntitled(copy, access, now)).toBe(isEntitled(subscription, access, now));
      }),
    );
  });

  it.each([
    undefined,
    1_780_000_000,
    1_780_000_000n,
    Symbol("soon"),
    "1780000000",
    "soon",
    "2026-11-22",
    {},
    [],
    new Date(Number.NaN),
  ])("are refused of a copy whose end is %o, which would grant or deny access by mistake", (end) => {
    const copy: object = { status: "active", trialEndsAt: null, cancelsAt: end, endedAt: null };
    expect(() => isEntitled(copy as SubscriptionState)).toThrow(
      "subscription.cancelsAt must be a Date, an ISO 8601 string or null.",
    );
  });
});

function state(facts: Partial<SubscriptionState> = {}): SubscriptionState {
  return { status: "active", trialEndsAt: null, cancelsAt: null, endedAt: null, ...facts };
}
