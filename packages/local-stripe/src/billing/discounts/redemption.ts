import { invalid } from "../../api-error.js";
import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import { previousAttributes } from "../../store/previous-attributes.js";
import type { CouponRecord, DiscountRecord, PromotionCodeRecord } from "../../store/records/discounts.js";
import { plusIntervals } from "../catalog/period.js";
import type { NewDiscount } from "./discount-params.js";

/** The owner of discounts: a subscription, or one of its items. */
export interface DiscountHolder {
  readonly customer: string;
  readonly currency: string;
  readonly subscription: string | null;
  readonly item: string | null;
  readonly testClock: string | null;
}

interface Source {
  readonly coupon: CouponRecord;
  readonly promotionCode: PromotionCodeRecord | null;
}

/** The ids of the discounts that a holder has after a request. Those of `present` that it does not name are ended. */
export function redeem(
  tx: Transaction,
  asked: readonly NewDiscount[],
  present: readonly string[],
  holder: DiscountHolder,
  name: string,
): string[] {
  const running = present.filter((id) => isRunning(tx.account, id, tx.now));
  const kept = asked.map((one, at) => keptDiscount(one, running, `${name}[${at}]`));
  const ended = running.filter((id) => !kept.includes(id));
  const ids = asked.map((one, at) => kept[at] ?? begin(tx, one, holder, `${name}[${at}]`).id);
  const begun = ids.filter((id) => !kept.includes(id));
  const [from, to] = [ended[0], begun[0]];
  // One discount in place of another counts as a switch from the old to the new.
  if (from !== undefined && to !== undefined && ended.length === 1 && begun.length === 1) {
    switchTo(tx, from, to);
    return ids;
  }
  for (const id of ended) endDiscount(tx, id);
  for (const id of begun) tx.emit("customer.discount.created", shown(tx, id));
  return ids;
}

/** Whether a discount counts at a moment. */
export function isRunning(account: AccountData, id: string, now: number): boolean {
  const discount = account.of("discount").get(id);
  return discount !== undefined && discount.endedAt === null && (discount.end === null || discount.end > now);
}

export function endDiscount(tx: Transaction, id: string): void {
  const ended = tx.change("discount", id, { endedAt: tx.now });
  tx.emit("customer.discount.deleted", tx.account.render("discount", ended));
}

/** Finds the promotion code that a customer typed, in any case, if it can be redeemed. */
export function findPromotionCode(
  tx: Transaction,
  typed: string,
  holder: DiscountHolder,
): PromotionCodeRecord | undefined {
  const isIt = ({ code, id }: PromotionCodeRecord): boolean =>
    code.toLowerCase() === typed.toLowerCase() && isRedeemable(tx, { promotion_code: id }, holder);
  return tx.account.of("promotion_code").all({}, isIt)[0];
}

/** Whether a discount could be redeemed. */
export function isRedeemable(tx: Transaction, asked: NewDiscount, holder: DiscountHolder): boolean {
  try {
    redeemable(tx, findSource(tx.account, asked, ""), holder, "");
    return true;
  } catch {
    return false;
  }
}

/** Refuses a discount that could not be redeemed. A discount that the holder has already is not looked at. */
export function checkRedeemable(
  tx: Transaction,
  asked: NewDiscount,
  holder: DiscountHolder,
  name: string,
): void {
  if (asked.discount === undefined) redeemable(tx, findSource(tx.account, asked, name), holder, name);
}

function keptDiscount(
  { discount: id }: NewDiscount,
  running: readonly string[],
  name: string,
): string | undefined {
  if (id === undefined || running.includes(id)) return id;
  throw invalid(`No such discount: '${id}'`, `${name}[discount]`, "resource_missing");
}

function begin(tx: Transaction, asked: NewDiscount, holder: DiscountHolder, name: string): DiscountRecord {
  const source = findSource(tx.account, asked, name);
  redeemable(tx, source, holder, name);
  const { coupon, promotionCode } = source;
  const month = { interval: "month", interval_count: 1 };
  const months = coupon.duration_in_months;
  tx.change("coupon", coupon.id, { times_redeemed: coupon.times_redeemed + 1 });
  if (promotionCode) {
    tx.change("promotion_code", promotionCode.id, { times_redeemed: promotionCode.times_redeemed + 1 });
  }
  const { amount_off: amountOff, currency, duration, percent_off: percentOff } = coupon;
  return tx.insert("discount", {
    id: newId("di"),
    object: "discount",
    checkout_session: null,
    created: tx.now,
    customer: holder.customer,
    customer_account: null,
    end: months === null ? null : plusIntervals(tx.now, month, months),
    endedAt: null,
    invoice: null,
    invoice_item: null,
    promotion_code: promotionCode?.id ?? null,
    source: { coupon: coupon.id, type: "coupon" },
    start: tx.now,
    subscription: holder.subscription,
    subscription_item: holder.item,
    terms: { amountOff, currency, isOnce: duration === "once", percentOff },
    test_clock: holder.testClock,
  });
}

function findSource(
  account: AccountData,
  { coupon, promotion_code: code }: NewDiscount,
  name: string,
): Source {
  if (code === undefined) {
    return { coupon: account.getFromParam("coupon", coupon ?? "", `${name}[coupon]`), promotionCode: null };
  }
  const promotionCode = account.getFromParam("promotion_code", code, `${name}[promotion_code]`);
  const id = promotionCode.promotion.coupon ?? "";
  return { coupon: account.getFromParam("coupon", id, `${name}[promotion_code]`), promotionCode };
}

function redeemable(
  tx: Transaction,
  { coupon, promotionCode }: Source,
  holder: DiscountHolder,
  name: string,
): void {
  const param = `${name}[${promotionCode ? "promotion_code" : "coupon"}]`;
  if (promotionCode) {
    const { active, customer, expires_at: expiresAt } = promotionCode;
    if (!active) throw invalid("This promotion code is inactive.", param);
    if (isPast(expiresAt, tx.now)) throw invalid("This promotion code is expired.", param, "coupon_expired");
    if (isUsedUp(promotionCode)) throw invalid("This promotion code is used up.", param, "coupon_expired");
    if (customer !== null && customer !== holder.customer) {
      throw invalid("This promotion code cannot be redeemed by this customer.", param);
    }
  }
  if (isPast(coupon.redeem_by, tx.now) || isUsedUp(coupon)) {
    throw invalid(`Coupon expired: ${coupon.id}`, param, "coupon_expired");
  }
  if (coupon.currency !== null && coupon.currency !== holder.currency) {
    throw invalid(
      `The coupon's currency \`${coupon.currency}\` does not match the expected currency: \`${holder.currency}\`.`,
      param,
    );
  }
}

/** Whether nothing more can be redeemed of a coupon or a promotion code. */
export function isUsedUp(one: { max_redemptions: number | null; times_redeemed: number }): boolean {
  return one.max_redemptions !== null && one.times_redeemed >= one.max_redemptions;
}

export function isPast(moment: number | null, now: number): boolean {
  return moment !== null && moment <= now;
}

function switchTo(tx: Transaction, from: string, to: string): void {
  const before = shown(tx, from);
  tx.change("discount", from, { endedAt: tx.now });
  const after = shown(tx, to);
  tx.emit("customer.discount.updated", after, previousAttributes(before, after));
}

function shown(tx: Transaction, id: string): ReturnType<AccountData["render"]> {
  return tx.account.render("discount", tx.account.getFromPath("discount", id));
}
