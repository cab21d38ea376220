import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError } from "../errors.js";
import { sideBySide } from "../side-by-side.js";
import { referencedId } from "../stripe/reference.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** Maps ids to prices, each proved to be for sale. */
export type Prices = ReadonlyMap<string, Stripe.Price>;

/** Reads of prices that began before it was known which are needed. A failure counts only for a needed price. */
export type PriceReads = ReadonlyMap<string, Promise<Stripe.Price>>;

/**
 * Proves that the tenant may sell these prices. One request for each price that is not read `ahead`.
 *
 * @throws NotFoundError for a price that is missing, or of a product that the tenant may not see.
 * @throws ConflictError for a price that is archived, or whose product is.
 */
export async function proveForSale(
  scope: TenantScope,
  priceIds: readonly string[],
  ahead: PriceReads = new Map(),
): Promise<Prices> {
  const reads = [...new Set(priceIds)].map((priceId) => ahead.get(priceId) ?? scope.price(priceId));
  // guard (as table): a price to sell is one that the tenant sees
  const prices = await sideBySide(...reads);
  for (const { active, product } of prices) {
    // guard (operand 4): a price of an archived product is not sold
    const onSale = active && typeof product === "object" && !product.deleted && product.active;
    // guard: an archived price is not sold
    if (!onSale)
      throw new ConflictError("A price or its product is archived, so it cannot be sold any more.");
  }
  return new Map(prices.map((price) => [price.id, price]));
}

/** @throws InvalidArgumentError for a price that is paid once. */
export function assertRecurring(prices: Prices): void {
  if ([...prices.values()].every(({ recurring }) => recurring !== null)) return;
  throw new InvalidArgumentError(
    "A subscription takes recurring prices, and one of these is a one-time price.",
  );
}

export function isMetered(prices: Prices, priceId: string): boolean {
  return prices.get(priceId)?.recurring?.usage_type === "metered";
}

/** @throws InvalidArgumentError when a metered price has a quantity. */
export function assertNoMeteredQuantity(metered: boolean, quantity: number | undefined): void {
  if (!metered || quantity === undefined) return;
  throw new InvalidArgumentError("A metered price takes no quantity: it bills the usage that is reported.");
}

export function collectProductIds(prices: Prices): ReadonlySet<string> {
  return new Set([...prices.values()].map(({ product }) => referencedId(product)));
}
