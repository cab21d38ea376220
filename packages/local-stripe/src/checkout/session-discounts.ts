import type { NewDiscount } from "../billing/discounts/discount-params.js";
import { checkRedeemable, findPromotionCode } from "../billing/discounts/redemption.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import type { CouponRecord } from "../store/records/discounts.js";
import { sessionTotals } from "./line-items.js";

type Discounts = NonNullable<CheckoutSessionRecord["discounts"]>;

/** The one coupon or promotion code that a session begins with, for a customer who may redeem it. */
export function newDiscounts(
  tx: Transaction,
  given: readonly NewDiscount[],
  to: { readonly customer: string; readonly currency: string },
): Discounts {
  return given.map((discount) => {
    const holder = { ...to, subscription: null, item: null, testClock: null };
    checkRedeemable(tx, discount, holder, "discounts[0]");
    return { coupon: discount.coupon ?? null, promotion_code: discount.promotion_code ?? null };
  });
}

/**
 * Applies the promotion code that a customer typed to an open session; a blank removes the discount. Returns `undefined`
 * for a code that this customer cannot redeem.
 */
export function applyCode(
  tx: Transaction,
  session: CheckoutSessionRecord,
  typed: string,
): CheckoutSessionRecord | undefined {
  if (session.allow_promotion_codes !== true) return undefined;
  const customer = tx.account.getFromPath("customer", String(session.customer));
  tx.followClock(customer);
  const holder = {
    customer: customer.id,
    currency: String(session.currency),
    subscription: null,
    item: null,
    testClock: customer.test_clock ?? null,
  };
  const code = typed === "" ? undefined : findPromotionCode(tx, typed, holder);
  if (typed !== "" && code === undefined) return undefined;
  const discounts = code === undefined ? [] : [{ coupon: null, promotion_code: code.id }];
  const lines = discounted(tx.account, session.lines, discounts);
  return tx.change("checkout.session", session.id, { discounts, lines, ...sessionTotals(lines) });
}

/** The lines with what is taken off each. An amount is taken off the first lines until it is used up. */
export function discounted(
  account: AccountData,
  lines: readonly CheckoutLineRecord[],
  [discount]: Discounts,
): readonly CheckoutLineRecord[] {
  const { percent_off: percent, amount_off: amount } =
    discount === undefined ? NOTHING_OFF : findCoupon(account, discount);
  let left = amount ?? 0;
  return lines.map((line) => {
    const { amount_subtotal: subtotal } = line;
    const off = percent === null ? Math.min(left, subtotal) : Math.round((subtotal * percent) / 100);
    left -= off;
    return { ...line, amount_discount: off, amount_total: subtotal - off };
  });
}

const NOTHING_OFF = { percent_off: null, amount_off: 0 };

function findCoupon(account: AccountData, { coupon, promotion_code: code }: Discounts[number]): CouponRecord {
  const id = coupon ?? account.getFromPath("promotion_code", String(code)).promotion.coupon;
  return account.getFromPath("coupon", String(id));
}
