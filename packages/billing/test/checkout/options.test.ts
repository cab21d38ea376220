import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

type Options = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;

describe("createCheckoutSession refuses", () => {
  const ONE = { priceId: "price_1" } as const;

  it.for<[string, Options, string]>([
    ["nothing to sell", {}, "priceId"],
    ["a price and items", { priceId: "price_1", items: [{ priceId: "price_1" }] }, "items"],
    ["no items", { items: [] }, "items must be"],
    [
      "twenty-one items",
      { items: Array.from({ length: 21 }, (_, at) => ({ priceId: `price_${at}` })) },
      "items must be",
    ],
    ["items that are none", { items: ["price_1"] }, "items must be"],
    ["a quantity beside items", { items: [{ priceId: "price_1" }], quantity: 2 }, "quantity"],
    [
      "an adjustable quantity beside items",
      { items: [{ priceId: "price_1" }], adjustableQuantity: {} },
      "adjustableQuantity goes with priceId",
    ],
    ["an adjustable quantity that is none", { ...ONE, adjustableQuantity: true }, "adjustableQuantity"],
    [
      "an adjustable quantity below nothing",
      { ...ONE, adjustableQuantity: { minimum: -1 } },
      "adjustableQuantity.minimum",
    ],
    [
      "an adjustable quantity of parts",
      { ...ONE, adjustableQuantity: { minimum: 0.5 } },
      "adjustableQuantity.minimum",
    ],
    [
      "an adjustable quantity of a million",
      { ...ONE, adjustableQuantity: { maximum: 1_000_000 } },
      "adjustableQuantity.maximum",
    ],
    ["a price twice", { items: [{ priceId: "price_1" }, { priceId: "price_1" }] }, "price"],
    ["a quantity of none", { ...ONE, quantity: 0 }, "quantity"],
    ["an id that is no price's", { priceId: "plan_1" }, "priceId"],
    [
      "a trial in two ways",
      { ...ONE, trialDays: 3, trialEnd: new Date(Date.now() + 72 * HOUR_MS) },
      "trialDays or trialEnd",
    ],
    ["an end too soon", { ...ONE, expiresAt: new Date(Date.now() + 60_000) }, "expiresAt must be"],
    ["an end too late", { ...ONE, expiresAt: new Date(Date.now() + 25 * HOUR_MS) }, "expiresAt must be"],
    ["an end that is no date", { ...ONE, expiresAt: "tomorrow" }, "expiresAt must be"],
    [
      "a discount and codes",
      { ...ONE, discount: { couponId: "x" }, allowPromotionCodes: true },
      "discount or allowPromotionCodes",
    ],
    [
      "that codes are typed which may be another tenant's",
      { ...ONE, allowPromotionCodes: true },
      "Give a code of the tenant's as discount.",
    ],
    [
      "two discounts in one",
      { ...ONE, discount: { couponId: "x", promotionCodeId: "promo_1" } },
      "discount must be",
    ],
    ["a coupon that is a number", { ...ONE, discount: { couponId: 7 } }, "discount must be"],
    ["a promotion code that is a number", { ...ONE, discount: { promotionCodeId: 7 } }, "discount must be"],
    ["a coupon that is none", { ...ONE, discount: { couponId: "a b" } }, "discount must be"],
    [
      "a promotion code that is none",
      { ...ONE, discount: { promotionCodeId: "SPRING" } },
      "discount must be",
    ],
    ["a discount that is no object", { ...ONE, discount: "SPRING" }, "discount must be"],
    ...["order 1", "#1", "1#", "x".repeat(201), ""].map((clientReferenceId): [string, Options, string] => [
      `the reference "${clientReferenceId.slice(0, 8)}"`,
      { ...ONE, clientReferenceId },
      "clientReferenceId must be",
    ]),
    ...["English", "e", "en_GB", "en-", "en-G", "auto-1", "12", "xen-GB!"].map(
      (locale): [string, Options, string] => [`the locale "${locale}"`, { ...ONE, locale }, "locale must be"],
    ),
    ["a mode that is none", { ...ONE, mode: "donation" }, "mode must be"],
    ["a trial of a payment", { ...ONE, mode: "payment", trialDays: 3 }, "trialDays"],
    [
      "a payment's invoice that is neither",
      { ...ONE, mode: "payment", invoiceCreation: "no" },
      "invoiceCreation must be",
    ],
    ...(["allowSecond", "allowPromotionCodes", "managedPayments", "automaticTax"] as const).map(
      (name): [string, Options, string] => [
        `${name} that is neither`,
        { ...ONE, [name]: "no" },
        `${name} must be`,
      ],
    ),
    ["a card asked for before", { ...ONE, paymentMethodCollection: "never" }, "always, if_required"],
    ["a price to save a card with", { ...ONE, mode: "setup", currency: "usd" }, "priceId"],
    ["a setup without a currency", { mode: "setup" }, "currency must be"],
    ...["USD", "us", "usdc", "u$d"].map((currency): [string, Options, string] => [
      `a setup in ${currency}`,
      { mode: "setup", currency },
      "currency must be",
    ]),
  ])("%s, before anything is sent, and says so", async ([, options, words], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .createCheckoutSession({ customerId: "cus_1", ...options } as never),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
