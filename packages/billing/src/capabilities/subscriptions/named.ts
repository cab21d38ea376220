/** Proofs of what a new or changed subscription names, so that nobody sells or pays with what is not theirs. */
import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/tenant-scope.js";

/** Prices by their ids, each proved to be for sale. */
export type Prices = ReadonlyMap<string, Stripe.Price>;

/**
 * One request for each price.
 *
 * @throws NotFoundError for a price that is missing, or of a product that the tenant may not see.
 * @throws ConflictError for one that is archived, or whose product is.
 * @throws InvalidArgumentError for one that is paid once.
 */
export async function provePrices(scope: TenantScope, priceIds: readonly string[]): Promise<Prices> {
  const prices = await Promise.all([...new Set(priceIds)].map((priceId) => scope.price(priceId)));
  for (const { active, product, recurring } of prices) {
    const onSale = active && typeof product === "object" && !product.deleted && product.active;
    if (!onSale)
      throw new ConflictError("A price or its product is archived, so it cannot be sold any more.");
    if (recurring === null) {
      throw new InvalidArgumentError("A subscription takes recurring prices, and one of these is paid once.");
    }
  }
  return new Map(prices.map((price) => [price.id, price]));
}

export function isMetered(prices: Prices, priceId: string): boolean {
  return prices.get(priceId)?.recurring?.usage_type === "metered";
}

/**
 * One request.
 *
 * @throws NotFoundError for a payment method that is missing or another tenant's.
 * @throws InvalidArgumentError for one of another customer of the same tenant.
 */
export async function provePaymentMethod(
  scope: TenantScope,
  paymentMethodId: string,
  customerId: string,
): Promise<void> {
  const { customer } = await scope.paymentMethod(paymentMethodId);
  if (customer.id === customerId) return;
  throw new InvalidArgumentError(
    "defaultPaymentMethodId must be a payment method of the subscription's customer.",
  );
}
