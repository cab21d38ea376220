import type Stripe from "stripe";

/**
 * The part of a price that applies to a range of the quantity. Amounts are in the minor unit of the price's currency.
 */
export interface PriceTier {
  /** The last unit of the tier; null for the last tier, which has no upper limit. */
  readonly upTo: number | null;
  /**
   * The amount for each unit. Null if there is none, or if it has fractions of a minor unit: then see {@link
   * unitAmountDecimal}.
   */
  readonly unitAmount: number | null;
  readonly unitAmountDecimal: string | null;
  /**
   * The amount for the tier as a whole, in addition to its units. Null if there is none, or if it has fractions of a
   * minor unit.
   */
  readonly flatAmount: number | null;
  readonly flatAmountDecimal: string | null;
}

/** Stripe leaves tiers out of every answer that does not expand them. */
export function toTiers(tiers: readonly Stripe.Price.Tier[] | null | undefined): readonly PriceTier[] | null {
  return tiers ? Object.freeze(tiers.map(toTier)) : null;
}

function toTier(tier: Stripe.Price.Tier): PriceTier {
  return Object.freeze({
    upTo: tier.up_to,
    unitAmount: tier.unit_amount,
    unitAmountDecimal: toText(tier.unit_amount_decimal),
    flatAmount: tier.flat_amount,
    flatAmountDecimal: toText(tier.flat_amount_decimal),
  });
}

/** A decimal is a string on the wire, and an object of the SDK's own in its types. */
function toText(decimal: Stripe.Decimal | null): string | null {
  return decimal === null ? null : String(decimal);
}
