import { describe, expect, it } from "vitest";
import { letsTypeCodes } from "../../src/tenancy/typed-codes.js";

describe("letting customers type promotion codes", () => {
  const allowing = (updates: unknown) => ({
    features: { subscription_update: { default_allowed_updates: updates } },
  });

  it.each([
    ["Checkout", { mode: "payment", allow_promotion_codes: true }],
    ["Checkout in another spelling", { allow_promotion_codes: "true" }],
    ["the portal", allowing(["price", "promotion_code"])],
    ["the portal in another spelling", allowing({ 0: "promotion_code" })],
  ])("is seen in %s", (_, params) => expect(letsTypeCodes(params)).toBe(true));

  it.each([
    ["nothing", {}],
    ["a session without", { mode: "payment", allow_promotion_codes: false }],
    ["a session that says nothing of it", { allow_promotion_codes: undefined }],
    ["a portal with other changes", allowing(["price", "quantity"])],
    ["a code that is named", { discounts: [{ promotion_code: "promo_1" }] }],
    ["what an application keeps for itself", { metadata: { allow_promotion_codes: "true" } }],
  ])("is not seen in %s", (_, params) => expect(letsTypeCodes(params)).toBe(false));
});
