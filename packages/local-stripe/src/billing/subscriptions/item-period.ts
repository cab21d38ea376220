import type { PriceRecord } from "../../store/records/catalog.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { type Interval, periodAt } from "../catalog/period.js";

export type ItemPeriod = Pick<
  SubscriptionItemRecord,
  "current_period_start" | "current_period_end" | "fullPeriodStart" | "paidUntil"
>;

/** The anchor and the start that an item's period is counted from, or the end of its trial. */
export interface Timing {
  readonly anchor: number;
  readonly start: number;
  readonly trialEnd: number | null;
}

/** The period that begins at `start`: a trial's, a full one, or what is left of one that the anchor cuts short. */
export function itemPeriod(price: PriceRecord, { anchor, start, trialEnd }: Timing): ItemPeriod {
  if (trialEnd !== null) return { current_period_start: start, current_period_end: trialEnd };
  const full = periodAt(anchor, billingInterval(price), start);
  return {
    current_period_start: start,
    current_period_end: full.end,
    ...(full.start < start && { fullPeriodStart: full.start }),
  };
}

/** The period after an item's present one: by the subscription's anchor, or by its own start where it runs beside that. */
export function nextItemPeriod(price: PriceRecord, item: SubscriptionItemRecord, anchor: number): ItemPeriod {
  const { current_period_end: start } = item;
  const isOnAnchor = start <= anchor || periodAt(anchor, billingInterval(price), start).start === start;
  return itemPeriod(price, { anchor: isOnAnchor ? anchor : start, start, trialEnd: null });
}

export function samePeriod({
  current_period_start,
  current_period_end,
  fullPeriodStart,
  paidUntil,
}: SubscriptionItemRecord): ItemPeriod {
  return {
    current_period_start,
    current_period_end,
    ...(fullPeriodStart !== undefined && { fullPeriodStart }),
    ...(paidUntil !== undefined && { paidUntil }),
  };
}

/** An item that is about to begin another period, which may not be cut short as the present one is. */
export function withoutPeriod<Item extends CutPeriod>({
  fullPeriodStart: _start,
  paidUntil: _end,
  ...item
}: Item): Omit<Item, keyof CutPeriod> {
  return item;
}

type CutPeriod = Pick<ItemPeriod, "fullPeriodStart" | "paidUntil">;

/**
 * Cuts an item's period short where the subscription ends within it on a date of its own. Stripe prorates for that date,
 * and neither for a period whose end ends the subscription nor for a trial, which is free.
 */
export function cutByEnd(
  item: SubscriptionItemRecord,
  { cancel_at: end, cancel_at_period_end: isPeriodEnd, schedule, status }: SubscriptionRecord,
): SubscriptionItemRecord {
  const { paidUntil: _before, ...whole } = item;
  if (end === null || isPeriodEnd || schedule !== null || status === "trialing") return whole;
  const isWithin = end > item.current_period_start && end < item.current_period_end;
  return isWithin ? { ...whole, paidUntil: end } : whole;
}

function billingInterval({ recurring }: PriceRecord): Interval {
  return recurring ?? { interval: "month", interval_count: 1 };
}
