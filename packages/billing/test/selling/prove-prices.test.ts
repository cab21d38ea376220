import { describe, expect, it, vi } from "vitest";
import { collectProductIds, proveForSale } from "../../src/selling/prove-prices.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";

const product = { id: "prod_1", object: "product", active: true };
const read = (price: object, ids = ["price_1"]) =>
  proveForSale(partialScope({ price: async (id: string) => ({ id, active: true, product, ...price }) }), ids);

describe("prices for sale", () => {
  it("are asked for once each, and known by their ids", async () => {
    const price = vi.fn(async (id: string) => ({
      id,
      active: true,
      product: { ...product, id: `prod_of_${id}` },
    }));
    const prices = await proveForSale(partialScope({ price }), ["price_1", "price_2", "price_1"]);

    expect(price.mock.calls.flat()).toEqual(["price_1", "price_2"]);
    expect([...prices.keys()]).toEqual(["price_1", "price_2"]);
    expect(prices.get("price_2")).toMatchObject({ id: "price_2" });
    expect([...collectProductIds(prices)]).toEqual(["prod_of_price_1", "prod_of_price_2"]);
  });

  it.each([
    ["an archived price", { active: false }],
    ["an archived product's price", { product: { ...product, active: false } }],
    ["a deleted product's price", { product: { ...product, deleted: true } }],
    ["a price whose product nobody looked at", { product: "prod_1" }],
  ])("are not %s", async (_, price) => {
    await expect(read(price)).rejects.toMatchObject({
      code: "conflict",
      message: "A price or its product is archived, so it cannot be sold any more.",
    });
  });

  it("name their products, expanded or not", () => {
    const prices = [product, "prod_2"].map((of, at) => [`price_${at}`, { product: of }]);
    expect([...collectProductIds(new Map(prices as never))]).toEqual(["prod_1", "prod_2"]);
  });
});
