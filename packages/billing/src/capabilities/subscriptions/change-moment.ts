import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
import type { Prices } from "../../selling/prove-prices.js";
import type { Subscription, SubscriptionItem } from "../../views/subscription.js";
import { type ResolvedItem, touchesItem } from "./items.js";

/** The parts of a prepared change that its moment depends on. */
interface ItemsAndPrices {
  readonly items: readonly ResolvedItem[];
  readonly prices: Prices;
}

/**
 * When a change at the end of the period is made: when the period ends of the items that it changes or removes, so that
 * nothing is lost that was paid for. One that names no item of the subscription's is made when the first period ends.
 *
 * @throws ConflictError when these items end at different times, or a new price would join an item whose period goes on.
 */
export function changeMoment(
  { items, prices }: ItemsAndPrices,
  { items: current, currentPeriodEnd }: Subscription,
): Date | null {
  const ends = current.filter(({ id }) => touchesItem(items, id)).map((item) => item.currentPeriodEnd);
  const [first = currentPeriodEnd, ...others] = ends;
  if (others.some((end) => Number(end) !== Number(first))) {
    const dates = [...new Set(ends.map(toText))];
    throw new ConflictError(
      `The periods of the items to change end at different times (${dates.join(", ")}), but a change at the end of the period can have one date only. Change only items that end together, or make the change now.`,
    );
  }
  assertJoinsNone(
    prices,
    current.filter((item) => Number(item.currentPeriodEnd) > Number(first)),
  );
  return first;
}

/**
 * Refuses a price that has the interval of an item in the middle of its period. A new price is a new item, which shares the
 * period of others of its interval, and unprorated it would cost nothing until that is over.
 */
function assertJoinsNone(prices: Prices, goingOn: readonly SubscriptionItem[]): void {
  for (const { recurring } of prices.values()) {
    const joined = goingOn.find(({ price }) => sharesPeriod(recurring, price.recurring));
    if (joined === undefined) continue;
    throw new ConflictError(
      `Another item with the new price's interval renews later (${toText(joined.currentPeriodEnd)}), and until then Stripe might not bill the new price. Make the change now, with prorations.`,
    );
  }
}

/** Usage is billed in arrears, so that none of it is free. */
function sharesPeriod(
  wanted: Stripe.Price.Recurring | null,
  present: SubscriptionItem["price"]["recurring"],
): boolean {
  if (wanted === null || present === null || wanted.usage_type === "metered") return false;
  return wanted.interval === present.interval && wanted.interval_count === present.intervalCount;
}

function toText(end: Date | null): string {
  return end?.toISOString() ?? "unknown";
}
