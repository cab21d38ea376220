import type { PriceRecord, SubscriptionItemRecord } from "../../store/records.js";
import { type Interval, periodAt } from "../catalog/period.js";

export type ItemPeriod = Pick<
  SubscriptionItemRecord,
  "current_period_start" | "current_period_end" | "fullPeriodStart"
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
  const full = periodAt(anchor, intervalOf(price), start);
  return {
    current_period_start: start,
    current_period_end: full.end,
    ...(full.start < start && { fullPeriodStart: full.start }),
  };
}

/** The period after an item's present one: by the subscription's anchor, or by its own start where it runs beside that. */
export function nextItemPeriod(price: PriceRecord, item: SubscriptionItemRecord, anchor: number): ItemPeriod {
  const { current_period_end: start } = item;
  const isOnAnchor = start <= anchor || periodAt(anchor, intervalOf(price), start).start === start;
  return itemPeriod(price, { anchor: isOnAnchor ? anchor : start, start, trialEnd: null });
}

export function samePeriod({
  current_period_start,
  current_period_end,
  fullPeriodStart,
}: SubscriptionItemRecord): ItemPeriod {
  const cut = fullPeriodStart === undefined ? {} : { fullPeriodStart };
  return { current_period_start, current_period_end, ...cut };
}

/** An item that is about to begin another period, which may not be cut short as the present one is. */
export function withoutPeriod<Item extends { readonly fullPeriodStart?: number }>({
  fullPeriodStart: _cut,
  ...item
}: Item): Omit<Item, "fullPeriodStart"> {
  return item;
}

function intervalOf({ recurring }: PriceRecord): Interval {
  return recurring ?? { interval: "month", interval_count: 1 };
}
