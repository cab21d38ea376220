import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toPrice } from "../../src/views/price.js";
import { everyKey, shaped } from "./stripe-shape.js";

const YEARLY = {
  id: "price_1",
  product: "prod_1",
  active: true,
  currency: "usd",
  unit_amount: 4900,
  unit_amount_decimal: "4900",
  recurring: { interval: "year", interval_count: 2, usage_type: "licensed" },
  lookup_key: "acme//pro_yearly",
  nickname: "Pro",
  tax_behavior: "exclusive",
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
      recurring: { interval: "year", intervalCount: 2, usageType: "licensed" },
      lookupKey: "pro_yearly",
      nickname: "Pro",
      taxBehavior: "exclusive",
    });
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
