import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type ProductRecord = Readonly<
  Omit<Stored<Stripe.Product>, "deleted" | "package_dimensions" | "tax_details">
> & {
  readonly package_dimensions: Stripe.Product.PackageDimensions | null;
};

export type PriceRecord = Readonly<Omit<Stored<Stripe.Price>, "deleted" | "currency_options" | "tiers">> & {
  /** A price made inline for one subscription is never listed. */
  readonly inline?: true;
  /** Null for a price with one amount for each unit. */
  readonly tiers: readonly PriceTier[] | null;
};

export type PriceTier = Readonly<Stored<Stripe.Price.Tier>>;
