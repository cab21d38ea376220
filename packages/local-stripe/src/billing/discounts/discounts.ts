import { invalid } from "../../api-error.js";
import { newId } from "../../ids.js";
import type { Act } from "../../store/act.js";
import { previousAttributes } from "../../store/previous-attributes.js";
import type { CouponRecord, DiscountRecord, PromotionCodeRecord } from "../../store/records.js";
import type { World } from "../../store/world.js";
import { plusIntervals } from "../catalog/period.js";
import type { NewDiscount } from "./discount-params.js";

/** Whose discounts they are: a subscription's, or those of one of its items. */
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
  act: Act,
  asked: readonly NewDiscount[],
  present: readonly string[],
  holder: DiscountHolder,
  name: string,
): string[] {
  const running = present.filter((id) => isRunning(act.world, id, act.now));
  const kept = asked.map((one, at) => keptOf(one, running, `${name}[${at}]`));
  const ended = running.filter((id) => !kept.includes(id));
  const ids = asked.map((one, at) => kept[at] ?? begin(act, one, holder, `${name}[${at}]`).id);
  const begun = ids.filter((id) => !kept.includes(id));
  const [from, to] = [ended[0], begun[0]];
  // Where one takes the place of another, the customer was switched from that to this.
  if (from !== undefined && to !== undefined && ended.length === 1 && begun.length === 1) {
    switchTo(act, from, to);
    return ids;
  }
  for (const id of ended) endDiscount(act, id);
  for (const id of begun) act.emit("customer.discount.created", shown(act, id));
  return ids;
}

/** Whether a discount counts at a moment. */
export function isRunning(world: World, id: string, now: number): boolean {
  const discount = world.of("discount").get(id);
  return discount !== undefined && discount.endedAt === null && (discount.end === null || discount.end > now);
}

export function endDiscount(act: Act, id: string): void {
  const ended = act.change("discount", id, { endedAt: act.now });
  act.emit("customer.discount.deleted", act.world.render("discount", ended));
}

/** The promotion code that a customer has typed, where it may be redeemed: in small or capital letters. */
export function findPromotionCode(
  act: Act,
  typed: string,
  holder: DiscountHolder,
): PromotionCodeRecord | undefined {
  const isIt = ({ code, id }: PromotionCodeRecord): boolean =>
    code.toLowerCase() === typed.toLowerCase() && isRedeemable(act, { promotion_code: id }, holder);
  return act.world.of("promotion_code").all({}, isIt)[0];
}

/** Whether a request for a discount could be met, without a word of why not. */
export function isRedeemable(act: Act, asked: NewDiscount, holder: DiscountHolder): boolean {
  try {
    redeemable(act, sourceOf(act.world, asked, ""), holder, "");
    return true;
  } catch {
    return false;
  }
}

/** Refuses what a request could not begin. */
export function checkRedeemable(act: Act, asked: NewDiscount, holder: DiscountHolder, name: string): void {
  if (asked.discount === undefined) redeemable(act, sourceOf(act.world, asked, name), holder, name);
}

function keptOf({ discount: id }: NewDiscount, running: readonly string[], name: string): string | undefined {
  if (id === undefined || running.includes(id)) return id;
  throw invalid(`No such discount: '${id}'`, `${name}[discount]`, "resource_missing");
}

function begin(act: Act, asked: NewDiscount, holder: DiscountHolder, name: string): DiscountRecord {
  const source = sourceOf(act.world, asked, name);
  redeemable(act, source, holder, name);
  const { coupon, promotionCode } = source;
  const month = { interval: "month", interval_count: 1 };
  const months = coupon.duration_in_months;
  act.change("coupon", coupon.id, { times_redeemed: coupon.times_redeemed + 1 });
  if (promotionCode) {
    act.change("promotion_code", promotionCode.id, { times_redeemed: promotionCode.times_redeemed + 1 });
  }
  const { amount_off: amountOff, currency, duration, percent_off: percentOff } = coupon;
  return act.insert("discount", {
    id: newId("di"),
    object: "discount",
    checkout_session: null,
    created: act.now,
    customer: holder.customer,
    customer_account: null,
    end: months === null ? null : plusIntervals(act.now, month, months),
    endedAt: null,
    invoice: null,
    invoice_item: null,
    promotion_code: promotionCode?.id ?? null,
    source: { coupon: coupon.id, type: "coupon" },
    start: act.now,
    subscription: holder.subscription,
    subscription_item: holder.item,
    terms: { amountOff, currency, isOnce: duration === "once", percentOff },
    test_clock: holder.testClock,
  });
}

function sourceOf(world: World, { coupon, promotion_code: code }: NewDiscount, name: string): Source {
  if (code === undefined) {
    return { coupon: world.named("coupon", coupon ?? "", `${name}[coupon]`), promotionCode: null };
  }
  const promotionCode = world.named("promotion_code", code, `${name}[promotion_code]`);
  const id = promotionCode.promotion.coupon ?? "";
  return { coupon: world.named("coupon", id, `${name}[promotion_code]`), promotionCode };
}

function redeemable(act: Act, { coupon, promotionCode }: Source, holder: DiscountHolder, name: string): void {
  const param = `${name}[${promotionCode ? "promotion_code" : "coupon"}]`;
  if (promotionCode) {
    const { active, customer, expires_at: expiresAt } = promotionCode;
    if (!active) throw invalid("This promotion code is inactive.", param);
    if (isPast(expiresAt, act.now)) throw invalid("This promotion code is expired.", param, "coupon_expired");
    if (isUsedUp(promotionCode)) throw invalid("This promotion code is used up.", param, "coupon_expired");
    if (customer !== null && customer !== holder.customer) {
      throw invalid("This promotion code cannot be redeemed by this customer.", param);
    }
  }
  if (isPast(coupon.redeem_by, act.now) || isUsedUp(coupon)) {
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

function switchTo(act: Act, from: string, to: string): void {
  const before = shown(act, from);
  act.change("discount", from, { endedAt: act.now });
  const after = shown(act, to);
  act.emit("customer.discount.updated", after, previousAttributes(before, after));
}

function shown(act: Act, id: string): ReturnType<World["render"]> {
  return act.world.render("discount", act.world.inPath("discount", id));
}
