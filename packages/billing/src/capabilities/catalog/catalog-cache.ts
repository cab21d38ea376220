import type Stripe from "stripe";
import type { ProductPage } from "../../tenancy/scope/scoped-catalog.js";

/** Products and prices together; a few tens of megabytes. */
const CAPACITY = 20_000;
/** How far Stripe's search may lag behind a change. */
const LAG_MS = 60_000;

/** A page of products with the active prices of each, as Stripe has them. */
export interface CatalogPage extends ProductPage {
  readonly pricesByProduct: ReadonlyMap<string, readonly Stripe.Price[]>;
}

/** The key of a page: its tenant, and the query. */
export interface PageName {
  readonly account: string | undefined;
  readonly tenantId: string;
  readonly limit: number;
  readonly after: string | undefined;
}

interface Shelf {
  readonly pages: Map<string, { readonly page: CatalogPage; readonly endsAtMs: number }>;
  size: number;
}

/**
 * Remembers pages of tenants' catalogs for a while. It holds Stripe's answers, from which each call makes new views, so no
 * caller can change what another one gets. Errors are never kept.
 *
 * Keeps no page of a tenant for a minute after a change, because Stripe's search may still show the state before it.
 */
export class CatalogCache {
  readonly #lifetimeMs: number;
  /** By tenant, in the order of use: the first is the one to forget. */
  readonly #shelves = new Map<string, Shelf>();
  /** When each tenant's catalogue last changed, in that order. */
  readonly #changedAtMs = new Map<string, number>();
  #allChangedAtMs = -Infinity;
  #size = 0;

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  find(name: PageName): CatalogPage | undefined {
    // guard (as table): a page is its tenant's
    const shelf = this.#shelves.get(name.tenantId);
    const kept = shelf?.pages.get(toKey(name));
    if (shelf === undefined || kept === undefined || kept.endsAtMs <= performance.now()) return undefined;
    this.#shelves.delete(name.tenantId);
    this.#shelves.set(name.tenantId, shelf);
    return kept.page;
  }

  /** Keeps a page that was asked for at `askedAtMs`, by `performance.now()`. */
  keep(name: PageName, page: CatalogPage, askedAtMs: number): void {
    const changedAtMs = Math.max(this.#allChangedAtMs, this.#changedAtMs.get(name.tenantId) ?? -Infinity);
    if (this.#lifetimeMs === 0 || askedAtMs < changedAtMs + LAG_MS) return;
    const shelf = this.#shelves.get(name.tenantId) ?? { pages: new Map(), size: 0 };
    this.#drop(name.tenantId);
    this.#shelves.set(name.tenantId, shelf);
    shelf.pages.set(toKey(name), { page, endsAtMs: performance.now() + this.#lifetimeMs });
    shelf.size = [...shelf.pages.values()].reduce((size, kept) => size + countObjects(kept.page), 0);
    this.#size += shelf.size;
    for (const tenantId of this.#shelves.keys()) {
      if (this.#size <= CAPACITY) return;
      this.#drop(tenantId);
    }
  }

  /** Forgets a tenant's pages, or everyone's. */
  forget(tenantId?: string): void {
    const nowMs = performance.now();
    if (tenantId === undefined) {
      this.#allChangedAtMs = nowMs;
      this.#shelves.clear();
      this.#size = 0;
      return;
    }
    this.#drop(tenantId);
    this.#changedAtMs.delete(tenantId);
    this.#changedAtMs.set(tenantId, nowMs);
    for (const [other, changedAtMs] of this.#changedAtMs) {
      if (changedAtMs > nowMs - LAG_MS && this.#changedAtMs.size <= CAPACITY) return;
      this.#changedAtMs.delete(other);
      this.#allChangedAtMs = Math.max(this.#allChangedAtMs, changedAtMs);
    }
  }

  #drop(tenantId: string): void {
    this.#size -= this.#shelves.get(tenantId)?.size ?? 0;
    this.#shelves.delete(tenantId);
  }
}

function toKey({ account = "", limit, after = "" }: PageName): string {
  // guard (part 1): a page is its account's
  return `${account} ${limit} ${after}`;
}

function countObjects({ products, pricesByProduct }: CatalogPage): number {
  return [...pricesByProduct.values()].reduce((size, prices) => size + prices.length, products.length);
}
