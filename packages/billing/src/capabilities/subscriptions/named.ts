/** Proofs of what a new or changed subscription names, so that nobody sells or pays with what is not theirs. */
import { InvalidArgumentError } from "../../errors.js";
import { type Prices, pricesForSale } from "../../selling/for-sale.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/**
 * One request for each price.
 *
 * @throws NotFoundError | ConflictError as {@link pricesForSale}.
 * @throws InvalidArgumentError for one that is paid once.
 */
export async function provePrices(scope: TenantScope, priceIds: readonly string[]): Promise<Prices> {
  const prices = await pricesForSale(scope, priceIds);
  if ([...prices.values()].some(({ recurring }) => recurring === null)) {
    throw new InvalidArgumentError("A subscription takes recurring prices, and one of these is paid once.");
  }
  return prices;
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
  // guard (if true): a payment method is of the subscription's own customer
  if (customer.id === customerId) return;
  throw new InvalidArgumentError(
    "defaultPaymentMethodId must be a payment method of the subscription's customer.",
  );
}
