import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { type PriceTier, toTiers } from "./price-tier.js";
import type { Reserved } from "./reserved.js";

/** A price. Amounts are in the currency's minor unit: cents, or yen, which have none. */
export interface Price {
  readonly id: string;
  readonly productId: string;
  readonly active: boolean;
  /** ISO 4217, in lower case as Stripe writes it. */
  readonly currency: string;
  /** Null if the price has {@link tiers}, or fractions of a minor unit: then see {@link unitAmountDecimal}. */
  readonly unitAmount: number | null;
  /** The exact unit amount as a decimal string. Null if the price has tiers. */
  readonly unitAmountDecimal: string | null;
  /**
   * How tiers apply: each unit costs what its own tier says (`"graduated"`), or all units cost what the tier of the
   * whole quantity says (`"volume"`). Null without tiers.
   */
  readonly tiersMode: "graduated" | "volume" | null;
  /** The tiers, the lowest first. Null without tiers, and in a subscription's items, where Stripe leaves them out. */
  readonly tiers: readonly PriceTier[] | null;
  /** Null for a price that is paid once. */
  readonly recurring: Recurrence | null;
  /** The tenant's own name for the price, which a replacement takes over; see `replacePrice`. */
  readonly lookupKey: string | null;
  /** Seen only by your team, never by customers. */
  readonly nickname: string | null;
  /** How tax relates to the amount: included, or added to it; `"unspecified"` if Stripe's tax settings decide. */
  readonly taxBehavior: "inclusive" | "exclusive" | "unspecified";
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Recurrence {
  readonly interval: "day" | "week" | "month" | "year";
  readonly intervalCount: number;
  /** How the quantity is determined: set in advance (`"licensed"`) or measured (`"metered"`). */
  readonly usageType: "licensed" | "metered";
  /**
   * The length of the trial intended for the price, in days; null if none. Stripe does not apply it by itself: pass it
   * as `trialDays` to `createSubscription` or `createCheckoutSession`.
   */
  readonly trialDays: number | null;
}

/** Knows which part of a stored lookup key keeps tenants apart, and which metadata is its own; a tenant's scope does. */
export interface LookupKeys extends Reserved {
  shownLookupKey(stored: string): string;
}

export function toPrice(price: Stripe.Price, lookupKeys: LookupKeys): Price {
  const { recurring, unit_amount_decimal: decimal } = price;
  return Object.freeze({
    id: price.id,
    productId: referencedId(price.product),
    active: price.active,
    currency: price.currency,
    unitAmount: price.unit_amount,
    // A string on the wire, an object of the SDK's own in its types.
    unitAmountDecimal: decimal === null ? null : String(decimal),
    tiersMode: (price.tiers_mode ?? null) as Price["tiersMode"], // there are these two
    tiers: toTiers(price.tiers),
    recurring: recurring && toRecurrence(recurring),
    lookupKey: price.lookup_key && lookupKeys.shownLookupKey(price.lookup_key),
    nickname: price.nickname,
    // Stripe's types leave room for more; today there are these three, and null in old prices.
    taxBehavior: (price.tax_behavior ?? "unspecified") as Price["taxBehavior"],
    metadata: lookupKeys.withoutReserved(price.metadata ?? {}),
  });
}

function toRecurrence(recurring: Stripe.Price.Recurring): Recurrence {
  return Object.freeze({
    // Stripe's types leave room for intervals to come; today there are these four, and these two usage types.
    interval: recurring.interval as Recurrence["interval"],
    intervalCount: recurring.interval_count,
    usageType: recurring.usage_type as Recurrence["usageType"],
    trialDays: recurring.trial_period_days ?? null,
  });
}
