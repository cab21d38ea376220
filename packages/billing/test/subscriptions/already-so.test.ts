import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { isAlreadySo } from "../../src/capabilities/subscriptions/already-so.js";
import type { CheckedChange } from "../../src/capabilities/subscriptions/change.js";
import { shaped } from "../views/stripe-shape.js";

const BEFORE = shaped<Stripe.Subscription>({
  status: "trialing",
  trial_end: 2_000_000_000,
  default_payment_method: "pm_1",
  metadata: { plan: "team" },
  discounts: [
    { id: "di_1", promotion_code: "promo_1", source: { coupon: "coupon_1" } },
    { id: "di_2", promotion_code: null, source: { coupon: { id: "coupon_2" } } },
  ],
  items: {
    data: [
      { id: "si_seats", quantity: 3, price: { id: "price_seats" } },
      { id: "si_usage", price: { id: "price_usage" } },
    ],
  },
});

const isSo = (change: Partial<CheckedChange>, before = BEFORE) =>
  isAlreadySo(before, { metadata: undefined, ...change });

describe("a change is already so", () => {
  it.each<[string, Partial<CheckedChange>]>([
    [
      "an item that it removes is gone",
      { items: [{ remove: { priceId: "price_old" } }, { remove: "si_old" }] },
    ],
    [
      "an item that it adds is there",
      { items: [{ add: "price_seats", quantity: 3 }, { add: "price_usage" }] },
    ],
    [
      "an item has the price that it gives",
      { items: [{ change: { priceId: "price_old" }, priceId: "price_seats", quantity: 3 }] },
    ],
    [
      "an item has the price that it gives, whatever the quantity",
      { items: [{ change: "si_seats", priceId: "price_seats" }] },
    ],
    [
      "an item has the quantity that it gives",
      { items: [{ change: { priceId: "price_seats" }, quantity: 3 }] },
    ],
    ["the trial ends then", { trialEnd: new Date(2_000_000_000_000) }],
    ["the discounts are these", { discounts: [{ promotionCodeId: "promo_1" }, { couponId: "coupon_2" }] }],
    ["the discounts are kept", { discounts: [{ discountId: "di_2" }, { couponId: "coupon_1" }] }],
    ["it is charged on that", { defaultPaymentMethodId: "pm_1" }],
    ["the metadata says so", { metadata: { plan: "team", gone: "" } }],
  ])("when %s", (_, change) => expect(isSo(change)).toBe(true));

  it.each<[string, Partial<CheckedChange>]>([
    ["an item that it removes is there", { items: [{ remove: { priceId: "price_seats" } }] }],
    ["an item that it removes by id is there", { items: [{ remove: "si_usage" }] }],
    ["an item that it adds is missing", { items: [{ add: "price_new" }] }],
    ["an item that it adds has another quantity", { items: [{ add: "price_seats" }] }],
    ["an item has another price", { items: [{ change: "si_seats", priceId: "price_new" }] }],
    ["an item that it changes is missing", { items: [{ change: { priceId: "price_old" }, quantity: 3 }] }],
    ["an item has another quantity", { items: [{ change: { priceId: "price_seats" }, quantity: 4 }] }],
    ["one of its items is not so", { items: [{ remove: "si_old" }, { add: "price_new" }] }],
    ["the trial ends at another time", { trialEnd: new Date(2_000_000_001_000) }],
    ["the trial is not over", { trialEnd: "now" }],
    ["a discount is missing", { discounts: [{ couponId: "coupon_1" }, { couponId: "coupon_3" }] }],
    ["a discount to keep is gone", { discounts: [{ discountId: "di_1" }, { discountId: "di_3" }] }],
    ["there are more discounts", { discounts: [{ couponId: "coupon_1" }] }],
    ["it is charged on another payment method", { defaultPaymentMethodId: "pm_2" }],
    ["the metadata has another value", { metadata: { plan: "solo" } }],
    ["the metadata has a key that it removes", { metadata: { plan: "" } }],
    ["it is for the period's end", { items: [{ remove: "si_old" }], when: "period_end" }],
  ])("not when %s", (_, change) => expect(isSo(change)).toBe(false));

  it("when the trial that it ends is over", () => {
    expect(isSo({ trialEnd: "now" }, { ...BEFORE, status: "active" })).toBe(true);
  });
});
