import type Stripe from "stripe";
import { isObjectId } from "../../stripe/object-id.js";
import { eachPage } from "../../stripe/page.js";
import { CursorError, listAfter } from "../../stripe/page-cursor.js";
import { allOf, fieldIs, metadataIs, type SearchQuery } from "../../stripe/search-query.js";
import { notFound } from "../../stripe/translate-error.js";
import type { SearchParams } from "../gate/finder.js";
import type { GateOptions, GateToStripe } from "../gate/gate.js";
import { lookupKeyFor } from "../gate/lookup-key.js";
import { looksLikeAnId } from "../gate/named-ids.js";
import { readMark, SHARED } from "../metadata-mark.js";

export interface ProductPage {
  readonly products: readonly Stripe.Product[];
  readonly nextCursor: string | null;
}

/** A price with its product, which proves its owner. */
export interface OwnedPrice {
  readonly price: Stripe.Price;
  readonly product: Stripe.Product;
}

/** Reads products and prices for a {@link TenantScope}. They belong to the tenant itself, not to one of its customers. */
export class ScopedCatalog {
  readonly #options: GateOptions;
  readonly #gate: GateToStripe;

  constructor(options: GateOptions, gate: GateToStripe) {
    this.#options = options;
    this.#gate = gate;
  }

  /** Tells if the tenant has an account of its own, whose whole catalog can be listed. */
  get hasOwnAccount(): boolean {
    return this.#options.account !== undefined;
  }

