import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";

/** A feature that one of a customer's subscriptions gives access to. */
export interface Entitlement {
  readonly id: string;
  /** The feature's own key, the same for every customer that has it: `"sso"`. */
  readonly lookupKey: string;
  readonly featureId: string;
  readonly livemode: boolean;
}

export function toEntitlement(entitlement: Stripe.Entitlements.ActiveEntitlement): Entitlement {
  const { id, feature, livemode, lookup_key: lookupKey } = entitlement;
  return Object.freeze({
    id,
    lookupKey,
    featureId: referencedId(feature),
    livemode,
  });
}
