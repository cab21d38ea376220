import Stripe from "stripe";
import { describe, expect } from "vitest";
import { itWithTenants as it } from "../in-world.js";

describe("a price with tiers, and metadata of the application's", () => {
  it("shows both in lists, in a product and once it is archived, without a further request", async ({
    world,
    acme,
    billing,
  }) => {
    const { id } = await world.stripe.prices.create({
      product: acme.productId,
      currency: "usd",
      recurring: { interval: "month" },
      billing_scheme: "tiered",
      tiers_mode: "volume",
      tiers: [
        { up_to: 10, unit_amount: 500 },
        { up_to: "inf", unit_amount_decimal: Stripe.Decimal.from("0.5") },
      ],
      metadata: { tenantId: "acme", plan: "seats" },
    });
    world.takeRequests();
    const bound = billing.forTenant("acme");
    const tiered = {
      id,
      unitAmount: null,
      tiersMode: "volume",
      tiers: [
        { upTo: 10, unitAmount: 500, unitAmountDecimal: "500", flatAmount: null, flatAmountDecimal: null },
        { upTo: null, unitAmount: null, unitAmountDecimal: "0.5", flatAmount: null, flatAmountDecimal: null },
      ],
      metadata: { plan: "seats" },
    };

    const { data } = await bound.listTenantProducts();
    expect(data[0]?.prices.find((price) => price.id === id)).toMatchObject(tiered);
    expect(world.takeRequests()).toHaveLength(2);
    const product = await bound.getProduct(acme.productId);
    expect(product.prices.find((price) => price.id === id)).toMatchObject(tiered);
    expect(product.prices.find((price) => price.id === acme.priceId)?.tiers).toBeNull();
    expect(await bound.archivePrice(id)).toMatchObject({ ...tiered, active: false });
    expect(await bound.archivePrice(id)).toMatchObject({ ...tiered, active: false });
  });

  it("shows them as a product's default", async ({ world, acme, billing }) => {
    const { id } = await world.stripe.prices.create({
      product: acme.productId,
      currency: "usd",
      billing_scheme: "tiered",
      tiers_mode: "graduated",
      tiers: [{ up_to: "inf", flat_amount: 900 }],
    });
    const bound = billing.forTenant("acme");
    const { defaultPrice } = await bound.setDefaultPrice(id);
    expect(defaultPrice?.tiers).toMatchObject([{ upTo: null, flatAmount: 900 }]);
    expect((await bound.setDefaultPrice(id)).defaultPrice?.tiers).toHaveLength(1);
    const updated = await bound.updateProduct(acme.productId, { unitLabel: "seat" });
    expect(updated.defaultPrice?.tiers).toHaveLength(1);
  });
});
