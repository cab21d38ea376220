import type Stripe from "stripe";
import { EVENT_NAME } from "../stripe-world.js";

/** All that Stripe has ever counted of a customer's usage, as it is looked at behind the library's back. */
export async function countedUsage(
  stripe: Stripe,
  customer: string,
  options: Stripe.RequestOptions,
): Promise<number> {
  const { data: meters } = await stripe.billing.meters.list({ status: "active" }, options);
  const meter = meters.find(({ event_name }) => event_name === EVENT_NAME);
  if (meter === undefined) throw new Error("The account has no meter.");
  const ever = { customer, start_time: 0, end_time: 6_000_000_000 };
  const { data } = await stripe.billing.meters.listEventSummaries(meter.id, ever, options);
  return data[0]?.aggregated_value ?? 0;
}
