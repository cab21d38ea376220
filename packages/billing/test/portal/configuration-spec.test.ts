import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

const BRAND = { features: { invoiceHistory: true } };

describe("a portal configuration as code", () => {
  const update = (changes: object) => ({
    features: {
      paymentMethodUpdate: true,
      subscriptionUpdate: {
        allowedUpdates: ["price"],
        products: [{ productId: "prod_1", priceIds: ["price_1"] }],
        ...changes,
      },
    },
  });
  const pause = (...intervals: unknown[]) => ({ features: { subscriptionPause: { intervals } } });
  const offered = (changes: object) =>
    update({ products: [{ productId: "prod_1", priceIds: ["price_1"], ...changes }] });

  it.for<[string, unknown, string]>([
    ["nothing", undefined, "must be an object"],
    ["a text", "spec", "must be an object"],
    ["no features", {}, "features must be an object"],
    ["an unknown key", { ...BRAND, metadata: { tenantId: "globex" } }, "metadata"],
    ["an unknown feature", { features: { subscriptionDelete: true } }, "subscriptionDelete"],
    [
      "a feature that is neither on nor off",
      { features: { invoiceHistory: "on" } },
      "invoiceHistory must be",
    ],
    [
      "cards that are neither on nor off",
      { features: { paymentMethodUpdate: 1 } },
      "paymentMethodUpdate must be",
    ],
    ["a login page that is neither on nor off", { ...BRAND, loginPage: "on" }, "loginPage must be"],
    ["no name", { ...BRAND, name: "" }, "name must be"],
    ["a long name", { ...BRAND, name: "x".repeat(257) }, "name must be"],
    ["no headline", { ...BRAND, headline: "" }, "headline must be"],
    ["a long headline", { ...BRAND, headline: "x".repeat(61) }, "headline must be"],
    [
      "details that are no object",
      { features: { customerUpdate: true } },
      "customerUpdate must be an object",
    ],
    [
      "an unknown detail",
      { features: { customerUpdate: { allowedUpdates: ["password"] } } },
      "Each of customerUpdate.allowedUpdates must be address or email or",
    ],
    [
      "no detail",
      { features: { customerUpdate: { allowedUpdates: [] } } },
      "customerUpdate.allowedUpdates must be a list that is not empty",
    ],
    [
      "a cancellation that is no object",
      { features: { subscriptionCancel: true } },
      "subscriptionCancel must be",
    ],
    ["an unknown way to end", { features: { subscriptionCancel: { mode: "later" } } }, "mode must be"],
    [
      "an unknown reason",
      { features: { subscriptionCancel: { reasons: ["bored"] } } },
      "Each of reasons must be",
    ],
    ["a pause that is no object", { features: { subscriptionPause: true } }, "subscriptionPause must be"],
    ["no pause", pause(), "intervals must be a list"],
    ["a pause that has no length", pause("month"), "Each of intervals must be"],
    ["a pause of an unknown length", pause({ interval: "decade" }), "interval must be day or week"],
    ["a pause of no time", pause({ interval: "day", count: 0 }), "count must be a whole number, at least 1"],
    ["a pause of half a day", pause({ interval: "day", count: 0.5 }), "count must be a whole number"],
    ...Object.entries({ day: 1096, week: 157, month: 37, year: 4 }).map(
      ([interval, count]): [string, unknown, string] => [
        `a pause of ${count} ${interval}s`,
        pause({ interval: "day" }, { interval, count }),
        "three years at most",
      ],
    ),
    [
      "plan changes that are no object",
      { features: { subscriptionUpdate: true } },
      "subscriptionUpdate must be",
    ],
    [
      "an unknown change of plan",
      update({ allowedUpdates: ["tax"] }),
      "Each of subscriptionUpdate.allowedUpdates must be price or quantity or promotion_code",
    ],
    [
      "more pauses than anybody reads",
      pause(...Array.from({ length: 101 }, () => ({ interval: "day" }))),
      "intervals must be a list",
    ],
    [
      "twenty-one prices of a product",
      offered({ priceIds: Array.from({ length: 21 }, (_, at) => `price_${at}`) }),
      "priceIds must be a list of 1 to 20",
    ],
    ["a price that is a number", offered({ priceIds: [7] }), "each price by its Stripe id"],
    [
      "typed codes, which may be another tenant's",
      update({ allowedUpdates: ["promotion_code"] }),
      "promotion_code among allowedUpdates lets customers type any code of the account, another tenant's as well. Leave it out.",
    ],
    ["no products", update({ products: [] }), "products must be a list that is not empty"],
    ["a product that is none", update({ products: ["prod_1"] }), "Each of products must be"],
    ["a product of no form", offered({ productId: "a product" }), "each product by its Stripe id"],
    ["a price of no form", offered({ priceIds: ["prod_1"] }), "each price by its Stripe id"],
    ["no prices", offered({ priceIds: [] }), "priceIds must be a list of 1 to 20"],
    ["quantities that are no object", offered({ quantity: 3 }), "quantity must be an object"],
    [
      "less than no quantity",
      offered({ quantity: { minimum: -1 } }),
      "minimum must be a whole number, at least 0",
    ],
    ["a most of none", offered({ quantity: { maximum: 0 } }), "maximum must be a whole number, at least 1"],
    ["a least above the most", offered({ quantity: { minimum: 2, maximum: 1 } }), "must not exceed"],
    ["an unknown proration", update({ prorationBehavior: "all" }), "prorationBehavior must be none or"],
    [
      "an unknown schedule",
      update({ scheduleAtPeriodEnd: ["never"] }),
      "Each of scheduleAtPeriodEnd must be",
    ],
    ["an unknown end of trials", update({ trialUpdateBehavior: "keep" }), "trialUpdateBehavior must be"],
    ["an unknown anchor", update({ billingCycleAnchor: "later" }), "billingCycleAnchor must be"],
    [
      "a proration of what ends with its period",
      { features: { subscriptionCancel: { prorationBehavior: "create_prorations" } } },
      'mode "immediately"',
    ],
    [
      "an invoice for what is canceled",
      { features: { subscriptionCancel: { mode: "immediately", prorationBehavior: "always_invoice" } } },
      "prorationBehavior must be none or create_prorations",
    ],
    ["a number for a link", { ...BRAND, privacyPolicyUrl: 7 }, "must be strings"],
    ["a script for a link", { ...BRAND, privacyPolicyUrl: "javascript:alert(1)" }, "privacyPolicyUrl"],
    ["http for a link", { ...BRAND, termsOfServiceUrl: "http://example.com" }, "termsOfServiceUrl"],
    ["a foreign return URL", { ...BRAND, returnUrl: "https://evil.example/" }, "allowedReturnOrigins"],
  ])(
    "refuses a specification with %s before anything is sent, and says so",
    async ([, spec, words], { world }) => {
      await expect(
        world
          .service()
          .forTenant("acme")
          .ensurePortalConfiguration(spec as never),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/^(invalid_argument|return_url_not_allowed)$/),
        message: expect.stringContaining(words),
      });
      expect(world.takeRequests()).toEqual([]);
    },
  );
});