  /** Tells if a product that this tenant may see is shared by all. */
  shares(product: Stripe.Product): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, product) === "shared";
  }

  /** Tells if a price carries the tenant's mark, so that a search finds it. The mark never proves its owner. */
  bearsMark({ metadata }: Stripe.Price): boolean {
    const { tenancy, tenantId } = this.#options;
    return Object.entries(tenancy.markFor(tenantId)).every(
      ([key, value]) => readMark({ metadata }, key) === value,
    );
  }

  /** Formats a tenant's lookup key as it is sent to Stripe. */
  lookupKey(key: string): string {
    // guard (argument 3): lookup keys are given behind the tenant's name
    return lookupKeyFor(this.#options.tenantId, this.#options.account, key);
  }

  /** Reads a product with its default price. One request. @throws NotFoundError when the tenant does not see it. */
  async product(productId: string): Promise<Stripe.Product> {
    const ids = { product: productId };
    const params = { expand: ["default_price.tiers"] };
    const product = await this.#gate.retrieve("GET /v1/products/{product}", ids, params);
    // guard (operand 2): a product is one that the tenant sees
    if (product.deleted || !this.#sees(product)) throw notFound();
    return product;
  }

  /** Reads a product of the tenant's own. One request. @throws NotFoundError for a shared one too, which no tenant may change. */
  async ownProduct(productId: string): Promise<Stripe.Product> {
    const product = await this.product(productId);
    // guard: a shared product is not the tenant's to change
    if (this.shares(product) && !this.#isOperators) throw notFound();
    return product;
  }

  /** Reads a price with its product. One request. @throws NotFoundError when the tenant does not see the product. */
  async price(priceId: string, expand: readonly string[] = []): Promise<OwnedPrice> {
    const ids = { price: priceId };
    const params = { expand: ["product", "tiers", ...expand] };
    const price = await this.#gate.retrieve("GET /v1/prices/{price}", ids, params);
    const { product } = price;
    // guard (operand 3): a price's product is one that the tenant sees
    if (typeof product === "string" || product.deleted || !this.#sees(product)) throw notFound();
    return { price, product };
  }

  /** Reads a price of the tenant's own product. One request. @throws NotFoundError for a shared product's price too. */
  async ownPrice(priceId: string, expand: readonly string[] = []): Promise<OwnedPrice> {
    const owned = await this.price(priceId, expand);
    // guard: a shared product's price is not the tenant's to change
    if (this.shares(owned.product) && !this.#isOperators) throw notFound();
    return owned;
  }

  /** Lists the products that the tenant sees, with their default prices: its own account's, or those that a search finds. */
  async products(limit: number, after: string | undefined): Promise<ProductPage> {
    const { tenancy, tenantId } = this.#options;
    const query = tenancy.productQuery(tenantId);
    const asked = { limit, expand: ["data.default_price.tiers"] };
    if (query !== undefined) {
      // Stripe's search returns a token as cursor, never an id.
      // guard: a search's cursor is no id
      if (after !== undefined && looksLikeAnId(after)) throw new CursorError();
      const paging = { ...asked, ...(after === undefined ? {} : { page: after }) };
      const { hits, nextPage } = await this.#gate.search("GET /v1/products/search", query, paging);
      // guard (receiver): found products are ones that the tenant sees
      return { products: hits.filter((product) => this.#sees(product)), nextCursor: nextPage };
    }
    // guard: a product list's cursor is a product's id
    if (after !== undefined && !isObjectId("product", after)) throw new CursorError();
    const paging = { ...asked, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: hasMore } = await listAfter(after, this.#gate.list("GET /v1/products", paging));
    return { products: data, nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null };
  }

  /** Lists all active prices of one proved product. One request per hundred. */
  async productPrices(productId: string): Promise<readonly Stripe.Price[]> {
    return (await this.#listed({ product: productId }, Number.POSITIVE_INFINITY)).prices;
  }

  /**
   * Lists active prices of the tenant's whole catalog, at most two pages: its own account's, or those that a search finds
   * by their mark and that belong to one of the products.
   */
  async allPrices(productIds: ReadonlySet<string>): Promise<SomePrices> {
    // guard (if true): only an account of the tenant's own is listed whole
    if (this.hasOwnAccount) return this.#listed({}, 2);
    const { tenancy, tenantId } = this.#options;
    const marks = Object.entries(tenancy.markFor(tenantId)).map(([key, value]) => metadataIs(key, value));
    const query = allOf(...marks, fieldIs("active", "true"));
    return this.#found(query, 2, (price) => productIds.has(toProductId(price)) && this.bearsMark(price));
  }

  /** Lists the active prices of at most ten proved products. One request per hundred, archived ones included. */
  async pricesOfProducts(productIds: readonly string[]): Promise<readonly Stripe.Price[]> {
    const query = fieldIs("product", ...productIds);
    const isWanted = (price: Stripe.Price) => price.active && productIds.includes(toProductId(price));
    return (await this.#found(query, Number.POSITIVE_INFINITY, isWanted)).prices;
  }

  async #listed(filter: { readonly product?: string }, pages: number): Promise<SomePrices> {
    const prices: Stripe.Price[] = [];
    const asked = { ...filter, active: true, limit: 100, expand: ["data.tiers"] };
    let isAll = false;
    let left = pages;
    const load = async (cursor: object) => {
      const page = await this.#gate.list("GET /v1/prices", { ...asked, ...cursor });
      isAll = !page.has_more;
      return page;
    };
    for await (const page of eachPage(load)) {
      prices.push(...page);
      left -= 1;
      if (left === 0) break;
    }
    return { prices, isAll };
  }

  async #found(
    query: SearchQuery,
    pages: number,
    isWanted: (price: Stripe.Price) => boolean,
  ): Promise<SomePrices> {
    const prices: Stripe.Price[] = [];
    let paging: SearchParams = { limit: 100, expand: ["data.tiers"] };
    for (let page = 1; ; page++) {
      const { hits, nextPage } = await this.#gate.search("GET /v1/prices/search", query, paging, isWanted);
      prices.push(...hits);
      if (nextPage === null || page >= pages) return { prices, isAll: nextPage === null };
      paging = { ...paging, page: nextPage };
    }
  }

  /** What all tenants share is its operator's own. A visitor's gate writes nothing. */
  get #isOperators(): boolean {
    return this.#options.tenantId === SHARED;
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

export function toProductId({ product }: Stripe.Price): string {
  return typeof product === "string" ? product : product.id;
}
