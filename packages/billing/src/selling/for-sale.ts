import type Stripe from "stripe";
import { ConflictError } from "../errors.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** Prices by their ids, each proved to be for sale. */
export type Prices = ReadonlyMap<string, Stripe.Price>;

/**
 * One request for each price.
 *
 * @throws NotFoundError for a price that is missing, or of a product that the tenant may not see.
 * @throws ConflictError for one that is archived, or whose product is.
 */
export async function pricesForSale(scope: TenantScope, priceIds: readonly string[]): Promise<Prices> {
  // guard (as table): what is sold has a price that the tenant sees
  const prices = await Promise.all([...new Set(priceIds)].map((priceId) => scope.price(priceId)));
  for (const { active, product } of prices) {
    // guard (operand 4): what is archived with its product is not sold
    const onSale = active && typeof product === "object" && !product.deleted && product.active;
    // guard: what is archived is not sold
    if (!onSale)
      throw new ConflictError("A price or its product is archived, so it cannot be sold any more.");
  }
  return new Map(prices.map((price) => [price.id, price]));
}

export function productsOf(prices: Prices): ReadonlySet<string> {
  return new Set(
    [...prices.values()].map(({ product }) => (typeof product === "string" ? product : product.id)),
  );
}
