import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

describe("createSubscription, before anything is sent", () => {
  const priceId = "price_1";
  it.for<[string, object, string]>([
    ["no price", {}, "either priceId or items"],
    ["both a price and items", { priceId, items: [{ priceId }] }, "either priceId or items"],
    ["a quantity beside items", { quantity: 2, items: [{ priceId }] }, "quantity goes with priceId"],
    ["no items", { items: [] }, "items must be"],
    ["one price twice", { items: [{ priceId }, { priceId }] }, "each price at most once"],
    ["a product in place of a price", { priceId: "prod_1" }, "priceId must be"],
    ["half a quantity", { priceId, quantity: 1.5 }, "quantity must be"],
    ["a negative quantity", { priceId, quantity: -1 }, "quantity must be"],
    [
      "two trials",
      { priceId, trialDays: 3, trialEnd: new Date(Date.now() + 86_400_000) },
      "trialDays or trialEnd",
    ],
    ["a trial of no days", { priceId, trialDays: 0 }, "trialDays must be"],
    [
      "a payment method of no form",
      { priceId, defaultPaymentMethodId: "card" },
      "defaultPaymentMethodId must be",
    ],
    [
      "a payment method that is none",
      { priceId, defaultPaymentMethodId: 7 },
      "defaultPaymentMethodId must be",
    ],
    [
      "a payment behaviour for invoices that are sent",
      { priceId, daysUntilDue: 3, paymentBehavior: "allow_incomplete" },
      "either paymentBehavior or daysUntilDue",
    ],
    [
      "a payment behaviour that there is not",
      { priceId, paymentBehavior: "free" },
      "one of allow_incomplete, default_incomplete, error_if_incomplete",
    ],
    ...[-1, 0.5, 366].map((daysUntilDue): [string, object, string] => [
      `${daysUntilDue} days to pay`,
      { priceId, daysUntilDue },
      "daysUntilDue must be",
    ]),
    ["taxes that are neither", { priceId, automaticTax: "yes" }, "automaticTax must be"],
    ["a second one that is neither", { priceId, allowSecond: "yes" }, "allowSecond must be"],
    [
      "a discount of no kind",
      { priceId, discounts: [{ discountId: "di_1" }] },
      "{ couponId } or { promotionCodeId }",
    ],
    ["a coupon of no form", { priceId, discounts: [{ couponId: "a b" }] }, "A coupon's id is"],
    ["a promotion code of no form", { priceId, discounts: [{ promotionCodeId: "SPRING" }] }, "{ couponId }"],
    ["too many discounts", { priceId, discounts: Array(21).fill({ couponId: "a" }) }, "discounts must be"],
    ["metadata of no form", { priceId, metadata: "tenantId=globex" }, "metadata"],
    ["an option that there is not", { priceId, stripeAccount: "acct_1" }, "stripeAccount"],
  ])("refuses %s, and says so", async ([, options, words], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .createSubscription({ customerId: "cus_1", ...options }),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("updateSubscription, before anything is sent", () => {
  it.for<[string, object, string]>([
    ["no change", {}, "Name at least one thing to change"],
    ["options alone", { when: "now", proration: "none" }, "Name at least one thing to change"],
    ["no items", { items: [] }, "items must be a list"],
    ["too many items", { items: Array(21).fill({ remove: "si_1" }) }, "items must be a list"],
    ["an item without a verb", { items: [{ priceId: "price_1" }] }, "Each of items must be"],
    ["an item with two verbs", { items: [{ add: "price_1", remove: "si_1" }] }, "Each of items must be"],
    ["a price in an item's place", { items: [{ change: "price_1", quantity: 1 }] }, "Each of items must be"],
    ["a number in an item's place", { items: [{ remove: 7 }] }, "Each of items must be"],
    ["half a quantity", { quantity: 0.5 }, "quantity must be"],
    ["a trial of no time", { trialEnd: "soon" }, "trialEnd must be"],
    ["a discount of no kind", { discounts: [{ coupon: "x" }] }, "{ discountId }"],
    ...["di_", "di 1", "xdi_1", "di_a-b", "d"].map((discountId): [string, object, string] => [
      `a discount called ${discountId}`,
      { discounts: [{ discountId }] },
      "discountId must be the id",
    ]),
    ["a payment method of no form", { defaultPaymentMethodId: "card" }, "defaultPaymentMethodId must be"],
    ["a payment method that is none", { defaultPaymentMethodId: 7 }, "defaultPaymentMethodId must be"],
    ["another moment", { when: "later", quantity: 2 }, "when must be"],
    [
      "another proration",
      { proration: "all", quantity: 2 },
      "one of create_prorations, always_invoice, none",
    ],
    ["a proration of no date", { prorationDate: "today", quantity: 2 }, "prorationDate must be"],
    ["another payment behaviour", { paymentBehavior: "free", quantity: 2 }, "paymentBehavior must be one of"],
    ["a trial at the end of the period", { when: "period_end", trialEnd: "now" }, "trialEnd cannot be"],
    [
      "a proration at the end of the period",
      { when: "period_end", quantity: 2, proration: "none" },
      "proration cannot be",
    ],
    ["nothing to schedule", { when: "period_end", scheduledChange: null }, "needs items, discounts"],
    [
      "metadata that waits for a payment",
      { metadata: {}, paymentBehavior: "pending_if_incomplete" },
      "metadata cannot wait",
    ],
    ["a scheduled change to set", { scheduledChange: {} }, "scheduledChange must be null"],
    ["an option that there is not", { quantity: 1, add_invoice_items: [] }, "add_invoice_items"],
  ])("refuses %s, and says so", async ([, options, words], { world }) => {
    await expect(
      world.service().forTenant("acme").updateSubscription("sub_1", options),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("cancelSubscription, before anything is sent", () => {
  it.for<[object, string]>([
    [{ when: "tomorrow" }, "when must be"],
    [{ feedback: "bored" }, "feedback must be one of"],
    [{ comment: "x".repeat(501) }, "comment must be"],
    [{ when: "now", prorate: "yes" }, "prorate must be"],
    [{ when: "now", invoiceNow: "yes" }, "invoiceNow must be"],
    [{ prorate: true }, 'with when: "now"'],
    [{ when: "period_end", invoiceNow: false }, 'with when: "now"'],
    [{ atPeriodEnd: true }, "atPeriodEnd"],
  ])("refuses %o before anything is sent, and says %s", async ([options, words], { world }) => {
    await expect(
      world.service().forTenant("acme").cancelSubscription("sub_1", options),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("pauseSubscription, before anything is sent", () => {
  const NEXT_WEEK = new Date(Date.now() + 7 * 86_400_000);

  it.for<[object, string]>([
    [{ pause: "everything" }, "pause must be"],
    [{ invoices: "burn" }, "invoices must be one of"],
    [{ until: "tomorrow" }, "until must be"],
    [{ pause: "subscription", settle: "never" }, "settle must be one of"],
    [{ pause: "subscription", until: NEXT_WEEK }, 'with pause: "collection"'],
    [{ pause: "subscription", invoices: "void" }, 'with pause: "collection"'],
    [{ settle: "invoice" }, 'with pause: "subscription"'],
    [{ behavior: "void" }, "behavior"],
  ])("refuses %o before anything is sent, and says %s", async ([options, words], { world }) => {
    await expect(world.service().forTenant("acme").pauseSubscription("sub_1", options)).rejects.toMatchObject(
      {
        code: "invalid_argument",
        message: expect.stringContaining(words),
      },
    );
    expect(world.takeRequests()).toEqual([]);
  });
});
