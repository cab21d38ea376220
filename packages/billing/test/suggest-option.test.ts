import { describe, expect, it } from "vitest";
import { StripeBillingService } from "../src/index.js";
import { suggestOption } from "../src/suggest-option.js";

describe("the option that an unknown name stands for", () => {
  it.each([
    ["return_url", ["locale", "returnUrl"], "returnUrl"],
    ["customer", ["customerId", "currency"], "customerId"],
    ["price", ["priceId", "items"], "priceId"],
    ["line_items", ["priceId", "items"], "items"],
    ["ref", ["email", "reference"], "reference"],
    ["retrunUrl", ["locale", "returnUrl"], "returnUrl"],
    ["returnUr1", ["locale", "returnUrl"], "returnUrl"],
    ["curency", ["customerId", "currency"], "currency"],
    ["currrency", ["customerId", "currency"], "currency"],
    ["crurecny", ["customerId", "currency"], undefined],
    ["x", ["expiresAt"], undefined],
    ["tp", ["to"], undefined],
    ["stripeAccount", ["returnUrl"], undefined],
  ])("of %s among %j is %s", (name, known, meant) => {
    expect(suggestOption(name, known)).toBe(meant);
  });
});

describe("an option in Stripe's spelling", () => {
  const acme = new StripeBillingService({ secretKey: "sk_test_12345678", tenantId: "acme" });

  it("is refused by a message that names the option meant, at any depth", async () => {
    const checkout: object = { customer: "cus_1", success_url: "/x", priceId: "price_1" };
    await expect(acme.createCheckoutSession(checkout)).rejects.toThrow(
      "Unknown option: customer (did you mean customerId?), success_url (did you mean successUrl?).",
    );
    const features: object = { subscription_cancel: {} };
    await expect(acme.ensurePortalConfiguration({ features })).rejects.toThrow(
      "Unknown option: features.subscription_cancel (did you mean subscriptionCancel?).",
    );
    expect(
      () => new StripeBillingService({ secretKey: "sk_test_12345678", portal: { ...checkout } }),
    ).toThrow("Unknown option: portal.customer, portal.success_url, portal.priceId.");
    const portal: object = { return_url: "https://app.example.com" };
    expect(() => new StripeBillingService({ secretKey: "sk_test_12345678", portal })).toThrow(
      "Unknown option: portal.return_url (did you mean returnUrl?).",
    );
  });
});
