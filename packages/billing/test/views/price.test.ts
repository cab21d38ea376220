import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toPrice } from "../../src/views/price.js";
import { everyKey, shaped, thawedIn } from "./stripe-shape.js";

const YEARLY = {
  id: "price_1",
  product: "prod_1",
  active: true,
  currency: "usd",
  unit_amount: 4900,
  unit_amount_decimal: "4900",
  recurring: { interval: "year", interval_count: 2, usage_type: "licensed", trial_period_days: 14 },
  lookup_key: "acme//pro_yearly",
  nickname: "Pro",
  tax_behavior: "exclusive",
  tiers_mode: null,
  metadata: { highlighted: "yes" },
};

function view(fields: object = {}) {
  return toPrice(shaped<Stripe.Price>({ ...YEARLY, ...fields }), everyKey);
}

describe("a price's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "price_1",
      productId: "prod_1",
      active: true,
      currency: "usd",
      unitAmount: 4900,
      unitAmountDecimal: "4900",
      tiersMode: null,
      tiers: null,
      recurring: { interval: "year", intervalCount: 2, usageType: "licensed", trialDays: 14 },
      lookupKey: "pro_yearly",
      nickname: "Pro",
      taxBehavior: "exclusive",
      metadata: { highlighted: "yes" },
    });
  });

  it("has its tiers, the last of which is open", () => {
    const first = { up_to: 10, unit_amount: 500, unit_amount_decimal: "500", flat_amount: null };
    const last = { up_to: null, unit_amount: null, unit_amount_decimal: "0.5", flat_amount: 1000 };
    const tiers = [
      { ...first, flat_amount_decimal: null },
      { ...last, flat_amount_decimal: "1000" },
    ];
    const tiered = view({ unit_amount: null, unit_amount_decimal: null, tiers_mode: "volume", tiers });
    expect(tiered).toMatchObject({
      unitAmount: null,
      tiersMode: "volume",
      tiers: [
        { upTo: 10, unitAmount: 500, unitAmountDecimal: "500", flatAmount: null, flatAmountDecimal: null },
        {
          upTo: null,
          unitAmount: null,
          unitAmountDecimal: "0.5",
          flatAmount: 1000,
          flatAmountDecimal: "1000",
        },
      ],
    });
    expect(thawedIn(tiered)).toEqual([]);
  });

  it("has no tiers where Stripe left them out", () => {
    expect(view({ tiers_mode: "graduated" })).toMatchObject({ tiersMode: "graduated", tiers: null });
    expect(view({ tiers_mode: "graduated", tiers: null }).tiers).toBeNull();
  });

  it("has null for what a one-time price with tiers and without names lacks", () => {
    const bare = { unit_amount: null, unit_amount_decimal: null, recurring: null, lookup_key: null };
    expect(view({ ...bare, nickname: null, tax_behavior: null })).toMatchObject({
      unitAmount: null,
      unitAmountDecimal: null,
      recurring: null,
      lookupKey: null,
      nickname: null,
      taxBehavior: "unspecified",
    });
  });

  it("names its product, expanded or not", () => {
    expect(view({ product: { id: "prod_2", object: "product" } }).productId).toBe("prod_2");
  });

  it("is frozen to its depths", () => {
    expect([view(), view().recurring].every(Object.isFrozen)).toBe(true);
  });
});
