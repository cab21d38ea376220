import type Stripe from "stripe";
import type { PriceRecord } from "./records/catalog.js";
import type { Stored } from "./stored.js";

type Plan = Omit<Stored<Stripe.Plan>, "deleted" | "tiers">;

/** A recurring price in its older form, which subscription items still carry. */
export function toPlan(price: PriceRecord): Plan | null {
  if (price.recurring === null) return null;
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring.interval,
    interval_count: price.recurring.interval_count,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: price.recurring.meter,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: price.recurring.usage_type,
  };
}
