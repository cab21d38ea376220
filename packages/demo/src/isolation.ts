import { type AnyBillingError, isBillingError, type StripeBillingService } from "@repo/billing";

/** The result of asking for a subscription that is not the tenant's. */
export interface Probe {
  readonly subscriptionId: string;
  /** Undefined if the subscription was returned, which must never happen. */
  readonly refusal: AnyBillingError | undefined;
}

export async function probe(billing: StripeBillingService, subscriptionId: string): Promise<Probe> {
  try {
    await billing.getSubscription(subscriptionId);
    return { subscriptionId, refusal: undefined };
  } catch (error) {
    if (isBillingError(error) && error.code === "not_found") return { subscriptionId, refusal: error };
    throw error;
  }
}
