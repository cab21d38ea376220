import { describe, expect, it } from "vitest";
import { type AnyInvoiceLine, subscriptionItemOf, toInvoiceLine } from "../../src/views/invoice-line.js";
import { shaped } from "./stripe-shape.js";

it.each([
  [{ parent: { subscription_item_details: { subscription_item: "si_1" } } }, "si_1"],
  // Before API version 2025-03-31.
  [{ subscription_item: "si_2" }, "si_2"],
  [{ parent: { invoice_item_details: { invoice_item: "ii_1" } } }, null],
  [{ parent: null, subscription_item: null }, null],
])("the item that a line bills is found in every API version: %j", (line, item) => {
  expect(subscriptionItemOf(shaped<AnyInvoiceLine>(line))).toBe(item);
});

describe("an invoice line's view", () => {
  const PERIOD = { start: 1_700_000_000, end: 1_700_086_400 };

  function view(fields: object) {
    return toInvoiceLine(shaped<AnyInvoiceLine>({ period: PERIOD, ...fields }));
  }

  it("settles no change and names no price where the answer says nothing of either", () => {
    const nothing = { proration: false, priceId: null, productId: null };
    expect(view({ parent: null, pricing: null })).toMatchObject(nothing);
    expect(view({ parent: { type: "rate_card" }, pricing: { type: "rate_card" } })).toMatchObject(nothing);
  });
});
