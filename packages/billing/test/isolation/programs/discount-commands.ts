import { expect } from "vitest";
import { callAs } from "./program.js";
import { aim, type Commands, command, describe, expectForeign, expectRefusal, resolve } from "./step.js";

/** Coupons and promotion codes of anyone's. */
export const DISCOUNT_COMMANDS: Commands<"getCoupon" | "getPromotionCode" | "findPromotionCode"> = {
  getCoupon: aim.map((target) =>
    command(`getCoupon ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.getCoupon(owner.couponId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: owner.couponId, percentOff: 25 });
    }),
  ),
  getPromotionCode: aim.map((target) =>
    command(`getPromotionCode ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.getPromotionCode(owner.promotionCodeId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: owner.promotionCodeId, couponId: owner.couponId });
    }),
  ),
  findPromotionCode: aim.map((target) =>
    command(`findPromotionCode ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { promotionCode: code } = owner;
      const outcome = await callAs(program, caller, (bound) => bound.findPromotionCode({ code }));
      if (expectRefusal(outcome)) return;
      expect(outcome.result?.id).toBe(caller === owner ? owner.promotionCodeId : undefined);
    }),
  ),
};
