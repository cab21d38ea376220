import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toCoupon } from "../../src/views/coupon.js";
import { everyKey, shaped, thawedIn } from "./stripe-shape.js";

const SPRING = {
  id: "spring",
  name: "Spring sale",
  percent_off: null,
  amount_off: 500,
  currency: "usd",
  duration: "repeating",
  duration_in_months: 3,
  max_redemptions: 100,
  times_redeemed: 7,
  redeem_by: 1_700_000_001,
  valid: true,
  metadata: { campaign: "spring" },
  created: 1_700_000_000,
  livemode: true,
};

function view(fields: object = {}) {
  return toCoupon(shaped<Stripe.Coupon>({ ...SPRING, ...fields }), everyKey);
}

describe("a coupon's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "spring",
      name: "Spring sale",
      percentOff: null,
      amountOff: 500,
      currency: "usd",
      duration: "repeating",
      durationInMonths: 3,
      maxRedemptions: 100,
      timesRedeemed: 7,
      redeemBy: new Date("2023-11-14T22:13:21Z"),
      valid: true,
      metadata: { campaign: "spring" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      livemode: true,
    });
  });

  it("has no metadata and no last moment where the answer has none", () => {
    expect(view({ metadata: null, redeem_by: null })).toMatchObject({ metadata: {}, redeemBy: null });
  });

  it("is frozen to its depths", () => {
    expect(thawedIn(view())).toEqual([]);
  });
});
