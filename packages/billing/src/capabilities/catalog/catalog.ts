import type Stripe from "stripe";
import type { SingleFlight } from "../../single-flight.js";
import type { PromotionCodes } from "../../tenancy/promotion-code-entry.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Product, toProduct } from "../../views/product.js";
import type { CatalogCache } from "./catalog-cache.js";
import { type MetadataSchema, readMetadata } from "./product-metadata.js";

/** The catalogue's settings. */
export interface CatalogSettings<TMetadata = undefined> {
  /** Types `product.metadata`, and checks it: when a product is written here, and when it is read. */
  readonly metadata?: MetadataSchema<TMetadata> | undefined;
  /**
   * How long pages of `listTenantProducts` may be remembered, 0 to 3600; 0 turns that off. Default: 60. A tenant's own
   * writes and Stripe's `product.*` and `price.*` events, where they arrive, end it before; see `forgetCatalog`.
   */
  readonly cacheSeconds?: number | undefined;
  /**
   * `"shared"` says that every promotion code of an account that tenants share is for the customers of all of them, so
   * that customers may type codes in Checkout and the portal. Stripe cannot keep them from a code that is one tenant's
   * alone. Default: they may not, but in a connected account of the tenant's own.
   */
  readonly promotionCodes?: PromotionCodes | undefined;
}

/** What every operation on a catalogue shares. */
export interface Catalog<TMetadata> {
  readonly schema: MetadataSchema<TMetadata> | undefined;
  readonly cache: CatalogCache;
  readonly singleFlight: SingleFlight;
}

export async function productView<TMetadata>(
  scope: TenantScope,
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

/** A product's prices beside its default price, which came with it and is as good as any of them. */
export function withDefault(product: Stripe.Product, prices: readonly Stripe.Price[]): Stripe.Price[] {
  const { default_price: usual } = product;
  const isMissing =
    typeof usual === "object" && usual?.active === true && prices.every(({ id }) => id !== usual.id);
  return isMissing ? [...prices, usual] : [...prices];
}

function newestFirst(prices: readonly Stripe.Price[]): Stripe.Price[] {
  return [...prices].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
}
