import type Stripe from "stripe";
import { ConflictError } from "../errors.js";
import { referencedId } from "../stripe/reference.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";
import { currentSubscriptions } from "./current-subscriptions.js";

/**
 * Refuses to sell a customer what it is subscribed to already. A subscription whose first payment is still to be made
 * counts, since it may yet be paid; one that has ended does not. One request for each 100 current subscriptions.
 *
 * Two calls at the same instant may both pass: only an idempotency key of the caller's makes them one.
 *
 * @param isOwn tells the result of the same call, made before, which is returned and not in the way.
 * @throws ConflictError with the id of the subscription in the way.
 */
export async function assertNotSubscribed(
  scope: TenantScope,
  customerId: string,
  productIds: ReadonlySet<string>,
  isOwn: (subscription: Stripe.Subscription) => boolean = () => false,
): Promise<Stripe.Subscription | undefined> {
  let inTheWay: Stripe.Subscription | undefined;
  for await (const subscription of currentSubscriptions(scope, customerId)) {
    if (isOwn(subscription)) return subscription;
    // guard (if true): a customer is not sold a product twice
    if (!subscription.items.data.some(({ price }) => productIds.has(productOf(price)))) continue;
    inTheWay ??= subscription;
  }
  if (inTheWay === undefined) return undefined;
  throw new ConflictError(
    "The customer has a subscription to this product already. Change that one, or allow a second.",
    { conflictingId: inTheWay.id },
  );
}

function productOf({ product }: Stripe.Price): string {
  return referencedId(product);
}
