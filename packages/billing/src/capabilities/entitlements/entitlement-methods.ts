import type { CallOptions } from "../../stripe/deadline.js";
import type { Entitlement } from "../../views/entitlement.js";

/** The service's methods for the features that subscriptions give access to. */
export interface EntitlementMethods {
  /**
   * Lists every feature that a customer has access to through its subscriptions. One request for each hundred; one more
   * the first time the customer is used.
   *
   * Stripe derives entitlements from the features of the subscribed products. Existing subscribers get a feature that
   * is added to a product with their next period.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/billing/entitlements
   */
  listEntitlements(customerId?: string, options?: CallOptions): Promise<readonly Entitlement[]>;

  /**
   * Tells whether a customer has access to the feature with exactly this lookup key; false for a feature that does not
   * exist. One request for each hundred entitlements; one more the first time the customer is used. An application that
   * asks often can keep the result of {@link listEntitlements} until the customer's next
   * `entitlements.active_entitlement_summary.updated` event. Stripe's event holds only the first ten entitlements; a
   * handler of this package's receiver gets all of them.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/entitlements/active-entitlement/list
   */
  hasEntitlement(customerId: string | undefined, lookupKey: string, options?: CallOptions): Promise<boolean>;
}
