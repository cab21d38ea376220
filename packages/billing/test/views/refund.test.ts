import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toRefund } from "../../src/views/refund.js";
import { everyKey, shaped, thawedIn } from "./stripe-shape.js";

const FAILED = {
  id: "re_1",
  status: "failed",
  amount: 1000,
  currency: "usd",
  reason: "requested_by_customer",
  charge: "ch_1",
  payment_intent: "pi_1",
  failure_reason: "lost_or_stolen_card",
  metadata: { ticket: "7" },
  created: 1_700_000_000,
};

function view(fields: object = {}) {
  return toRefund(shaped<Stripe.Refund>({ ...FAILED, ...fields }), everyKey);
}

describe("a refund's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "re_1",
      status: "failed",
      amount: 1000,
      currency: "usd",
      reason: "requested_by_customer",
      chargeId: "ch_1",
      paymentIntentId: "pi_1",
      failureReason: "lost_or_stolen_card",
      metadata: { ticket: "7" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
    });
  });

  it("is pending where the answer has no status yet", () => {
    expect(view({ status: null }).status).toBe("pending");
  });

  it("names what is expanded, and has null for what the answer lacks", () => {
    const bare = { charge: { id: "ch_2" }, payment_intent: null, failure_reason: undefined, metadata: null };
    expect(view(bare)).toMatchObject({
      chargeId: "ch_2",
      paymentIntentId: null,
      failureReason: null,
      metadata: {},
    });
  });

  it("is frozen to its depths", () => {
    expect(thawedIn(view())).toEqual([]);
  });
});
