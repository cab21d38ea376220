import { expect } from "vitest";
import type { OptionRow } from "./option-row.js";

export const DISCOUNT_ROWS: readonly OptionRow[] = [
  {
    method: "getCoupon",
    shows: "reads the coupon",
    run: async ({ billing, own }) => {
      expect(await billing.getCoupon(own.couponId, {})).toMatchObject({ id: own.couponId, percentOff: 25 });
    },
  },
  {
    method: "getPromotionCode",
    shows: "reads the promotion code",
    run: async ({ billing, own }) => {
      const code = await billing.getPromotionCode(own.promotionCodeId, {});
      expect(code).toMatchObject({ code: own.promotionCode, couponId: own.couponId });
    },
  },
  {
    method: "findPromotionCode",
    shows: "finds the code that one customer may use",
    run: async ({ billing, own, stripe }) => {
      const { tenantId, customerId, couponId: coupon } = own;
      const personal = await stripe.promotionCodes.create({
        promotion: { type: "coupon", coupon },
        code: `ONLY${tenantId.toUpperCase()}`,
        customer: customerId,
        metadata: { tenantId },
      });
      const code = personal.code.toLowerCase();
      expect(await billing.findPromotionCode({ code, customerId })).toMatchObject({
        id: personal.id,
        customerId,
      });
      expect(await billing.findPromotionCode({ code })).toBeNull();
    },
  },
];
