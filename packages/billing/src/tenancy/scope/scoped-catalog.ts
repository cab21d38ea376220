import type Stripe from "stripe";
import { InvalidArgumentError, NotFoundError } from "../../errors.js";
import { isObjectId } from "../../stripe/object-id.js";
import { allOf, fieldIs, metadataIs, type SearchQuery } from "../../stripe/search-query.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateOptions, GateToStripe, SearchParams } from "../gate/gate.js";
import { lookupKeyFor } from "../gate/lookup-key.js";
import { looksLikeAnId } from "../gate/named-ids.js";
import { readMark } from "../metadata-mark.js";

export interface ProductPage {
  readonly products: readonly Stripe.Product[];
  readonly nextCursor: string | null;
}

/** A price with the product that says whose it is. */
export interface OwnedPrice {
  readonly price: Stripe.Price;
  readonly product: Stripe.Product;
}

/** What {@link TenantScope} asks of products and prices, which belong to a tenant and not to one of its customers. */
export class ScopedCatalog {
  readonly #options: GateOptions;
  readonly #gate: GateToStripe;

  constructor(options: GateOptions, gate: GateToStripe) {
    this.#options = options;
    this.#gate = gate;
  }

  /** Whether nobody else's catalogue is in the tenant's account, so that all of it can be listed. */
  get hasOwnAccount(): boolean {
    return this.#options.account !== undefined;
  }

