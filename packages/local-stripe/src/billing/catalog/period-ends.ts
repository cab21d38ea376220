import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

type WithItems = Pick<SubscriptionRecord, "items">;

/** The end of the item period that ends first: the subscription's next billing date. */
export function firstPeriodEnd({ items }: WithItems): number {
  return Math.min(...items.map((item) => item.current_period_end));
}

/** The end of the item period that ends last. */
export function lastPeriodEnd({ items }: WithItems): number {
  return Math.max(...items.map((item) => item.current_period_end));
}
