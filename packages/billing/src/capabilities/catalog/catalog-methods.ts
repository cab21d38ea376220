import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import type { Pages } from "../../stripe/page.js";
import type { Price } from "../../views/price.js";
import type { Product } from "../../views/product.js";
import type { CatalogEvent } from "./catalog-event.js";
import type { ListProductsOptions } from "./list-products.js";
import type { CreatePriceOptions } from "./prices.js";
import type { CreateProductOptions, UpdateProductOptions } from "./products.js";
import type { ReplacePriceOptions } from "./replace-price.js";

/** The service's methods for products and prices. */
export interface CatalogMethods<TMetadata> {
  /**
   * Lists the tenant's own and the shared products, each with its active prices, the default among them.
   *
   * Sends no request while the page is cached (`catalog.cacheSeconds`). Otherwise one for the page and one for the
   * prices of each ten products. For more than twenty products, at most two for the tenant's prices, a hundred in each,
   * and more only for products whose prices were not among those. A hundred products with two hundred prices take three
   * requests, however many products other tenants have.
   *
   * Stripe's search lags by up to a minute, so a new product or price may be missing until then. On a page of more than
   * twenty products, a price that was created elsewhere is left out if this package created the product's default
   * price. {@link getProduct} always returns all prices.
   *
   * @see https://docs.stripe.com/search
   */
  listTenantProducts(options?: ListProductsOptions): Pages<Product<TMetadata>>;

  /**
   * Lists the products that all tenants share, each with its active prices, for visitors who have no tenant yet. Works
   * on a service without a tenant. Requests, caching and the delay of search are those of {@link listTenantProducts}.
   *
   * @throws ConfigurationError under `connectTenancy`, where tenants share nothing.
   */
  listSharedProducts(options?: ListProductsOptions): Pages<Product<TMetadata>>;

  /**
   * Reads one product that the tenant may see, with all its active prices. Two requests; one more for each hundred
   * prices.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/products/retrieve
   */
  getProduct(productId: string, options?: CallOptions): Promise<Product<TMetadata>>;

  /**
   * Creates a product of the tenant's own, with a first price if one is given. One request.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/products/create
   */
  createProduct(options: CreateProductOptions): Promise<Product<TMetadata>>;

  /**
   * Changes the given details of a product and leaves the others as they are. Three requests: to prove that the tenant
   * owns it, to change it, and to list its prices.
   *
   * @throws NotFoundError when it is missing, another tenant's or shared by all.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/products/update
   */
  updateProduct(productId: string, options: UpdateProductOptions): Promise<Product<TMetadata>>;

  /**
   * Takes a product off sale; existing subscriptions go on. `updateProduct` with `active: true` puts it back on sale.
   * Three requests; if it is archived already, succeeds after two and changes nothing.
   *
   * @throws NotFoundError when it is missing, another tenant's or shared by all.
   * @see https://docs.stripe.com/api/products/update
   */
  archiveProduct(productId: string, options?: CallOptions & IdempotencyOptions): Promise<Product<TMetadata>>;

  /**
   * Adds a price to one of the tenant's own products. Two requests.
   *
   * @throws NotFoundError when the product is missing, another tenant's or shared by all.
   * @throws ConflictError when another price has the lookup key, or the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/prices/create
   */
  createPrice(productId: string, options: CreatePriceOptions): Promise<Price>;

  /**
   * Replaces a price with a new one, since the amount of a Stripe price cannot change. The new price takes over the old
   * one's nickname, metadata and lookup key, its place as the product's default, and all terms that are not given; the
   * old price is archived. Subscriptions keep the old price until they are changed. Three requests, one more if there
   * are details to take over, and one more if the old price is the default.
   *
   * Safe to repeat after any failure: the same replacement, with the same idempotency key or with none, creates one price
   * and completes the remaining steps.
   *
   * @throws NotFoundError when the price is missing, another tenant's or of a shared product.
   * @throws ConflictError for a price with tiers, a meter or amounts in several currencies, and when the idempotency key
   *   was used with other options.
   * @see https://docs.stripe.com/products-prices/manage-prices
   */
  replacePrice(priceId: string, options: ReplacePriceOptions): Promise<Price>;

  /**
   * Takes a price off sale; existing subscriptions go on. Two requests; if it is archived already, succeeds after one and
   * changes nothing.
   *
   * @throws NotFoundError when it is missing, another tenant's or of a shared product.
   * @throws ConflictError when it is its product's default price.
   * @see https://docs.stripe.com/api/prices/update
   */
  archivePrice(priceId: string, options?: CallOptions & IdempotencyOptions): Promise<Price>;

  /**
   * Makes a price its product's default. Three requests, or two if it is the default already.
   *
   * @throws NotFoundError when the price is missing, another tenant's or of a shared product.
   * @throws ConflictError when the price is archived.
   * @see https://docs.stripe.com/api/products/update
   */
  setDefaultPrice(priceId: string, options?: CallOptions & IdempotencyOptions): Promise<Product<TMetadata>>;

  /**
   * Makes {@link listTenantProducts} ask Stripe again. On a service bound to a tenant: for that tenant. Otherwise for
   * every tenant that the given `product.*` or `price.*` event may concern, which can be all or none; without an event,
   * for all tenants. Never rejects.
   *
   * A webhook receiver with this service calls it for each such event it verifies, so have Stripe send these events to
   * the endpoint. Each process has its own cache: a process that receives no event keeps its pages for the rest of
   * `catalog.cacheSeconds`.
   */
  forgetCatalog(event?: CatalogEvent): Promise<void>;
}
