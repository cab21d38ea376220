import type { SearchQuery } from "../stripe/search-query.js";

/**
 * Who owns what: the port that every strategy implements. A strategy only answers questions about objects that Stripe
 * returned; asking Stripe, and refusing, is the scope's and the gate's work.
 */
export interface Tenancy {
  /**
   * The connected account that holds the tenant's data and nobody else's; undefined where tenants share the platform's
   * own account. @throws AccountMismatchError when the tenant should have an account and has none of its own.
   */
  accountOf(tenantId: string): Promise<string | undefined> | undefined;
  customerAccess(tenantId: string, customer: OwnedByMetadata): Promise<CustomerAccess> | CustomerAccess;
  productAccess(tenantId: string, product: OwnedByMetadata): ProductAccess;
  /** Finds the products that {@link productAccess} would let the tenant see; undefined where its account holds no others. */
  productQuery(tenantId: string): SearchQuery | undefined;
  /** The tenant's customers, where the strategy knows them without asking Stripe. */
  customersOf?(tenantId: string): Promise<readonly string[]>;
  /**
   * Records for good that a customer made here is the tenant's; doing so again changes nothing. Left out where the
   * customer's mark or account says it already.
   */
  link?(tenantId: string, customerId: string): Promise<void>;
  /** True where the application alone records whose a customer is, so that none can be made here. */
  readonly readOnly?: boolean | undefined;
  /** Whose event it is. `readCustomer` asks Stripe, and finds nothing where the customer is missing or deleted. */
  resolveTenant(origin: TenantOrigin, readCustomer: ReadCustomer): Promise<TenantResolution>;
  /** The metadata that says whose a new customer or product is; empty where its account says it. */
  markFor(tenantId: string): Readonly<Record<string, string>>;
  /** Metadata keys that are this package's to write, refused in callers' metadata and left out of views. */
  readonly reservedMetadata: readonly string[];
}

/**
 * - `conflict`: two authorities say different tenants; refused, and audited.
 * - `unlinked`: it bears the tenant's mark and the directory does not know it. Refused and audited as well, but to
 *   `ensureCustomer`, which made it and was stopped before it could {@link Tenancy.link} it.
 */
export type CustomerAccess = "own" | "none" | "conflict" | "unlinked";

/** A tenant sees its own products and the shared ones, and changes only its own. */
export type ProductAccess = "own" | "shared" | "none";

/** What a strategy may look at. A deleted object has no metadata left. */
export interface OwnedByMetadata {
  readonly id: string;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

export type ReadCustomer = (customerId: string) => Promise<OwnedByMetadata | undefined>;

/** What an event says about whose it is. At least one is present. */
export interface TenantOrigin {
  /** The customer whose object the event is about. */
  readonly customerId?: string | undefined;
  /** The connected account the event happened on. */
  readonly account?: string | undefined;
  /** Only of an object that is itself the authority on its tenant, a customer or a product, as it was in the event. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * - `tenant`: whose it is.
 * - `nobody`: no tenant's, such as a shared product, or a customer that another application made in the same account.
 * - `unknown`: no tenant is known yet; it may be one whose sign-up is not stored yet, so the event should come again.
 */
export type TenantResolution =
  | { readonly status: "tenant"; readonly tenantId: string }
  | { readonly status: "nobody" }
  | { readonly status: "unknown" };
