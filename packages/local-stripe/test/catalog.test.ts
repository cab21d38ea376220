import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { ask, idOf, monthly, refusal } from "./support/local.js";

describe("products", () => {
  it("makes the first price of a product together with it", async ({ stripe }) => {
    const product = await stripe.products.create({
      name: "Gold",
      default_price_data: { currency: "USD", unit_amount: 2000, recurring: { interval: "month" } },
      expand: ["default_price"],
    });
    expect(product.default_price).toMatchObject({
      object: "price",
      currency: "usd",
      unit_amount: 2000,
      type: "recurring",
      product: product.id,
    });
  });

  it("takes an id of the caller's choice, of letters, digits, _ and -", async ({ stripe }) => {
    expect((await stripe.products.create({ id: "gold-2_B", name: "Gold" })).id).toBe("gold-2_B");
    for (const id of ["gold monthly", "gold.monthly", "gold/1"]) {
      const error = await refusal(stripe.products.create({ id, name: "Gold" }));
      expect(error).toMatchObject({ statusCode: 400, param: "id" });
    }
    const twice = await refusal(stripe.products.create({ id: "gold-2_B", name: "Gold" }));
    expect(twice.code).toBe("resource_already_exists");
  });

  it("leaves nothing behind when the first price is refused", async ({ stripe }) => {
    const error = await refusal(
      stripe.products.create({ name: "Gold", default_price_data: { currency: "usd" } }),
    );
    expect(error).toMatchObject({ code: "parameter_missing", param: "default_price_data[unit_amount]" });
    expect((await stripe.products.list()).data).toEqual([]);
    expect((await stripe.events.list()).data).toEqual([]);
  });

  it("lists by activity and by ids, and refuses ids with a cursor", async ({ stripe }) => {
    const one = await stripe.products.create({ name: "One" });
    const two = await stripe.products.create({ name: "Two", active: false });
    expect((await stripe.products.list({ active: true })).data.map((p) => p.id)).toEqual([one.id]);
    expect((await stripe.products.list({ ids: [two.id] })).data.map((p) => p.id)).toEqual([two.id]);
    const error = await refusal(stripe.products.list({ ids: [two.id], starting_after: one.id }));
    expect(error.param).toBe("ids");
  });

  it("merges metadata and clears fields on update", async ({ stripe }) => {
    const product = await stripe.products.create({
      name: "Gold",
      description: "shiny",
      metadata: { a: "1", b: "2" },
    });
    const updated = await stripe.products.update(product.id, {
      description: "",
      metadata: { a: "", c: "3" },
    });
    expect(updated).toMatchObject({ description: null, metadata: { b: "2", c: "3" } });
    expect((await stripe.products.update(product.id, { metadata: "" })).metadata).toEqual({});
  });

  it("deletes a product only while it has no price", async ({ stripe }) => {
    const price = await monthly(stripe);
    const error = await refusal(stripe.products.del(idOf(price.product)));
    expect(error.message).toContain("cannot be deleted");
    const free = await stripe.products.create({ name: "Free" });
    expect(await stripe.products.del(free.id)).toMatchObject({ id: free.id, deleted: true });
    expect((await refusal(stripe.products.retrieve(free.id))).statusCode).toBe(404);
  });

  it("takes only an active price of its own as its default", async ({ stripe }) => {
    const price = await monthly(stripe);
    const other = await monthly(stripe, 100, "Silver");
    const product = idOf(price.product);
    expect((await refusal(stripe.products.update(product, { default_price: other.id }))).param).toBe(
      "default_price",
    );
    const updated = await stripe.products.update(product, { default_price: price.id });
    expect(updated.default_price).toBe(price.id);
  });
});

describe("prices", () => {
  it("moves a lookup key only when asked to", async ({ stripe }) => {
    const { product } = await monthly(stripe);
    const fields = { product: idOf(product), currency: "usd", recurring: { interval: "month" as const } };
    const first = await stripe.prices.create({ ...fields, unit_amount: 1, lookup_key: "gold" });
    const error = await refusal(stripe.prices.create({ ...fields, unit_amount: 2, lookup_key: "gold" }));
    expect(error.code).toBe("resource_already_exists");
    const second = await stripe.prices.create({
      ...fields,
      unit_amount: 2,
      lookup_key: "gold",
      transfer_lookup_key: true,
    });
    expect((await stripe.prices.list({ lookup_keys: ["gold", "other"] })).data.map((p) => p.id)).toEqual([
      second.id,
    ]);
    expect((await stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
  });

  it("lists active prices unless asked for the others", async ({ stripe }) => {
    const price = await monthly(stripe);
    await stripe.prices.update(price.id, { active: false });
    expect((await stripe.prices.list({ product: idOf(price.product) })).data).toEqual([]);
    const archived = await stripe.prices.list({ product: idOf(price.product), active: false });
    expect(archived.data.map((p) => p.id)).toEqual([price.id]);
  });

  it("does not archive the default price of a product", async ({ stripe }) => {
    const price = await monthly(stripe);
    await stripe.products.update(idOf(price.product), { default_price: price.id });
    expect((await refusal(stripe.prices.update(price.id, { active: false }))).param).toBe("active");
  });

  it("refuses to change what a price never changes", async ({ local, stripe }) => {
    const price = await monthly(stripe);
    const answer = await ask(local, "POST", `/v1/prices/${price.id}`, { body: "unit_amount=1" });
    expect(answer.body).toMatchObject({
      error: {
        code: "parameter_unknown",
        message: "Received unknown parameter: unit_amount",
        param: "unit_amount",
      },
    });
  });

  it("keeps a decimal amount as the text it was", async ({ local, stripe }) => {
    const { product } = await monthly(stripe);
    const answer = await ask(local, "POST", "/v1/prices", {
      body: `product=${idOf(product)}&currency=usd&unit_amount_decimal=0.05`,
    });
    expect(answer.body).toMatchObject({ unit_amount: null, unit_amount_decimal: "0.05", type: "one_time" });
  });
});
