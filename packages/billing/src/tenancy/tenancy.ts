import type Stripe from "stripe";
import type { SearchQuery } from "../stripe/search-query.js";

/**
 * Decides which tenant owns an object: the interface that every strategy implements. A strategy only answers questions
 * about objects that Stripe returned; the scope and the gate ask Stripe and refuse calls.
 */
export interface Tenancy {
  /**
   * Returns the connected account that holds the tenant's data and no one else's; undefined if tenants share the
   * platform's account. @throws AccountMismatchError when the tenant should have an account and has none of its own.
   */
  accountOf(tenantId: string): Promise<string | undefined> | undefined;
  customerAccess(tenantId: string, customer: OwnedByMetadata): Promise<CustomerAccess> | CustomerAccess;
  productAccess(tenantId: string, product: OwnedByMetadata): ProductAccess;
  /** Finds the products that {@link productAccess} would let the tenant see; undefined where its account holds no others. */
  productQuery(tenantId: string): SearchQuery | undefined;
  /** Returns the tenant's customers, if the strategy knows them without asking Stripe. */
  customersOf?(tenantId: string): Promise<readonly string[]>;
  /**
   * Records that a newly created customer is the tenant's; repeating it changes nothing. Left out if the customer's
   * mark or account already says so.
   */
  link?(tenantId: string, customerId: string): Promise<void>;
  /**
   * Tells if the strategy's own record says that a customer is the tenant's. Left out if only Stripe's objects say so.
   */
  isLinked?(tenantId: string, customerId: string): Promise<boolean>;
  /** Returns a copy for one call, which asks the application for each answer only once. */
  forCall?(): Tenancy;
  /**
   * Rejects if the application's record cannot be reached. Called when Stripe has no such object, so that a missing
   * object and another tenant's fail in the same way.
   */
  assertReachable?(): Promise<void>;
  /** Registers a listener for customers whose owner the application changed in this process. */
  onChange?(listener: (customerId: string) => void): void;
  /** True if only the application can record a customer's tenant, so that this package cannot create customers. */
  readonly readOnly?: boolean | undefined;
  /** Finds the tenant of an event. `readCustomer` asks Stripe, also for what a deleted customer was. */
  resolveTenant(origin: TenantOrigin, readCustomer: ReadCustomer): Promise<TenantResolution>;
  /** True if an event's connected account alone decides its tenant, so that nothing has to be read. Default: false. */
  readonly resolvesByAccount?: boolean | undefined;
  /** Returns the metadata that marks a new customer or product as the tenant's; empty if its account says so. */
  markFor(tenantId: string): Readonly<Record<string, string>>;
  /**
   * Returns which tenant owns a customer, or why none does, for operators. Left out if each tenant has its own account;
   * then there are no operators.
   */
  customerOwner?(customer: OwnedByMetadata): Promise<OwnerFacts> | OwnerFacts;
  /** The metadata key of the mark; left out if the account decides which tenant owns an object. */
  readonly markKey?: string | undefined;
  /** Metadata keys that only this package writes. They are refused in callers' metadata and left out of views. */
  readonly reservedMetadata: readonly string[];
}

/**
 * - `conflict`: directory and metadata name different tenants; refused, and reported to `onAudit`.
 * - `unlinked`: it bears the tenant's mark and the directory does not know it. Refused and audited as well, but to
 *   `ensureCustomer`, which made it and was stopped before it could {@link Tenancy.link} it.
 */
export type CustomerAccess = "own" | "none" | "conflict" | "unlinked";

/** A tenant sees its own products and the shared ones, and changes only its own. */
export type ProductAccess = "own" | "shared" | "none";

/**
 * Which tenant owns an object, or why none does:
 *
 * - `unmarked`: nothing names a tenant.
 * - `malformed_mark`: its mark is not a tenant id.
 * - `unlinked`: its mark names a tenant, but the directory does not know the object.
 * - `contradiction`: its mark and the directory name different tenants.
 */
export type OwnerFacts =
  | { readonly tenantId: string; readonly problem: null }
  | { readonly tenantId: null; readonly problem: OwnerProblem };

export type OwnerProblem = "unmarked" | "malformed_mark" | "unlinked" | "contradiction";

/** The part of an object that a strategy looks at. A deleted object has no metadata left. */
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

/** The facts about a service against which a webhook receiver checks its options. */
export interface ReceiverFacts {
  /** The mode of the service's key; `undefined` when its client does not show it. */
  readonly mode?: "live" | "test" | undefined;
  /** The tenant that the service is bound to, which makes it unfit for a receiver. */
  readonly tenantId?: string | undefined;
  /** How an event names its tenant: by a customer or marked object, or by a connected account. */
  readonly tenantsBy: "customer" | "account";
}

/** A request for one page of Stripe's list of events. */
export interface EventListQuery {
  readonly family: "snapshot" | "thin";
  /** 1 to 20 event types of that family. */
  readonly types: readonly string[];
  /** The connected account whose events to list. Default: your own account. */
  readonly account?: string | undefined;
  /** The first and the last second, since the epoch, in which the events were created. */
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

/** A request for one page of an account's subscriptions. */
export interface SubscriptionListQuery {
  /** The connected account whose subscriptions to list. Default: your own account. */
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
 * - `tenant`: the tenant that the event belongs to.
 * - `nobody`: it belongs to no tenant, such as a shared product, or a customer that another application created in the
 *   same account.
 * - `unknown`: no tenant is known yet. It may be one whose sign-up is not stored yet, so the event should be delivered
 *   again.
 */
export type TenantResolution =
  | { readonly status: "tenant"; readonly tenantId: string }
  | { readonly status: "nobody" }
  | { readonly status: "unknown" };
