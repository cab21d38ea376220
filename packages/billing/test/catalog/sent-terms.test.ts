import { describe, expect } from "vitest";
import type { CreatePriceOptions, CreateProductOptions, UpdateProductOptions } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import type { StripeWorld } from "../stripe-world.js";

/** What the last write sent. */
function sent({ local }: StripeWorld): object {
  const { expand: _, ...params } = local.requests.findLast(({ method }) => method === "POST")?.params ?? {};
  return params;
}

const LONG = {
  description: `two\n${"d".repeat(39_996)}`,
  features: Array.from({ length: 15 }, (_, at) => `${10 + at}${"f".repeat(78)}`),
  images: Array.from({ length: 8 }, (_, at) => `https://img.example/${at}`),
  unitLabel: "u".repeat(12),
  url: `http://${"a".repeat(2_000)}`,
};
const LONG_SENT = {
  description: LONG.description,
  marketing_features: LONG.features.map((name) => ({ name })),
  images: LONG.images,
  unit_label: LONG.unitLabel,
  url: LONG.url,
};
const CLEARED = { description: null, features: [], images: [], unitLabel: null, url: null };

describe("createProduct", () => {
  it.for<[string, Omit<CreateProductOptions, "name">, { readonly [param: string]: object | string }]>([
    ["nothing", {}, {}],
    ["details without a value", CLEARED, {}],
    ["details as long as may be", LONG, LONG_SENT],
    [
      "a free price",
      { price: { currency: "Usd", unitAmount: 0 } },
      { default_price_data: { currency: "usd", unit_amount: "0" } },
    ],
    [
      "a price of the longest amount and interval",
      {
        price: {
          currency: "usd",
          unitAmountDecimal: "123456789012.123456789012",
          recurring: { interval: "day", intervalCount: 1095 },
          taxBehavior: "unspecified",
        },
      },
      {
        default_price_data: {
          currency: "usd",
          unit_amount_decimal: "123456789012.123456789012",
          recurring: { interval: "day", interval_count: "1095" },
          tax_behavior: "unspecified",
        },
      },
    ],
    [
      "a price of the shortest",
      {
        price: {
          currency: "usd",
          unitAmountDecimal: "1",
          recurring: { interval: "year", intervalCount: 1 },
          taxBehavior: "inclusive",
        },
      },
      {
        default_price_data: {
          currency: "usd",
          unit_amount_decimal: "1",
          recurring: { interval: "year", interval_count: "1" },
          tax_behavior: "inclusive",
        },
      },
    ],
  ])(
    "sends %s as named, and nothing that would clear something",
    async ([, options, said], { world, billing }) => {
      const name = "n".repeat(250);
      await billing.createProduct({ name, ...options }).catch(() => undefined); // whatever is said of so long ones
      const metadata = { tenantId: "acme" };
      const { default_price_data: price, ...rest } = said;
      const priced = typeof price === "object" ? { default_price_data: { ...price, metadata } } : {};
      expect(sent(world)).toEqual({ name, metadata, ...rest, ...priced });
    },
  );
});

describe("updateProduct", () => {
  it.for<[string, UpdateProductOptions, object]>([
    ["the longest name", { name: "n".repeat(250) }, { name: "n".repeat(250) }],
    ["that it is on sale", { active: true }, { active: "true" }],
    ["metadata", { metadata: { a: "1" } }, { metadata: { a: "1" } }],
    [
      "details that are cleared",
      CLEARED,
      { description: "", marketing_features: "", images: "", unit_label: "", url: "" },
    ],
    ["details as long as may be", LONG, LONG_SENT],
  ])("sends %s, and nothing else", async ([, options, said], { world, acme, billing }) => {
    await billing.updateProduct(acme.productId, options).catch(() => undefined);
    expect(sent(world)).toEqual(said);
  });
});

describe("createPrice", () => {
  it.for<[string, Partial<CreatePriceOptions>, object]>([
    ["nothing more", {}, {}],
    ["the longest nickname", { nickname: "n".repeat(250) }, { nickname: "n".repeat(250) }],
    [
      "the longest lookup key",
      { lookupKey: `!${"~".repeat(99)}`, transferLookupKey: false },
      { lookup_key: `acme//!${"~".repeat(99)}` },
    ],
    [
      "a lookup key that is taken from another",
      { lookupKey: "k", transferLookupKey: true },
      { lookup_key: "acme//k", transfer_lookup_key: "true" },
    ],
  ])("sends %s", async ([, options, said], { world, acme, billing }) => {
    await billing.createPrice(acme.productId, { currency: "usd", unitAmount: 1, ...options });
    expect(sent(world)).toEqual({
      product: acme.productId,
      currency: "usd",
      unit_amount: "1",
      metadata: { tenantId: "acme" },
      ...said,
    });
  });

  it("takes a lookup key as long as there is room for beside the tenant's id", async ({ world }) => {
    const lookupKey = "k".repeat(100);
    for (const [length, isRoom] of [
      [98, true],
      [99, false],
    ] as const) {
      const tenantId = "t".repeat(length);
      const billing = world.service().forTenant(tenantId);
      const { id } = await billing.createProduct({ name: "Pro" });
      world.takeRequests();
      const created = billing.createPrice(id, { currency: "usd", unitAmount: 1, lookupKey });
      if (isRoom) await expect(created).resolves.toMatchObject({ lookupKey });
      else {
        await expect(created).rejects.toMatchObject({
          code: "invalid_argument",
          message: "lookupKey is too long: with the tenant's id it may have 198 characters.",
        });
        expect(world.takeRequests()).toEqual([]);
      }
    }
  });
});
