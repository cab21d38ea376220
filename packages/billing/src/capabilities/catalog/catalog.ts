import type Stripe from "stripe";
import type { SingleFlight } from "../../single-flight.js";
import type { PromotionCodes } from "../../tenancy/promotion-code-entry.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import { type Product, toProduct } from "../../views/product.js";
import type { CatalogCache } from "./catalog-cache.js";
import { type MetadataSchema, readMetadata } from "./product-metadata.js";

/** The catalogue's settings. */
export interface CatalogSettings<TMetadata = undefined> {
  /** A schema that types `product.metadata`. Checks it whenever a product is created, updated or read. */
  readonly metadata?: MetadataSchema<TMetadata> | undefined;
  /**
   * How long pages of `listTenantProducts` are cached, in seconds, 0 to 3600; 0 turns caching off. Default: 60. A
   * tenant's own writes, and `product.*` and `price.*` events that a receiver gets, clear them earlier; see
   * `forgetCatalog`.
   */
  readonly cacheSeconds?: number | undefined;
  /**
   * `"shared"` lets customers type promotion codes in Checkout and the portal of an account that tenants share. Stripe
   * then accepts any code of the account, so use it only if no code is meant for a single tenant. Default: customers
   * can type codes only in a tenant's own connected account.
   */
  readonly promotionCodes?: PromotionCodes | undefined;
}

/** The parts that all catalog operations use. */
export interface Catalog<TMetadata> {
  readonly schema: MetadataSchema<TMetadata> | undefined;
  readonly cache: CatalogCache;
  readonly singleFlight: SingleFlight;
}

export async function productView<TMetadata>(
  scope: CatalogScope,
  { schema }: Catalog<TMetadata>,
  product: Stripe.Product,
  prices: readonly Stripe.Price[],
): Promise<Product<TMetadata>> {
  const rawMetadata = scope.withoutReserved(product.metadata);
  const facts = {
    shared: scope.catalog.shares(product),
    prices: newestFirst(prices),
    rawMetadata,
    ...(await readMetadata(scope, schema, rawMetadata)),
  };
  return toProduct<TMetadata>(product, facts, scope);
}

/** Adds the default price, which came with the product, to the product's listed prices. */
export function withDefault(product: Stripe.Product, prices: readonly Stripe.Price[]): Stripe.Price[] {
  const { default_price: usual } = product;
  const isMissing =
    typeof usual === "object" && usual?.active === true && prices.every(({ id }) => id !== usual.id);
  return isMissing ? [...prices, usual] : [...prices];
}

function newestFirst(prices: readonly Stripe.Price[]): Stripe.Price[] {
  return [...prices].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
}
