import type Stripe from "stripe";
import { it } from "./it.js";
import { monthly, startClock } from "./local.js";

/** Midnight of a day, as Stripe writes it. */
export function at(iso: string): number {
  return Date.parse(`${iso}T00:00:00Z`) / 1000;
}

/** `it` with a customer on a test clock that stands at the first of April 2027, and a price of $30 a month. */
export const itInApril = it
  .extend("clock", ({ stripe }) => startClock(stripe, new Date("2027-04-01T00:00:00Z")))
  .extend("customer", async ({ stripe, clock }) => {
    const { id } = await stripe.customers.create({ test_clock: clock.id });
    return id;
  })
  .extend("gold", ({ stripe }) => monthly(stripe, 3000))
  /** Subscribes the customer to the price, unless the parameters say otherwise. */
  .extend("subscribe", ({ stripe, customer, gold }) => {
    return (params: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
      stripe.subscriptions.create({ customer, items: [{ price: gold.id }], ...params });
  })
  /** The totals of a subscription's invoices, the first one first. */
  .extend("totals", ({ stripe }) => {
    return async ({ id }: Stripe.Subscription): Promise<number[]> => {
      const { data } = await stripe.invoices.list({ subscription: id });
      return data.map((invoice) => invoice.total).reverse();
    };
  })
  /** Advances the clock to two o'clock in the night of a day, when that day's invoices are final. */
  .extend("advanceTo", ({ clock }) => {
    return (iso: string): Promise<void> => clock.advanceTo(new Date(`${iso}T02:00:00Z`));
  });
