import type { Transaction } from "../../store/account-data.js";
import type { NewDiscount } from "../discounts/discount-params.js";
import { type DiscountHolder, isRedeemable, isRunning } from "../discounts/redemption.js";
import type { PhaseRecord } from "../phases/phase.js";

/**
 * The request that gives a holder the discounts of a phase. A discount of a coupon or code that it has already goes on;
 * what has ended since the phase was agreed on is left out.
 */
export function phaseDiscounts(
  tx: Transaction,
  wanted: PhaseRecord["discounts"],
  present: readonly string[],
  holder: DiscountHolder,
): readonly NewDiscount[] {
  const running = present.filter((id) => isRunning(tx.account, id, tx.now));
  return wanted.flatMap(({ coupon, discount, promotion_code: code }): readonly NewDiscount[] => {
    const same = discount ?? running.find((id) => isOf(tx, id, coupon, code));
    if (same !== undefined) return running.includes(same) ? [{ discount: same }] : [];
    const asked: NewDiscount = code === null ? { coupon: coupon ?? "" } : { promotion_code: code };
    return isRedeemable(tx, asked, holder) ? [asked] : [];
  });
}

function isOf(tx: Transaction, id: string, coupon: string | null, promotionCode: string | null): boolean {
  const discount = tx.account.getFromPath("discount", id);
  if (promotionCode !== null) return discount.promotion_code === promotionCode;
  return discount.promotion_code === null && discount.source.coupon === coupon;
}
