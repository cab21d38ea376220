import type Stripe from "stripe";
import { InvalidArgumentError, NotFoundError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/**
 * Makes a write to a subscription that was read before. Where Stripe refuses it, `judge` looks at what has become of the
 * subscription since, and tells it as it would have before: Stripe's own refusal blames a parameter that the caller never
 * gave. One more request after a refusal.
 *
 * @param judge throws where the subscription is no longer in a state for the write; answers where it is so already.
 */
export async function unlessChangedMeanwhile<T>(
  scope: TenantScope,
  subscriptionId: string,
  judge: (now: Stripe.Subscription) => T | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NotFoundError || error instanceof InvalidArgumentError)) throw error;
    const instead = judge(await scope.subscription(subscriptionId, ["schedule"]));
    if (instead === undefined) throw error;
    return instead;
  }
}
