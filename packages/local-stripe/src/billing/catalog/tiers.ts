import { invalid } from "../../api-error.js";
import type { PriceRecord, PriceTier } from "../../store/records/catalog.js";

/** A tier as a request names it. */
export interface NewTier {
  readonly flat_amount?: number;
  readonly flat_amount_decimal?: string;
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: string;
  readonly up_to: number | "inf";
}

interface Tiered {
  readonly tiers?: readonly NewTier[];
  readonly tiers_mode?: "graduated" | "volume";
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: string;
}

/** The amounts of a price with tiers, each of which begins where the one before it ends. */
export function newTiers(
  { tiers = [], tiers_mode: mode, unit_amount: whole, unit_amount_decimal: exact }: Tiered,
  named: (name: string) => string,
): Pick<PriceRecord, "billing_scheme" | "tiers" | "tiers_mode" | "unit_amount" | "unit_amount_decimal"> {
  if (whole !== undefined || exact !== undefined) {
    throw invalid("You cannot set `unit_amount` if `billing_scheme=tiered`.", named("unit_amount"));
  }
  if (mode === undefined) {
    throw invalid("Missing required param: tiers_mode.", named("tiers_mode"), "parameter_missing");
  }
  if (tiers.length === 0)
    throw invalid("Missing required param: tiers.", named("tiers"), "parameter_missing");
  return {
    billing_scheme: "tiered",
    tiers: tiers.map((tier, at) => newTier(tiers, tier, at, named(`tiers[${at}]`))),
    tiers_mode: mode,
    unit_amount: null,
    unit_amount_decimal: null,
  };
}

function newTier(tiers: readonly NewTier[], tier: NewTier, at: number, name: string): PriceTier {
  const isLast = at === tiers.length - 1;
  const before = tiers[at - 1]?.up_to ?? 0;
  if ((tier.up_to === "inf") !== isLast) {
    throw invalid("The last tier, and no other, must have `up_to` set to `inf`.", `${name}[up_to]`);
  }
  if (tier.up_to !== "inf" && before !== "inf" && tier.up_to <= before) {
    throw invalid("Each tier must end after the one before it.", `${name}[up_to]`);
  }
  const unit = amount(tier.unit_amount, tier.unit_amount_decimal, `${name}[unit_amount]`);
  const flat = amount(tier.flat_amount, tier.flat_amount_decimal, `${name}[flat_amount]`);
  if (unit.exact === null && flat.exact === null) {
    throw invalid("Each tier needs at least one of `unit_amount` and `flat_amount`.", name);
  }
  return {
    flat_amount: flat.whole,
    flat_amount_decimal: flat.exact,
    unit_amount: unit.whole,
    unit_amount_decimal: unit.exact,
    up_to: tier.up_to === "inf" ? null : tier.up_to,
  };
}

function amount(
  whole: number | undefined,
  exact: string | undefined,
  name: string,
): { readonly whole: number | null; readonly exact: string | null } {
  if (whole !== undefined && exact !== undefined) {
    throw invalid(`You may only specify one of these parameters: ${name}.`, name, "parameters_exclusive");
  }
  if (whole !== undefined) return { whole, exact: String(whole) };
  if (exact === undefined) return { whole: null, exact: null };
  return { whole: exact.includes(".") ? null : Number(exact), exact };
}