  /** Whether a product that this tenant may see is every tenant's. */
  shares(product: Stripe.Product): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, product) === "shared";
  }

  /** Whether a price was made here for the tenant. It says where the price can be found, never whose it is. */
  bearsMark({ metadata }: Stripe.Price): boolean {
    const { tenancy, tenantId } = this.#options;
    return Object.entries(tenancy.markFor(tenantId)).every(
      ([key, value]) => readMark({ metadata }, key) === value,
    );
  }

  /** A tenant's lookup key as Stripe has it. */
  lookupKey(key: string): string {
    // guard (argument 3): lookup keys are given behind the tenant's name
    return lookupKeyFor(this.#options.tenantId, this.#options.account, key);
  }

  /** With its default price. One request. @throws NotFoundError when it is missing or not for the tenant to see. */
  async product(productId: string): Promise<Stripe.Product> {
    const ids = { product: productId };
    const params = { expand: ["default_price"] };
    const product = await this.#gate.retrieve("GET /v1/products/{product}", ids, params);
    // guard (operand 2): a product is one that the tenant sees
    if (product.deleted || !this.#sees(product)) throw notFound();
    return product;
  }

  /** The same. @throws NotFoundError for a shared one as well, which is no tenant's to change. */
  async ownProduct(productId: string): Promise<Stripe.Product> {
    const product = await this.product(productId);
    // guard: a shared product is not the tenant's to change
    if (this.shares(product)) throw notFound();
    return product;
  }

  /** One request. @throws NotFoundError when it is missing or of a product that is not for the tenant to see. */
  async price(priceId: string, expand: readonly string[] = []): Promise<OwnedPrice> {
    const ids = { price: priceId };
    const params = { expand: ["product", ...expand] };
    const price = await this.#gate.retrieve("GET /v1/prices/{price}", ids, params);
    const { product } = price;
    // guard (operand 3): a price's product is one that the tenant sees
    if (typeof product === "string" || product.deleted || !this.#sees(product)) throw notFound();
    return { price, product };
  }

  /** The same. @throws NotFoundError for a shared product's as well. */
  async ownPrice(priceId: string, expand: readonly string[] = []): Promise<OwnedPrice> {
    const owned = await this.price(priceId, expand);
    // guard: a shared product's price is not the tenant's to change
    if (this.shares(owned.product)) throw notFound();
    return owned;
  }

  /** The products that this tenant may see, with their default prices: those of its own account, or those a search finds. */
  async products(limit: number, after: string | undefined): Promise<ProductPage> {
    const { tenancy, tenantId } = this.#options;
    const query = tenancy.productQuery(tenantId);
    const asked = { limit, expand: ["data.default_price"] };
    if (query !== undefined) {
      // A search's cursor is a token that says nothing to anyone but Stripe.
      // guard: a search's cursor is no id
      if (after !== undefined && looksLikeAnId(after)) throw noCursor();
      const paging = { ...asked, ...(after === undefined ? {} : { page: after }) };
      const { hits, nextPage } = await this.#gate.search("GET /v1/products/search", query, paging);
      // guard (receiver): found products are ones that the tenant sees
      return { products: hits.filter((product) => this.#sees(product)), nextCursor: nextPage };
    }
    // guard: a product list's cursor is a product's id
    if (after !== undefined && !isObjectId("product", after)) throw noCursor();
    const paging = { ...asked, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: hasMore } = await this.#gate.list("GET /v1/products", paging).catch((error) => {
      throw after !== undefined && error instanceof NotFoundError ? noCursor() : error;
    });
    return { products: data, nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null };
  }

  /** Every active price of one product that was proved. One request a hundred. */
  async pricesOf(productId: string): Promise<readonly Stripe.Price[]> {
    return (await this.#listed({ product: productId }, Number.POSITIVE_INFINITY)).prices;
  }

  /**
   * Active prices of the tenant's whole catalogue, at most two pages of them: those of its own account, or those that a
   * search finds by their mark and that are of one of the products.
   */
  async allPrices(productIds: ReadonlySet<string>): Promise<SomePrices> {
    // guard (if true): only an account of the tenant's own is listed whole
    if (this.hasOwnAccount) return this.#listed({}, 2);
    const { tenancy, tenantId } = this.#options;
    const marks = Object.entries(tenancy.markFor(tenantId)).map(([key, value]) => metadataIs(key, value));
    const query = allOf(...marks, fieldIs("active", "true"));
    return this.#found(query, 2, (price) => productIds.has(productIdOf(price)) && this.bearsMark(price));
  }

  /** Active prices of at most ten products that were proved. One request a hundred, archived ones included. */
  async pricesOfSome(productIds: readonly string[]): Promise<readonly Stripe.Price[]> {
    const query = fieldIs("product", ...productIds);
    const isWanted = (price: Stripe.Price) => price.active && productIds.includes(productIdOf(price));
    return (await this.#found(query, Number.POSITIVE_INFINITY, isWanted)).prices;
  }

  async #listed(filter: { readonly product?: string }, pages: number): Promise<SomePrices> {
    const prices: Stripe.Price[] = [];
    for (let page = 1; ; page++) {
      const last = prices.at(-1)?.id;
      const paging = { active: true, limit: 100, ...(last === undefined ? {} : { starting_after: last }) };
      const { data, has_more: hasMore } = await this.#gate.list("GET /v1/prices", { ...filter, ...paging });
      prices.push(...data);
      if (!hasMore || data.length === 0 || page >= pages) return { prices, isAll: !hasMore };
    }
  }

  async #found(
    query: SearchQuery,
    pages: number,
    isWanted: (price: Stripe.Price) => boolean,
  ): Promise<SomePrices> {
    const prices: Stripe.Price[] = [];
    let paging: SearchParams = { limit: 100 };
    for (let page = 1; ; page++) {
      const { hits, nextPage } = await this.#gate.search("GET /v1/prices/search", query, paging, isWanted);
      prices.push(...hits);
      if (nextPage === null || page >= pages) return { prices, isAll: nextPage === null };
      paging = { limit: 100, page: nextPage };
    }
  }

  #sees(product: Stripe.Product): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, product) !== "none";
  }
}

export interface SomePrices {
  readonly prices: readonly Stripe.Price[];
  readonly isAll: boolean;
}

export function productIdOf({ product }: Stripe.Price): string {
  return typeof product === "string" ? product : product.id;
}

function noCursor(): InvalidArgumentError {
  return new InvalidArgumentError("after must be the nextCursor of a page of this list.");
}
