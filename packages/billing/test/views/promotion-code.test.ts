import { describe, expect, it } from "vitest";
import { type AnyPromotionCode, toPromotionCode } from "../../src/views/promotion-code.js";
import { everyKey, shaped, thawedIn } from "./stripe-shape.js";

const WELCOME = {
  id: "promo_1",
  code: "WELCOME",
  promotion: { type: "coupon", coupon: "spring" },
  customer: "cus_1",
  active: true,
  expires_at: 1_700_000_001,
  max_redemptions: 10,
  times_redeemed: 2,
  restrictions: {
    first_time_transaction: true,
    minimum_amount: 1000,
    minimum_amount_currency: "usd",
  },
  metadata: { campaign: "welcome" },
  created: 1_700_000_000,
  livemode: true,
};

function view(fields: object = {}) {
  return toPromotionCode(shaped<AnyPromotionCode>({ ...WELCOME, ...fields }), everyKey);
}

describe("a promotion code's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "promo_1",
      code: "WELCOME",
      couponId: "spring",
      customerId: "cus_1",
      active: true,
      expiresAt: new Date("2023-11-14T22:13:21Z"),
      maxRedemptions: 10,
      timesRedeemed: 2,
      firstTimeOnly: true,
      minimumAmount: 1000,
      minimumAmountCurrency: "usd",
      metadata: { campaign: "welcome" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      livemode: true,
    });
  });

  it.each([
    ["expanded", { promotion: { type: "coupon", coupon: { id: "spring" } } }, "spring"],
    ["before API version 2025-09-30", { promotion: undefined, coupon: { id: "spring" } }, "spring"],
    ["deleted since", { promotion: { type: "coupon", coupon: null } }, null],
  ])("finds the coupon that is %s", (_what, fields, couponId) => {
    expect(view(fields).couponId).toBe(couponId);
  });

  it("has no customer, no end and no metadata where the answer has none", () => {
    expect(view({ customer: null, expires_at: null, metadata: null })).toMatchObject({
      customerId: null,
      expiresAt: null,
      metadata: {},
    });
  });

  it("is frozen to its depths", () => {
    expect(thawedIn(view())).toEqual([]);
  });
});
