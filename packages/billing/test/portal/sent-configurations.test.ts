import { describe, expect } from "vitest";
import type { PortalConfigurationSpec, PortalFeatures } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import type { StripeWorld } from "../stripe-world.js";

const OFF = {
  invoice_history: { enabled: "false" },
  payment_method_update: { enabled: "false" },
  customer_update: { enabled: "false" },
  subscription_cancel: { enabled: "false" },
  subscription_update: { enabled: "false" },
};

/** What went to Stripe for the last configuration. */
function sent({ local }: StripeWorld): Readonly<Record<string, unknown>> | undefined {
  const path = "/v1/billing_portal/configurations";
  return local.requests.findLast((request) => request.method === "POST" && request.path === path)?.params;
}

describe("a portal configuration is sent", () => {
  it("with everything off that it does not name, and nothing else", async ({ world, billing }) => {
    await billing.ensurePortalConfiguration({ features: {} });
    expect(sent(world)).toEqual({
      features: OFF,
      login_page: { enabled: "false" },
      metadata: { tenantId: "*", billingSpec: expect.stringMatching(/^[\da-f]{64}$/) },
    });
  });

  it.for<[PortalFeatures, object]>([
    [{ invoiceHistory: true }, { invoice_history: { enabled: "true" } }],
    [{ paymentMethodUpdate: true }, { payment_method_update: { enabled: "true" } }],
    [
      { customerUpdate: { allowedUpdates: ["tax_id", "shipping", "phone", "name", "email", "address"] } },
      {
        customer_update: {
          enabled: "true",
          allowed_updates: ["address", "email", "name", "phone", "shipping", "tax_id"],
        },
      },
    ],
    [
      { subscriptionCancel: {} },
      {
        subscription_cancel: {
          enabled: "true",
          mode: "at_period_end",
          proration_behavior: "none",
          cancellation_reason: { enabled: "false", options: "" },
        },
      },
    ],
    [
      { subscriptionCancel: { mode: "at_period_end", prorationBehavior: "none", reasons: ["unused"] } },
      {
        subscription_cancel: {
          enabled: "true",
          mode: "at_period_end",
          proration_behavior: "none",
          cancellation_reason: { enabled: "true", options: ["unused"] },
        },
      },
    ],
    [
      { subscriptionPause: {} },
      { subscription_pause: { enabled: "true", duration: { type: "indefinite" } } },
    ],
    [
      {
        subscriptionPause: {
          intervals: [
            { interval: "day", count: 1095 },
            { interval: "week", count: 156 },
            { interval: "month", count: 36 },
            { interval: "year", count: 3 },
          ],
        },
      },
      {
        subscription_pause: {
          enabled: "true",
          duration: {
            type: "interval_options",
            interval_options: [
              { interval: "day", interval_count: "1095" },
              { interval: "week", interval_count: "156" },
              { interval: "month", interval_count: "36" },
              { interval: "year", interval_count: "3" },
            ],
          },
        },
      },
    ],
  ])(
    "as Stripe calls it, with the defaults spelled out: %j",
    async ([features, said], { world, billing }) => {
      await billing.ensurePortalConfiguration({ features });
      expect(sent(world)?.["features"]).toEqual({ ...OFF, ...said });
    },
  );

  it("with plan changes as they are named, and prices in one order", async ({ world, acme, billing }) => {
    const { productId, priceId, otherPriceId } = acme;
    const priceIds = [priceId, otherPriceId].sort();
    const offer = (changes: object = {}): PortalConfigurationSpec => ({
      features: {
        paymentMethodUpdate: true,
        subscriptionUpdate: {
          allowedUpdates: ["quantity", "price"],
          products: [{ productId, priceIds: priceIds.toReversed(), ...changes }],
        },
      },
    });
    const sentFor = async (spec: PortalConfigurationSpec) => {
      await billing.ensurePortalConfiguration(spec);
      return Object(sent(world)?.["features"]).subscription_update;
    };
    const plain = {
      enabled: "true",
      default_allowed_updates: ["price", "quantity"],
      products: [{ product: productId, prices: priceIds }],
      proration_behavior: "none",
      trial_update_behavior: "end_trial",
      billing_cycle_anchor: "unchanged",
    };
    expect(await sentFor(offer())).toEqual(plain);
    for (const [quantity, adjustable] of [
      [{}, { enabled: "true" }],
      [
        { minimum: 2, maximum: 2 },
        { enabled: "true", minimum: "2", maximum: "2" },
      ],
      [{ minimum: 0 }, { enabled: "true", minimum: "0" }],
      [{ maximum: 1 }, { enabled: "true", maximum: "1" }],
    ] as const) {
      expect(await sentFor(offer({ quantity }))).toEqual({
        ...plain,
        products: [{ product: productId, prices: priceIds, adjustable_quantity: adjustable }],
      });
    }
  });

  it("with plan changes that wait for the end of the period", async ({ world, acme, billing }) => {
    const { productId, priceId } = acme;
    await billing.ensurePortalConfiguration({
      features: {
        paymentMethodUpdate: true,
        subscriptionUpdate: {
          allowedUpdates: ["price"],
          products: [{ productId, priceIds: [priceId] }],
          prorationBehavior: "create_prorations",
          scheduleAtPeriodEnd: ["shortening_interval", "decreasing_item_amount"],
          trialUpdateBehavior: "end_trial",
          billingCycleAnchor: "unchanged",
        },
      },
    });
    expect(Object(sent(world)?.["features"]).subscription_update).toMatchObject({
      proration_behavior: "create_prorations",
      schedule_at_period_end: {
        conditions: [{ type: "decreasing_item_amount" }, { type: "shortening_interval" }],
      },
    });
  });

  it("with the longest name and headline, and pages of the application's choice", async ({
    world,
    billing,
  }) => {
    const [name, headline] = ["n".repeat(256), "h".repeat(60)];
    await billing.ensurePortalConfiguration({ name, headline, loginPage: false, features: {} });
    expect(sent(world)).toMatchObject({ name, business_profile: { headline } });
    await billing.ensurePortalConfiguration({
      termsOfServiceUrl: "https://legal.example/terms",
      features: {},
    });
    expect(sent(world)?.["business_profile"]).toEqual({
      terms_of_service_url: "https://legal.example/terms",
    });
  });
});
