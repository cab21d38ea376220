import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toProduct } from "../../src/views/product.js";
import { everyKey, shaped } from "./stripe-shape.js";

const PRICE = { id: "price_1", product: "prod_1", unit_amount_decimal: null, recurring: null };

const PRO = {
  id: "prod_1",
  name: "Pro",
  description: "For teams",
  active: true,
  default_price: PRICE,
  images: ["https://acme.example/pro.png"],
  marketing_features: [{ name: "SSO" }, {}, { name: "Audit log" }],
  unit_label: "seat",
  url: "https://acme.example/pro",
  created: 1_700_000_000,
  updated: 1_700_000_001,
};

const FACTS = {
  shared: true,
  prices: [shaped<Stripe.Price>(PRICE)],
  metadata: { seats: 3 },
  metadataIssues: [],
  rawMetadata: { seats: "3" },
};

function view(fields: object = {}) {
  return toProduct<{ seats: number }>(shaped<Stripe.Product>({ ...PRO, ...fields }), FACTS, everyKey);
}

describe("a product's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "prod_1",
      name: "Pro",
      description: "For teams",
      active: true,
      shared: true,
      defaultPrice: expect.objectContaining({ id: "price_1" }),
      prices: [expect.objectContaining({ id: "price_1" })],
      images: ["https://acme.example/pro.png"],
      features: ["SSO", "Audit log"],
      unitLabel: "seat",
      url: "https://acme.example/pro",
      metadata: { seats: 3 },
      metadataIssues: [],
      rawMetadata: { seats: "3" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      updatedAt: new Date("2023-11-14T22:13:21Z"),
    });
  });

  it.each([[null], [undefined], ["price_1"]])("has no default price where the answer holds %s", (price) => {
    expect(view({ default_price: price }).defaultPrice).toBeNull();
  });

  it("has null for the unit that it lacks", () => {
    expect(view({ unit_label: undefined }).unitLabel).toBeNull();
  });

  it("is frozen to its depths", () => {
    const { prices, images, features } = view();
    expect([view(), prices, images, features].every(Object.isFrozen)).toBe(true);
  });
});
