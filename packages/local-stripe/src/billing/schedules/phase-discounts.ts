import type { Act } from "../../store/act.js";
import type { NewDiscount } from "../discounts/discount-params.js";
import { type DiscountHolder, isRedeemable, isRunning } from "../discounts/discounts.js";
import type { PhaseRecord } from "./phase.js";

/**
 * What to ask for so that a holder gets the discounts of a phase. One of a coupon or code that it has already goes on;
 * what has ended since the phase was agreed on is left out.
 */
export function phaseDiscounts(
  act: Act,
  wanted: PhaseRecord["discounts"],
  present: readonly string[],
  holder: DiscountHolder,
): readonly NewDiscount[] {
  const running = present.filter((id) => isRunning(act.world, id, act.now));
  return wanted.flatMap(({ coupon, discount, promotion_code: code }): readonly NewDiscount[] => {
    const same = discount ?? running.find((id) => isOf(act, id, coupon, code));
    if (same !== undefined) return running.includes(same) ? [{ discount: same }] : [];
    const asked: NewDiscount = code === null ? { coupon: coupon ?? "" } : { promotion_code: code };
    return isRedeemable(act, asked, holder) ? [asked] : [];
  });
}

function isOf(act: Act, id: string, coupon: string | null, promotionCode: string | null): boolean {
  const discount = act.world.inPath("discount", id);
  if (promotionCode !== null) return discount.promotion_code === promotionCode;
  return discount.promotion_code === null && discount.source.coupon === coupon;
}
