import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/index.js";
import { isObjectId, type ObjectKind, parseObjectId } from "../../src/stripe/object-id.js";

/** One id of each kind, and of those that have older ones all of them. */
const IDS: readonly (readonly [ObjectKind, string])[] = [
  ["customer", "cus_1"],
  ["subscription", "sub_1"],
  ["subscription_item", "si_1"],
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

describe("the id of a product", () => {
  it.each(["prod_1", "gold", "gold-monthly", "GOLD_2027", "2027", "price_1", "x".repeat(255)])(
    "may be %s, since its maker may choose it",
    (id) => expect(parseObjectId("product", id)).toBe(id),
  );

  it.each([
    "",
    "search",
    "x".repeat(256),
    "..",
    "gold/../customers",
    "gold?limit=1",
    "gold monthly",
    "gold\n",
    "gold.monthly",
    "goldé",
    "%2e%2e",
  ])("is never %j, which has another meaning in a path", (id) => {
    expect(() => parseObjectId("product", id)).toThrow(
      "productId must be the id of a Stripe product: 1 to 255 letters, digits, _ and -.",
    );
  });

  it.each([undefined, null, 7, ["gold"], { toString: () => "gold" }, Object("gold")])(
    "is never %j",
    (value) => {
      expect(() => parseObjectId("product", value)).toThrow(InvalidArgumentError);
    },
  );
});

it("is nothing that cannot be looked at", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  expect(() => parseObjectId("customer", revoked.proxy)).toThrow(
    new InvalidArgumentError('customerId must be the id of a Stripe customer, such as "cus_…".'),
  );
});

it("names the argument and the form, never the value", () => {
  expect(() => parseObjectId("customer", "secret")).toThrow(
    'customerId must be the id of a Stripe customer, such as "cus_…".',
  );
  expect(() => parseObjectId("price", "secret", "items[0].priceId")).toThrow(
    'items[0].priceId must be the id of a Stripe price, such as "price_…".',
  );
});
