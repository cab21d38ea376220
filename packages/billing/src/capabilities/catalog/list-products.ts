import type Stripe from "stripe";
import * as z from "zod/mini";
import { checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { CursorError } from "../../stripe/page-cursor.js";
import { toProductId } from "../../tenancy/scope/scoped-catalog.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import type { Product } from "../../views/product.js";
import { type Catalog, productView, withDefault } from "./catalog.js";
import type { CatalogCache, CatalogPage, PageName } from "./catalog-cache.js";

export interface ListProductsOptions extends CallOptions, ListOptions {
  /** `true` (the default) lists products on sale, `false` archived ones, `"all"` both. */
  readonly active?: boolean | "all" | undefined;
}

const listProductsOptions = onFirstUse(() =>
  optionsObject({
    ...listFields(),
    active: z.optional(z.union([z.boolean(), z.literal("all")], 'active must be true, false or "all".')),
  }),
);

export async function listTenantProducts<TMetadata>(
  scope: CatalogScope,
  options: ListProductsOptions,
  catalog: Catalog<TMetadata>,
): Promise<Page<Product<TMetadata>>> {
  const { active = true, limit = 10, after } = checkInput(listProductsOptions, options);
  const { cache, singleFlight } = catalog;
  // guard (part 2): a page is asked for by its tenant's name
  const name = { account: scope.account, tenantId: scope.tenantId, limit, after };
  // guard (part 1): no tenant waits for another's page
  const key = `${name.tenantId} ${limit} ${after ?? ""}`;
  const page =
    cache.find(name) ??
    (await singleFlight.run(
      key,
      (others) => scope.race(others),
      () => loadPage(scope, name, cache),
    ));
  const wanted = active === "all" ? page.products : page.products.filter((one) => one.active === active);
  const views = wanted.map((one) => productView(scope, catalog, one, page.pricesByProduct.get(one.id) ?? []));
  return Object.freeze({
    data: Object.freeze(await Promise.all(views)),
    hasMore: page.nextCursor !== null,
    nextCursor: page.nextCursor,
  });
}

async function loadPage(scope: CatalogScope, name: PageName, cache: CatalogCache): Promise<CatalogPage> {
  // An earlier call may have read this page meanwhile.
  const kept = cache.find(name);
  if (kept !== undefined) return kept;
  const askedAtMs = performance.now();
  const { products, nextCursor } = await scope.catalog.products(name.limit, name.after).catch((error) => {
    if (error instanceof CursorError) cache.forgetBefore(name);
    throw error;
  });
  const page = { products, nextCursor, pricesByProduct: await listPrices(scope, products) };
  cache.keep(name, page, askedAtMs);
  return page;
}

/** One search can name ten products, so up to twenty take no more requests than the tenant's whole catalog. */
const PRODUCTS_IN_A_SEARCH = 10;
const FEW_PRODUCTS = 2 * PRODUCTS_IN_A_SEARCH;

/**
 * Lists the active prices of each product. Stripe cannot list prices by owner: they are found by their product, or many at
 * once by the mark that this package writes on prices. Products whose default price has no mark, or that have none, are
 * searched by id as well, since their prices were made elsewhere.
 */
async function listPrices(
  scope: CatalogScope,
  products: readonly Stripe.Product[],
): Promise<ReadonlyMap<string, readonly Stripe.Price[]>> {
  const found = new Map<string, Stripe.Price[]>(products.map(({ id }) => [id, []]));
  const add = (prices: readonly Stripe.Price[]) => {
    for (const price of prices) {
      const known = found.get(toProductId(price));
      if (known?.every(({ id }) => id !== price.id)) known.push(price);
    }
  };
  let unknown = products;
  if (scope.catalog.hasOwnAccount || products.length > FEW_PRODUCTS) {
    const { prices, isAll } = await scope.catalog.allPrices(new Set(found.keys()));
    add(prices);
    if (isAll) unknown = products.filter((product) => !isKnown(scope, product, found.get(product.id) ?? []));
  }
  for (let from = 0; from < unknown.length; from += PRODUCTS_IN_A_SEARCH) {
    const some = unknown.slice(from, from + PRODUCTS_IN_A_SEARCH);
    add(await scope.catalog.pricesOfProducts(some.map(({ id }) => id)));
  }
  return new Map(products.map((product) => [product.id, withDefault(product, found.get(product.id) ?? [])]));
}

/** Tells if a product's prices probably all carry the tenant's mark, because its default price does. */
function isKnown(scope: CatalogScope, product: Stripe.Product, prices: readonly Stripe.Price[]): boolean {
  if (scope.catalog.hasOwnAccount) return true;
  const { default_price: usual } = product;
  return typeof usual === "object" && usual !== null ? scope.catalog.bearsMark(usual) : prices.length > 0;
}
