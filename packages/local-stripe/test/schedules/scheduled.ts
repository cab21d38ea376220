import type Stripe from "stripe";
import { cardholder, type Local, monthly, startClock, startLocal } from "../support/local.js";

export const START = new Date(Date.UTC(2027, 0, 1, 12));
export const FEBRUARY = new Date(Date.UTC(2027, 1, 1, 12));
export const MARCH = new Date(Date.UTC(2027, 2, 1, 12));
export const HOUR = 3600 * 1000;

export const seconds = (moment: Date): number => moment.getTime() / 1000;
export const later = (moment: Date, ms: number): Date => new Date(moment.getTime() + ms);

/** A customer on a test clock with a subscription to the first of two prices. */
export async function scheduled(mode: "classic" | "flexible" = "flexible"): Promise<Scheduled> {
  const { local, stripe } = await startLocal();
  const clock = await startClock(stripe, START);
  const customer = await cardholder(stripe, "pm_card_visa", clock.id);
  const [small, big] = [await monthly(stripe, 2000, "Small"), await monthly(stripe, 5000, "Big")];
  const subscription = await stripe.subscriptions.create({
    billing_mode: { type: mode },
    customer: customer.id,
    items: [{ price: small.id, quantity: 2 }],
    metadata: { plan: "small" },
  });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  return { local, stripe, clock, customer, small, big, subscription, schedule };
}

export interface Scheduled extends Local {
  readonly clock: { readonly id: string; readonly advanceTo: (moment: Date) => Promise<void> };
  readonly customer: Stripe.Customer;
  readonly small: Stripe.Price;
  readonly big: Stripe.Price;
  readonly subscription: Stripe.Subscription;
  readonly schedule: Stripe.SubscriptionSchedule;
}

/** The present phase as it is, and then one of three of the bigger price. */
export function withBigPhase(
  { big, schedule, small }: Scheduled,
  next: Partial<Stripe.SubscriptionScheduleUpdateParams.Phase> = {},
): Stripe.SubscriptionScheduleUpdateParams {
  const [current] = schedule.phases;
  return {
    phases: [
      {
        items: [{ price: small.id, quantity: 2 }],
        start_date: Number(current?.start_date),
        end_date: Number(current?.end_date),
      },
      { items: [{ price: big.id, quantity: 3 }], metadata: { plan: "big" }, ...next },
    ],
  };
}

/** The types of what happened since the schedule was made, oldest first. */
export async function happenedSince(stripe: Stripe, moment: Date): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100, created: { gte: seconds(moment) } });
  return events.data
    .map(({ type }) => type)
    .filter((type) => !type.startsWith("test_helpers."))
    .reverse();
}
