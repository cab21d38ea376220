import type Stripe from "stripe";
import { ConflictError } from "../errors.js";
import { eachPage } from "../stripe/page.js";
import { referencedId } from "../stripe/reference.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** Lists a customer's subscriptions that have not ended, newest first. One request for each 100 of them. */
export async function listCurrentSubscriptions(
  scope: TenantScope,
  customer: string,
): Promise<readonly Stripe.Subscription[]> {
  const current: Stripe.Subscription[] = [];
  const pages = eachPage((cursor) =>
    scope.list("GET /v1/subscriptions", { customer, limit: 100, ...cursor }),
  );
  for await (const page of pages) current.push(...page.filter(({ status }) => !ENDED.has(status)));
  return current;
}

const ENDED: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);

/**
 * Refuses to sell a customer what one of its current subscriptions has already. A subscription whose first payment is
 * outstanding counts, because it may yet be paid.
 *
 * Two calls at the same instant may both pass: only the caller's idempotency key makes them one.
 *
 * @throws ConflictError with the id of the subscription in the way.
 */
export function assertNoneSells(
  subscriptions: readonly Stripe.Subscription[],
  productIds: ReadonlySet<string>,
): void {
  const sells = ({ items }: Stripe.Subscription) =>
    items.data.some(({ price }) => productIds.has(referencedId(price.product)));
  const inTheWay = subscriptions.find(sells);
  // guard: a customer is not sold a product twice
  if (inTheWay !== undefined) {
    throw new ConflictError(
      "The customer already has a subscription to this product. Change that one, or pass allowSecond: true.",
      { conflictingId: inTheWay.id },
    );
  }
}
