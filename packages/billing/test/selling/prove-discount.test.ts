import { describe, expect, it } from "vitest";
import { proveNewDiscount, proveRedeemable } from "../../src/selling/prove-discount.js";
import { notFound } from "../../src/stripe/translate-error.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";

const withCodeFor = (customer: unknown) =>
  proveNewDiscount(
    partialScope({ discounts: { promotionCode: async (id: string) => ({ id, customer }) } }),
    { promotionCodeId: "promo_1" },
    "cus_1",
  );

describe("a discount to begin", () => {
  it("is a coupon that the tenant may use", async () => {
    const prove = (coupon: (id: string) => Promise<unknown>) =>
      proveNewDiscount(partialScope({ discounts: { coupon } }), { couponId: "25_off" }, "cus_1");

    expect(await prove(async (id) => ({ id }))).toEqual({ coupon: "25_off" });
    await expect(prove(() => Promise.reject(notFound()))).rejects.toMatchObject({ code: "not_found" });
  });

  it.each([null, "cus_1", { id: "cus_1" }])("is a promotion code for %j", async (customer) => {
    expect(await withCodeFor(customer)).toEqual({ promotion_code: "promo_1" });
  });

  it.each(["cus_2", { id: "cus_2" }])(
    "is no promotion code for %j, who is another customer",
    async (customer) => {
      await expect(withCodeFor(customer)).rejects.toMatchObject({ code: "not_found" });
    },
  );
});

describe("a discount to offer", () => {
  const scope = ({ canBeRedeemed: is }: { canBeRedeemed: boolean }) =>
    partialScope({
      discounts: {
        coupon: async (id: string) => ({ id, valid: is }),
        promotionCode: async (id: string) => ({ id, customer: null, active: is }),
      },
    });

  it.each([
    [{ couponId: "25_off" }, { coupon: "25_off" }],
    [{ promotionCodeId: "promo_1" }, { promotion_code: "promo_1" }],
  ])("is refused once nobody can redeem it: %j", async (discount, param) => {
    expect(await proveRedeemable(scope({ canBeRedeemed: true }), discount, "cus_1")).toEqual(param);
    await expect(proveRedeemable(scope({ canBeRedeemed: false }), discount, "cus_1")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("cannot be redeemed"),
    });
  });
});
