import type Stripe from "stripe";
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
   * Records that a customer made here is the tenant's; doing so again changes nothing. Left out where the customer's mark
   * or account says it already.
   */
  link?(tenantId: string, customerId: string): Promise<void>;
  /**
   * Whether the strategy's own record says that a customer is the tenant's. Left out where only Stripe's objects tell.
   */
  isLinked?(tenantId: string, customerId: string): Promise<boolean>;
  /** Rules for one call, which ask the application for each answer once. */
  forCall?(): Tenancy;
  /**
   * Fails where the application's record cannot be asked. Asked when Stripe has no such object, so that a missing object
   * and another tenant's fail alike.
   */
  assertReachable?(): Promise<void>;
  /** Takes a listener for customers whose owner the application changed in this process. */
  onChange?(listener: (customerId: string) => void): void;
  /** True where the application alone records whose a customer is, so that none can be made here. */
  readonly readOnly?: boolean | undefined;
  /** Finds the tenant of an event. `readCustomer` asks Stripe, also for what a deleted customer was. */
  resolveTenant(origin: TenantOrigin, readCustomer: ReadCustomer): Promise<TenantResolution>;
  /** True where an event's connected account alone decides its tenant, so that nothing is read. Default: false. */
  readonly resolvesByAccount?: boolean | undefined;
  /** The metadata that says whose a new customer or product is; empty where its account says it. */
  markFor(tenantId: string): Readonly<Record<string, string>>;
  /**
   * Tells an operator whose a customer is, or why it is nobody's. Left out where each tenant has an account of its own;
   * then there is no operator.
   */
  customerOwner?(customer: OwnedByMetadata): Promise<OwnerFacts> | OwnerFacts;
  /** The metadata key of the mark; left out where the account says whose an object is. */
  readonly markKey?: string | undefined;
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

/**
 * Whose an object is, or why it is nobody's:
 *
 * - `unmarked`: nothing names a tenant.
 * - `malformed_mark`: its mark is no tenant id.
 * - `unlinked`: its mark names a tenant, and the directory does not know it.
 * - `contradiction`: its mark and the directory name different tenants.
 */
export type OwnerFacts =
  | { readonly tenantId: string; readonly problem: null }
  | { readonly tenantId: null; readonly problem: OwnerProblem };

export type OwnerProblem = "unmarked" | "malformed_mark" | "unlinked" | "contradiction";

/** What a strategy may look at. A deleted object has no metadata left. */
export interface OwnedByMetadata {
  readonly id: string;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

/** A customer (`cus_…`) or an account of Accounts v2 (`acct_…`) as Stripe has it, or as it was when it was deleted. */
export interface CustomerRecord extends OwnedByMetadata {
  readonly deleted?: boolean | undefined;
}

/** Resolves to `undefined` when Stripe has no such customer, and no record of its deletion. */
export type ReadCustomer = (customerId: string) => Promise<CustomerRecord | undefined>;

/** What an event says about its owner. At least one of the first five is present. */
export interface TenantOrigin {
  /** The customer whose object the event is about. */
  readonly customerId?: string | undefined;
  /** The account of Accounts v2 (`acct_…`) that is the customer, where the event names no `cus_…`. */
  readonly customerAccount?: string | undefined;
  /** The connected account the event happened on. */
  readonly account?: string | undefined;
  /** Only of an object whose own metadata decides its tenant, such as a customer or a product, as it was in the event. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** An object that leads to the owner and is read for it: a dispute's charge, a thin event's object. */
  readonly reference?: { readonly kind: string; readonly id: string } | undefined;
  /** A thin event's twin (`evt_…`), which is read before `reference`: it shows the object as it was. */
  readonly snapshotEventId?: string | undefined;
  /** When the event happened, as Stripe's seconds since the epoch: tells which deletion of a customer it goes with. */
  readonly happenedAtSeconds?: number | undefined;
}

/** What a webhook receiver has to know of the service that resolves its tenants. */
export interface ReceiverFacts {
  /** The mode of the service's key; `undefined` when its client does not show it. */
  readonly mode?: "live" | "test" | undefined;
  /** The tenant that the service is bound to, which makes it unfit for a receiver. */
  readonly tenantId?: string | undefined;
  /** What an event has to name to be a tenant's: a customer or marked object, or a connected account. */
  readonly tenantsBy: "customer" | "account";
}

/** What a page of Stripe's lists of events is asked for. */
export interface EventListQuery {
  readonly family: "snapshot" | "thin";
  /** 1 to 20 event types of that family. */
  readonly types: readonly string[];
  /** The connected account whose events they are; your own when left out. */
  readonly account?: string | undefined;
  /** The first and the last second in which they were created. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/** Events of all tenants, newest first, as Stripe has them. */
export interface EventPage {
  readonly events: readonly object[];
  /** Leads to older events; absent on the last page. */
  readonly nextCursor?: string | undefined;
}

/** What a page of an account's subscriptions is asked for. */
export interface SubscriptionListQuery {
  /** The connected account; your own when left out. */
  readonly account?: string | undefined;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

/** Subscriptions of all tenants, newest first, those that have ended as well. */
export interface SubscriptionPage {
  readonly subscriptions: readonly Stripe.Subscription[];
  /** Absent on the last page. */
  readonly nextCursor?: string | undefined;
}

/** An object of Stripe's that an event is about. */
export interface EventObject {
  /** Its kind, such as `subscription`. */
  readonly type: string;
  readonly id: string;
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
