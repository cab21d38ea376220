import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type FeatureRecord = Readonly<Stored<Stripe.Entitlements.Feature>> & { readonly created: number };

/** A feature as it is attached to a product; the feature itself is kept once. */
export type ProductFeatureRecord = Readonly<
  Omit<Stored<Stripe.ProductFeature>, "deleted" | "entitlement_feature">
> & {
  readonly created: number;
  readonly entitlement_feature: string;
  readonly product: string;
};

export type ActiveEntitlementRecord = Readonly<
  Omit<Stored<Stripe.Entitlements.ActiveEntitlement>, "feature">
> & {
  readonly created: number;
  readonly customer: string;
  readonly feature: string;
};

/** There is one for each customer, and it has the customer's id. */
export type EntitlementSummaryRecord = Readonly<
  Omit<Stored<Stripe.Entitlements.ActiveEntitlementSummary>, "entitlements">
> & {
  readonly id: string;
  readonly created: number;
  readonly grants: readonly Grant[];
};

/** The features that an item gives its customer, as its product had them when the item's period began. */
export interface Grant {
  readonly subscription: string;
  readonly item: string;
  readonly product: string;
  readonly periodStart: number;
  readonly features: readonly string[];
}
