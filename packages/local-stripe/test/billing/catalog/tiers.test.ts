import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../../support/it.js";
import { refusal } from "../../support/local.js";

const TIERED = {
  currency: "usd",
  product_data: { name: "Seats" },
  recurring: { interval: "month" },
  billing_scheme: "tiered",
  tiers_mode: "graduated",
  tiers: [
    { up_to: 10, unit_amount: 500 },
    { up_to: "inf", unit_amount: 100, flat_amount: 2_000 },
  ],
} satisfies Stripe.PriceCreateParams;

describe("a price with tiers", () => {
  it("shows them where they are expanded, and nowhere else", async ({ stripe }) => {
    const price = await stripe.prices.create(TIERED);
    expect(price).toMatchObject({ billing_scheme: "tiered", tiers_mode: "graduated", unit_amount: null });
    expect(price).not.toHaveProperty("tiers");
    const { tiers } = await stripe.prices.retrieve(price.id, { expand: ["tiers"] });
    expect(tiers).toMatchObject([
      { up_to: 10, unit_amount: 500, flat_amount: null },
      { up_to: null, unit_amount: 100, flat_amount: 2_000 },
    ]);
    const { data } = await stripe.prices.list({ expand: ["data.tiers"] });
    expect(data.map((one) => one.tiers?.length)).toEqual([2]);
  });

  it("is not sold yet, and says so", async ({ stripe }) => {
    const { id: price } = await stripe.prices.create(TIERED);
    const { id: customer } = await stripe.customers.create();
    const error = await refusal(stripe.subscriptions.create({ customer, items: [{ price }] }));
    expect(error).toMatchObject({ statusCode: 501, message: expect.stringContaining("tiers") });
  });

  it.for([
    [{ tiers_mode: undefined }, "tiers_mode"],
    [{ tiers: [] }, "tiers"],
    [{ unit_amount: 5 }, "unit_amount"],
    [{ tiers: [{ up_to: 10, unit_amount: 5 }] }, "tiers[0][up_to]"],
    [{ tiers: [{ up_to: "inf" }] }, "tiers[0]"],
    [
      {
        tiers: [
          { up_to: 10, unit_amount: 5 },
          { up_to: 5, unit_amount: 4 },
          { up_to: "inf", unit_amount: 3 },
        ],
      },
      "tiers[1][up_to]",
    ],
    [{ billing_scheme: undefined, unit_amount: 5 }, "tiers"],
  ] as const)("is refused with %j", async ([change, param], { stripe }) => {
    const error = await refusal(stripe.prices.create({ ...TIERED, ...change } as Stripe.PriceCreateParams));
    expect(error).toMatchObject({ statusCode: 400, param });
  });
});

it("shows no tiers of a price without them", async ({ stripe }) => {
  const { tiers: _, tiers_mode: __, billing_scheme: ___, ...plain } = TIERED;
  const { id } = await stripe.prices.create({ ...plain, unit_amount: 5 });
  expect(await stripe.prices.retrieve(id, { expand: ["tiers"] })).not.toHaveProperty("tiers");
});
