import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toCheckoutLineItem } from "../../src/views/checkout-line-item.js";
import { shaped } from "./stripe-shape.js";

const SEATS = {
  id: "li_1",
  description: "Pro",
  price: { id: "price_1", product: "prod_1" },
  quantity: 3,
  currency: "usd",
  amount_subtotal: 14_700,
  amount_discount: 1470,
  amount_tax: 2514,
  amount_total: 15_744,
};

function view(fields: object = {}) {
  return toCheckoutLineItem(shaped<Stripe.LineItem>({ ...SEATS, ...fields }));
}

describe("the view of what a Checkout session sells", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "li_1",
      description: "Pro",
      priceId: "price_1",
      productId: "prod_1",
      quantity: 3,
      currency: "usd",
      amountSubtotal: 14_700,
      amountDiscount: 1470,
      amountTax: 2514,
      amountTotal: 15_744,
    });
  });

  it("names an expanded product, and neither price nor product where there is no price", () => {
    expect(view({ price: { id: "price_1", product: { id: "prod_2" } } }).productId).toBe("prod_2");
    expect(view({ price: null })).toMatchObject({ priceId: null, productId: null });
  });

  it("is frozen", () => {
    expect(Object.isFrozen(view())).toBe(true);
  });
});
