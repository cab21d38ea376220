import type Stripe from "stripe";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";

/**
 * Makes a write to a subscription that was read before, {@link unlessOvertaken}: where Stripe refuses it, `judge` looks at
 * what has become of the subscription since, and tells it as it would have before. One more request after a refusal.
 *
 * @param judge throws where the subscription is no longer in a state for the write; answers where it is so already.
 */
export function unlessChangedMeanwhile<T>(
  scope: TenantScope,
  subscriptionId: string,
  judge: (now: Stripe.Subscription) => T | undefined,
  write: () => Promise<T>,
): Promise<T> {
  return unlessOvertaken(async () => judge(await scope.subscription(subscriptionId, ["schedule"])), write);
}
