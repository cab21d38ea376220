import { expect, it } from "vitest";
import { type AnyInvoiceLine, subscriptionItemOf } from "../../src/views/invoice-line.js";
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
