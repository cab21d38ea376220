import { Big } from "big.js";
import { notImplemented } from "../../api-error.js";
import type { PriceRecord } from "../../store/records/catalog.js";

/** A fraction, such as the seconds that are left of a period's. It is not divided before it is multiplied. */
export interface Share {
  readonly part: number;
  readonly whole: number;
}

const WHOLE: Share = { part: 1, whole: 1 };

/**
 * The cost of a quantity for a whole period or a share of it, in minor units. It is multiplied as a decimal and rounded
 * once, half up: 100 units at 1.005 cents are 101 cents, which binary floating point makes 100.
 */
export function cost(price: PriceRecord, quantity: number | undefined, share: Share = WHOLE): number {
  if (price.tiers !== null) throw notImplemented("billing a price with tiers");
  const whole = new Big(price.unit_amount_decimal ?? 0).times(quantity ?? 1);
  return roundHalfUp(whole.times(share.part).div(share.whole));
}

/** A share of an amount that is already in whole minor units. */
export function prorate(amount: number, share: Share): number {
  return roundHalfUp(new Big(amount).times(share.part).div(share.whole));
}

/** A percentage of an amount in minor units. */
export function percentOf(amount: number, percent: number): number {
  return roundHalfUp(new Big(amount).times(percent).div(100));
}

/** Rounds halves away from zero, so that a credit is the exact opposite of its charge. */
function roundHalfUp(exact: Big): number {
  return exact.round(0, Big.roundHalfUp).toNumber() || 0;
}
