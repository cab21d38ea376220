import { expect } from "vitest";
import type { OptionRow } from "./option-row.js";

const DETAILS = {
  description: "Everything",
  images: ["https://app.example.com/pro.png"],
  features: ["Single sign-on", "Audit log"],
  unitLabel: "seat",
  url: "https://app.example.com/pro",
  metadata: { tier: "pro" },
} as const;

const AS_STRIPE_HAS_IT = {
  description: "Everything",
  images: ["https://app.example.com/pro.png"],
  marketing_features: [{ name: "Single sign-on" }, { name: "Audit log" }],
  unit_label: "seat",
  url: "https://app.example.com/pro",
  metadata: { tier: "pro" },
};

const QUARTERLY = { interval: "month", intervalCount: 3 } as const;

export const CATALOG_ROWS: readonly OptionRow[] = [
  {
    method: "listTenantProducts",
    shows: "lists those on sale, those archived or all, as many as asked for, after a cursor",
    run: async ({ billing, own }) => {
      const other = await billing.createProduct({ name: "Other" });
      await billing.archiveProduct(other.id);
      const idsOf = async (options: { active: boolean | "all"; limit?: number; after?: string }) =>
        (await billing.listTenantProducts(options)).data.map(({ id }) => id);
      expect(await idsOf({ active: true })).toEqual([own.productId]);
      expect(await idsOf({ active: false })).toEqual([other.id]);
      expect((await idsOf({ active: "all" })).sort()).toEqual([own.productId, other.id].sort());
      const { data, nextCursor } = await billing.listTenantProducts({ active: "all", limit: 1 });
      const rest = await idsOf({ active: "all", limit: 1, after: nextCursor ?? "" });
      expect([...data.map(({ id }) => id), ...rest].sort()).toEqual([own.productId, other.id].sort());
    },
  },
  {
    method: "getProduct",
    shows: "reads the product",
    run: async ({ billing, own }) => {
      expect((await billing.getProduct(own.productId, {})).id).toBe(own.productId);
    },
  },
  {
    method: "createProduct",
    shows: "makes it with every detail, and with a first price",
    run: async ({ billing, stripe }) => {
      const price = {
        unitAmount: 900,
        currency: "eur",
        recurring: QUARTERLY,
        taxBehavior: "inclusive",
      } as const;
      const { id } = await billing.createProduct({ name: "Pro", price, ...DETAILS, idempotencyKey: "k" });
      expect(await stripe.products.retrieve(id, { expand: ["default_price"] })).toMatchObject({
        name: "Pro",
        ...AS_STRIPE_HAS_IT,
        default_price: {
          unit_amount: 900,
          currency: "eur",
          recurring: { interval: "month", interval_count: 3 },
          tax_behavior: "inclusive",
        },
      });
    },
  },
  {
    method: "createProduct",
    shows: "makes it with a first price in parts of a cent",
    run: async ({ billing }) => {
      const price = { unitAmountDecimal: "0.05", currency: "usd" } as const;
      const { defaultPrice } = await billing.createProduct({ name: "Tokens", price });
      expect(defaultPrice).toMatchObject({ unitAmountDecimal: "0.05", recurring: null });
    },
  },
  {
    method: "updateProduct",
    shows: "changes every detail, and takes it off sale",
    run: async ({ billing, own, stripe }) => {
      const options = { name: "Pro 2", active: false, ...DETAILS, idempotencyKey: "k" };
      await billing.updateProduct(own.productId, options);
      const found = await stripe.products.retrieve(own.productId);
      expect(found).toMatchObject({ name: "Pro 2", active: false, ...AS_STRIPE_HAS_IT });
    },
  },
  {
    method: "archiveProduct",
    shows: "takes it off sale",
    run: async ({ billing, own, stripe }) => {
      await billing.archiveProduct(own.productId, { idempotencyKey: "k" });
      expect(await stripe.products.retrieve(own.productId)).toMatchObject({ active: false });
    },
  },
  {
    method: "createPrice",
    shows: "makes it with every term, and takes a lookup key over",
    run: async ({ billing, own, stripe }) => {
      const older = await billing.createPrice(own.productId, {
        unitAmountDecimal: "0.5",
        currency: "usd",
        lookupKey: "pro",
      });
      const { id } = await billing.createPrice(own.productId, {
        unitAmount: 900,
        currency: "eur",
        recurring: QUARTERLY,
        taxBehavior: "exclusive",
        nickname: "spring",
        lookupKey: "pro",
        transferLookupKey: true,
        idempotencyKey: "k",
      });
      expect(await stripe.prices.retrieve(id)).toMatchObject({
        unit_amount: 900,
        currency: "eur",
        recurring: { interval: "month", interval_count: 3 },
        tax_behavior: "exclusive",
        nickname: "spring",
        lookup_key: expect.stringMatching(/pro$/),
      });
      expect(await stripe.prices.retrieve(older.id)).toMatchObject({ lookup_key: null });
    },
  },
  {
    method: "replacePrice",
    shows: "makes another with every term, and archives the old one",
    run: async ({ billing, own, stripe }) => {
      const { id } = await billing.replacePrice(own.priceId, {
        unitAmount: 5900,
        currency: "eur",
        recurring: QUARTERLY,
        taxBehavior: "inclusive",
        nickname: "autumn",
        idempotencyKey: "k",
      });
      expect(await stripe.prices.retrieve(id)).toMatchObject({
        unit_amount: 5900,
        currency: "eur",
        recurring: { interval: "month", interval_count: 3 },
        tax_behavior: "inclusive",
        nickname: "autumn",
      });
      expect(await stripe.prices.retrieve(own.priceId)).toMatchObject({ active: false });
    },
  },
  {
    method: "replacePrice",
    shows: "takes an amount in parts of a cent",
    run: async ({ billing, own }) => {
      const price = await billing.replacePrice(own.otherPriceId, { unitAmountDecimal: "99.5" });
      expect(price).toMatchObject({ unitAmountDecimal: "99.5", recurring: { interval: "year" } });
    },
  },
  {
    method: "archivePrice",
    shows: "takes it off sale",
    run: async ({ billing, own, stripe }) => {
      await billing.archivePrice(own.otherPriceId, { idempotencyKey: "k" });
      expect(await stripe.prices.retrieve(own.otherPriceId)).toMatchObject({ active: false });
    },
  },
  {
    method: "setDefaultPrice",
    shows: "makes it its product's default",
    run: async ({ billing, own, stripe }) => {
      await billing.setDefaultPrice(own.otherPriceId, { idempotencyKey: "k" });
      expect(await stripe.products.retrieve(own.productId)).toMatchObject({
        default_price: own.otherPriceId,
      });
    },
  },
];
