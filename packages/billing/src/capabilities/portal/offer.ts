import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError, NotFoundError } from "../../errors.js";
import { referencedId } from "../../stripe/reference.js";
import { fieldIs } from "../../stripe/search-query.js";
import { notFound } from "../../stripe/translate-error.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { OfferedProduct } from "./configuration-spec.js";

/**
 * Proves that a portal may offer these products: they are the tenant's own or shared, with active prices of theirs, one per
 * interval. One request; one more for each price that is too new for Stripe's search.
 *
 * @throws NotFoundError for a product or price that is missing or another tenant's.
 * @throws ConflictError for what is archived.
 * @throws InvalidArgumentError for what Stripe's portal cannot offer.
 */
export async function proveOffer(scope: TenantScope, products: readonly OfferedProduct[]): Promise<void> {
  if (products.length === 0) return;
  // guard (as table): a price to offer is one that the tenant may sell
  const prices = await readOfferedPrices(scope, products, (priceId) => scope.price(priceId));
  const visible = new Set([...prices.values()].map(readProductId));
  for (const [at, { productId, priceIds }] of products.entries()) {
    // guard: a product to offer is one that the tenant may sell
    if (!visible.has(productId)) throw notFound();
    const offered = priceIds.flatMap((priceId) => prices.get(priceId) ?? []);
    if (offered.some((price) => readProductId(price) !== productId)) {
      throw new InvalidArgumentError(`products[${at}].priceIds must be prices of that product.`);
    }
    if (!offered.every(isOnSale)) {
      throw new ConflictError(`products[${at}] or a price of it is archived, so it cannot be offered.`);
    }
    const intervals = offered.map(describeInterval);
    if (intervals.includes(undefined)) {
      throw new InvalidArgumentError(
        `products[${at}] has a one-time price; a portal can only offer recurring ones.`,
      );
    }
    if (offered.some(isUsageBased)) {
      throw new InvalidArgumentError(
        `products[${at}] has a usage-based price. Stripe's portal cannot change a subscription to or from one.`,
      );
    }
    if (new Set(intervals).size < intervals.length) {
      throw new InvalidArgumentError(
        `products[${at}] has two prices of the same interval; a portal can offer one for each.`,
      );
    }
  }
}

/** Maps the offered prices by id, without those of products that the tenant does not see. */
export async function findPrices(scope: TenantScope, products: readonly OfferedProduct[]): Promise<Prices> {
  return readOfferedPrices(scope, products, async (priceId) => {
    try {
      return await scope.price(priceId);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  });
}

type Prices = ReadonlyMap<string, Stripe.Price>;

/** @param read asks for a price that the search did not find: it is too new, or not the tenant's. */
async function readOfferedPrices(
  scope: TenantScope,
  products: readonly OfferedProduct[],
  read: (priceId: string) => Promise<Stripe.Price | undefined>,
): Promise<Prices> {
  const priceIds = products.flatMap((product) => product.priceIds);
  const query = fieldIs("product", ...products.map(({ productId }) => productId));
  const paging = { limit: 100, expand: ["data.product"] };
  const isOffered = ({ id }: Stripe.Price) => priceIds.includes(id);
  const { hits } = await scope.search("GET /v1/prices/search", query, paging, isOffered);
  const prices = new Map(hits.map((price) => [price.id, price]));
  for (const priceId of priceIds) {
    const price = prices.get(priceId) ?? (await read(priceId));
    if (price !== undefined) prices.set(priceId, price);
  }
  return prices;
}

export function readProductId({ product }: Stripe.Price): string {
  return referencedId(product);
}

export function isOnSale({ active, product }: Stripe.Price): boolean {
  return active && typeof product === "object" && !product.deleted && product.active;
}

/** See https://docs.stripe.com/customer-management#customer-portal-limitations */
export function isUsageBased({ recurring }: Stripe.Price): boolean {
  return recurring?.usage_type === "metered";
}

function describeInterval({ recurring }: Stripe.Price): string | undefined {
  return recurring === null ? undefined : `${recurring.interval_count} ${recurring.interval}`;
}
