import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../support/it.js";
import { idOf, monthly, refusal } from "../support/local.js";

const RETURN_URL = "https://app.example.com/billing";

describe("a portal configuration", () => {
  it("keeps what was not named, and shows the products only when expanded", async ({ stripe }) => {
    const price = await monthly(stripe);
    const products = [{ product: idOf(price.product), prices: [price.id] }];
    const created = await stripe.billingPortal.configurations.create({
      features: {
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_update: { enabled: true, default_allowed_updates: ["price"], products },
      },
      metadata: { tenant: "acme" },
    });
    expect(created).toMatchObject({ active: true, is_default: false, metadata: { tenant: "acme" } });
    expect(created.features.subscription_update).not.toHaveProperty("products");
    await stripe.billingPortal.configurations.update(created.id, {
      features: { invoice_history: { enabled: false } },
      default_return_url: RETURN_URL,
    });
    const read = await stripe.billingPortal.configurations.retrieve(created.id, {
      expand: ["features.subscription_update.products"],
    });
    expect(read.default_return_url).toBe(RETURN_URL);
    expect(read.features).toMatchObject({
      invoice_history: { enabled: false },
      subscription_update: { enabled: true, products: [{ product: price.product, prices: [price.id] }] },
    });
  });

  it("prorates only cancellations that end at once, and pauses for three years at most", async ({
    stripe,
  }) => {
    const create = (features: Stripe.BillingPortal.ConfigurationCreateParams.Features) =>
      stripe.billingPortal.configurations.create({ features });
    const prorated = { enabled: true, proration_behavior: "create_prorations" as const };
    await create({ subscription_cancel: { ...prorated, mode: "immediately" } });
    for (const cancel of [prorated, { ...prorated, proration_behavior: "always_invoice" as const }]) {
      const error = await refusal(create({ subscription_cancel: cancel }));
      expect(error.param).toBe("features[subscription_cancel][proration_behavior]");
    }
    const pause = (interval_count: number) =>
      create({
        subscription_pause: {
          enabled: true,
          duration: { type: "interval_options", interval_options: [{ interval: "month", interval_count }] },
        },
      });
    await pause(36);
    expect((await refusal(pause(37))).param).toContain("interval_options");
  });

  it("says of each feature whether it is on, and what reasons there are, when it is made", async ({
    stripe,
  }) => {
    const create = (features: object) => stripe.billingPortal.configurations.create({ features });
    for (const [name, feature] of [
      ["customer_update", { allowed_updates: ["email"] }],
      ["subscription_cancel", { mode: "immediately" }],
      ["subscription_update", { proration_behavior: "none" }],
    ] as const) {
      expect(await refusal(create({ [name]: feature }))).toMatchObject({
        code: "parameter_missing",
        param: `features[${name}][enabled]`,
      });
    }
    const cancel = { enabled: true, cancellation_reason: { enabled: true } };
    expect((await refusal(create({ subscription_cancel: cancel }))).param).toBe(
      "features[subscription_cancel][cancellation_reason][options]",
    );
    const { id, features } = await create({ invoice_history: { enabled: true } });
    const changed = await stripe.billingPortal.configurations.update(id, {
      features: { customer_update: { allowed_updates: ["email"] } },
    });
    expect(changed.features).toEqual({
      ...features,
      customer_update: { enabled: false, allowed_updates: ["email"] },
    });
  });

  it("offers at most ten products", async ({ stripe }) => {
    const { product, id } = await monthly(stripe);
    const products = Array.from({ length: 11 }, () => ({ product: idOf(product), prices: [id] }));
    const error = await refusal(
      stripe.billingPortal.configurations.create({
        features: { subscription_update: { enabled: true, products } },
      }),
    );
    expect(error.param).toBe("features[subscription_update][products]");
  });

  it("is found by whether it is the default", async ({ stripe }) => {
    const own = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    expect((await stripe.billingPortal.configurations.list({ is_default: true })).data).toHaveLength(1);
    const others = await stripe.billingPortal.configurations.list({ is_default: false });
    expect(others.data.map((one) => one.id)).toEqual([own.id]);
  });
});
