import { describe, expect, it } from "vitest";
import { metadataTenancy } from "../../src/index.js";
import {
  allowsCodeEntry,
  assertMayEnterCodes,
  mayEnterAnyCode,
} from "../../src/tenancy/promotion-code-entry.js";
import { admit } from "../../src/tenancy/scope/tenant-scope.js";
import { indiscreetGate, scopeOptions } from "./gate/indiscreet-gate.js";

describe("letting customers type promotion codes", () => {
  const allowing = (updates: unknown) => ({
    features: { subscription_update: { default_allowed_updates: updates } },
  });

  it.each([
    ["Checkout", { mode: "payment", allow_promotion_codes: true }],
    ["Checkout in another spelling", { allow_promotion_codes: "true" }],
    ["the portal", allowing(["price", "promotion_code"])],
    ["the portal in another spelling", allowing({ 0: "promotion_code" })],
  ])("is seen in %s", (_, params) => expect(allowsCodeEntry(params)).toBe(true));

  it.each([
    ["nothing", {}],
    ["a session without", { mode: "payment", allow_promotion_codes: false }],
    ["a session that says nothing of it", { allow_promotion_codes: undefined }],
    ["a portal with other changes", allowing(["price", "quantity"])],
    ["a session without discounts", { discounts: null }],
    ["a code that is named", { discounts: [{ promotion_code: "promo_1" }] }],
    ["what an application keeps for itself", { metadata: { allow_promotion_codes: "true" } }],
  ])("is not seen in %s", (_, params) => expect(allowsCodeEntry(params)).toBe(false));
});

describe("promotion codes", () => {
  it("are for whoever types them in an account of the tenant's own, or where the settings say so", () => {
    expect(mayEnterAnyCode("acct_1", undefined)).toBe(true);
    expect(mayEnterAnyCode(undefined, "shared")).toBe(true);
    expect(mayEnterAnyCode(undefined, undefined)).toBe(false);
  });
});

describe("asking that promotion codes are typed", () => {
  const scopeIn = (account: string | undefined, promotionCodes?: "shared") =>
    admit(
      {
        ...scopeOptions({ tenancy: { ...metadataTenancy(), accountOf: async () => account } }),
        promotionCodes,
      },
      () => indiscreetGate(),
    );

  it("is refused where a customer could type another tenant's", async () => {
    const shared = await scopeIn(undefined);

    expect(() => assertMayEnterCodes(shared.discounts, "allowPromotionCodes", "Leave it out.")).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringMatching(
          /^allowPromotionCodes lets .* Leave it out\. .*catalog\.promotionCodes/,
        ),
      }),
    );
    for (const scope of [await scopeIn("acct_1"), await scopeIn(undefined, "shared")]) {
      expect(() =>
        assertMayEnterCodes(scope.discounts, "allowPromotionCodes", "Leave it out."),
      ).not.toThrow();
    }
  });
});
