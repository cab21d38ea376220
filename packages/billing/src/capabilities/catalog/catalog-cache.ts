import type Stripe from "stripe";
import { LinkedMap } from "../../linked-map.js";
import type { ProductPage } from "../../tenancy/scope/scoped-catalog.js";

/** Characters of JSON: some 20,000 products and prices as they usually are, or far fewer with long metadata. */
const CAPACITY = 2 ** 24;
/** What a page takes beside its objects: most tenants may have none. */
const PAGE_OVERHEAD = 500;
/** Tenants whose last change is remembered. */
const MAX_CHANGES = 20_000;
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

interface KeptPage {
  readonly page: CatalogPage;
  readonly size: number;
  readonly endsAtMs: number;
}

type Shelf = Map<string, KeptPage>;

/**
 * Remembers pages of tenants' catalogs for a while. It holds Stripe's answers, from which each call makes new views, so no
 * caller can change what another one gets. Errors are never kept.
 *
 * Keeps no page of a tenant for a minute after a change, because Stripe's search may still show the state before it.
 */
export class CatalogCache {
  readonly #lifetimeMs: number;
  /** By tenant, in the order of use: the first is the one to forget. */
  readonly #shelves = new LinkedMap<Shelf>();
  /** When each tenant's catalogue last changed, in that order. */
  readonly #changedAtMs = new LinkedMap<number>();
  #allChangedAtMs = -Infinity;
  #size = 0;

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  find(name: PageName): CatalogPage | undefined {
    // guard (as table): a page is its tenant's
    const shelf = this.#shelves.get(name.tenantId);
    const kept = shelf?.get(toKey(name));
    if (shelf === undefined || kept === undefined || kept.endsAtMs <= performance.now()) return undefined;
    this.#shelves.set(name.tenantId, shelf);
    return kept.page;
  }

  /** Keeps a page that was asked for at `askedAtMs`, by `performance.now()`. */
  keep(name: PageName, page: CatalogPage, askedAtMs: number): void {
    const changedAtMs = Math.max(this.#allChangedAtMs, this.#changedAtMs.get(name.tenantId) ?? -Infinity);
    if (this.#lifetimeMs === 0 || askedAtMs < changedAtMs + LAG_MS) return;
    const shelf: Shelf = this.#shelves.get(name.tenantId) ?? new Map();
    const key = toKey(name);
    const size = measurePage(page);
    this.#size += size - (shelf.get(key)?.size ?? 0);
    shelf.set(key, { page, size, endsAtMs: performance.now() + this.#lifetimeMs });
    this.#shelves.set(name.tenantId, shelf);
    for (const [tenantId] of this.#shelves) {
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
    this.#changedAtMs.set(tenantId, nowMs);
    for (const [other, changedAtMs] of this.#changedAtMs) {
      if (changedAtMs > nowMs - LAG_MS && this.#changedAtMs.size <= MAX_CHANGES) return;
      this.#changedAtMs.delete(other);
      this.#allChangedAtMs = Math.max(this.#allChangedAtMs, changedAtMs);
    }
  }

  /** Forgets the pages that lead to one whose cursor Stripe refuses, since the product that it names has left the list. */
  forgetBefore({ tenantId, after }: PageName): void {
    const shelf = this.#shelves.get(tenantId) ?? new Map<string, KeptPage>();
    for (const [key, { page, size }] of shelf) {
      if (page.nextCursor !== after || !shelf.delete(key)) continue;
      this.#size -= size;
    }
  }

  #drop(tenantId: string): void {
    for (const { size } of this.#shelves.get(tenantId)?.values() ?? []) this.#size -= size;
    this.#shelves.delete(tenantId);
  }
}

function toKey({ account = "", limit, after = "" }: PageName): string {
  // guard (part 1): a page is its account's
  return `${account} ${limit} ${after}`;
}

function measurePage({ products, pricesByProduct }: CatalogPage): number {
  return PAGE_OVERHEAD + JSON.stringify([products, ...pricesByProduct.values()]).length;
}
