import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** A scheduled change of a subscription, as `updateSubscription` with `when: "period_end"` makes one. */
export interface ScheduledChange {
  /** When it happens: the end of the current period, if this package scheduled it. */
  readonly startsAt: Date;
  /** All items that the subscription will have from then on. */
  readonly items: readonly ScheduledItem[];
}

export interface ScheduledItem {
  readonly priceId: string;
  /** Null if usage is metered. */
  readonly quantity: number | null;
}

/** The first phase that has not begun; null when there is none, or the schedule was not expanded. */
export function toScheduledChange(schedule: Stripe.Subscription["schedule"]): ScheduledChange | null {
  const [next] = typeof schedule === "object" && schedule !== null ? futurePhases(schedule) : [];
  if (next === undefined) return null;
  return Object.freeze({
    startsAt: toDate(next.start_date),
    items: Object.freeze(
      next.items.map(({ price, quantity }) =>
        Object.freeze({ priceId: referencedId(price), quantity: quantity ?? null }),
      ),
    ),
  });
}

/** Lists the phases after the current one, in order; none if the schedule no longer governs a subscription. */
export function futurePhases(schedule: Stripe.SubscriptionSchedule): Stripe.SubscriptionSchedule.Phase[] {
  const { current_phase: current } = schedule;
  if (current === null) return [];
  return schedule.phases.filter((phase) => phase.start_date >= current.end_date);
}
