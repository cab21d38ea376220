import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/index.js";
import { isObjectId, type ObjectKind, parseObjectId } from "../../src/stripe/object-id.js";

/** One id of each kind, and of those that have older ones all of them. */
const IDS: readonly (readonly [ObjectKind, string])[] = [
  ["customer", "cus_1"],
  ["subscription", "sub_1"],
  ["subscription_item", "si_1"],
  ["product", "prod_1"],
  ["price", "price_1"],
  ["promotion_code", "promo_1"],
  ["payment_method", "pm_1"],
  ["payment_method", "card_1"],
  ["payment_method", "src_1"],
  ["checkout_session", "cs_test_a1B2_c3"],
  ["invoice", "in_1"],
];

describe.each(IDS)("the id of a %s", (kind, id) => {
  it(`may be ${id}, and comes back as it is`, () => {
    expect(isObjectId(kind, id)).toBe(true);
    expect(parseObjectId(kind, id)).toBe(id);
  });

  it("is of no other kind", () => {
    for (const [other, otherId] of IDS) {
      expect([otherId, isObjectId(kind, otherId)]).toEqual([otherId, other === kind]);
    }
  });

  it("is the whole text, of its alphabet and size", () => {
    const longest = id.padEnd(255, "x");
    expect(isObjectId(kind, longest)).toBe(true);
    const prefix = id.slice(0, id.indexOf("_"));
    for (const wrong of [
      "",
      prefix,
      `${prefix}_`,
      `${longest}x`,
      ` ${id}`,
      `${id} `,
      `${id}\n`,
      `${id}/..`,
      `${id}?limit=1`,
      `x/${id}`,
      `1${id}`,
      id.toUpperCase(),
      `${id}é`,
      "..",
    ]) {
      expect([wrong, isObjectId(kind, wrong)]).toEqual([wrong, false]);
      expect(() => parseObjectId(kind, wrong)).toThrow(InvalidArgumentError);
    }
  });

  it("is a text and nothing that reads like one", () => {
    for (const value of [undefined, null, 7, [id], { toString: () => id }, Object(id)]) {
      expect(() => parseObjectId(kind, value)).toThrow(InvalidArgumentError);
    }
  });
});

it("names the argument and the form, never the value", () => {
  expect(() => parseObjectId("customer", "secret")).toThrow(
    'customerId must be the id of a Stripe customer, such as "cus_…".',
  );
  expect(() => parseObjectId("price", "secret", "items[0].priceId")).toThrow(
    'items[0].priceId must be the id of a Stripe price, such as "price_…".',
  );
});
