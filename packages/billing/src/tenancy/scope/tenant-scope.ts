import type Stripe from "stripe";
import { TenantContextError } from "../../errors.js";
import { sideBySide } from "../../side-by-side.js";
import type {
  PathIds,
  SearchCall,
  StripeAnswer,
  StripeCall,
  StripeParams,
  WriteCall,
} from "../../stripe/calls.js";
import type { SearchQuery } from "../../stripe/search-query.js";
import type { AuditEvent } from "../audit.js";
import { parseCallerMetadata, type StripeMetadata } from "../caller-metadata.js";
import type { SearchPage, SearchParams } from "../gate/finder.js";
import { Gate, type GateOptions, type GateToStripe } from "../gate/gate.js";
import { shownLookupKey } from "../gate/lookup-key.js";
import type { ScopedListCall } from "../gate/rules.js";
import { SHARED } from "../metadata-mark.js";
import { reservedMetadata, withoutReserved } from "../reserved-metadata.js";
import type { EventObject } from "../tenancy.js";
import { parseTenantId } from "../tenant-id.js";
import { readEventObject } from "./event-objects.js";
import { OwnedObjects, type ReadOptions } from "./owned-objects.js";
import { ScopedCatalog } from "./scoped-catalog.js";
import { ScopedConfigurations } from "./scoped-configurations.js";
import { ScopedCustomers } from "./scoped-customers.js";
import { ScopedDiscounts } from "./scoped-discounts.js";
import { ScopedPaymentMethods } from "./scoped-payment-methods.js";
import { ScopedPayments } from "./scoped-payments.js";

/** Never leaves this file, so that nobody else can construct a scope. */
const ADMITTED = Symbol("admitted");

/** The parts of a scope: those of the service, and the tenant, deadline and trusted ids of one call. */
export type Admission = Omit<GateOptions, "account">;

/**
 * Admits a tenant for one call of the service.
 *
 * @param openGate makes the second wall. Tests replace it to prove the first wall alone.
 * @throws TenantContextError when the tenant id is malformed.
 */
export async function admit(
  admission: Admission,
  openGate: (options: GateOptions) => GateToStripe = (options) => new Gate(options),
): Promise<TenantScope> {
  // What is admitted for a tenant is never for what all share.
  const { shared: _, ...given } = admission;
  const { deadline } = given;
  const tenancy = given.tenancy.forCall?.() ?? given.tenancy;
  const tenantId = parseTenantId(given.tenantId);
  const account = await deadline.race(tenancy.accountOf(tenantId));
  const options = { ...given, tenancy, tenantId, account };
  return new Scope(ADMITTED, options, openGate(options));
}

/**
 * Admits a call about what all tenants share: an operator's, which may change it, or a visitor's, which only reads. Its id is
 * no valid tenant id, its type is no {@link TenantScope}, and its gate sends no call about a tenant's own objects.
 */
export function admitShared(
  admission: Omit<Admission, "tenantId" | "shared">,
  shared: "read" | "write",
): CatalogScope {
  const options = { ...admission, shared, tenantId: SHARED, account: undefined };
  return new Scope(ADMITTED, options, new Gate(options));
}

/**
 * The first wall: proof that a tenant was admitted. Everything a capability asks of it is asked for this tenant.
 *
 * Every capability takes a scope, and only {@link admit} makes one: the class is not exported, its private fields reject
 * look-alikes, and its constructor needs a symbol that stays in this file.
 */
export type TenantScope = Scope;

/** What is asked of a scope about a catalog: a tenant's, or what all tenants share. */
export type CatalogScope = Pick<
  Scope,
  | "account"
  | "callerMetadata"
  | "catalog"
  | "configurations"
  | "race"
  | "shownLookupKey"
  | "tenantId"
  | "withoutReserved"
  | "write"
>;

const SUBSCRIPTION = "GET /v1/subscriptions/{subscription}";
const CHECKOUT_SESSION = "GET /v1/checkout/sessions/{session}";
const INVOICE = "GET /v1/invoices/{invoice}";
const TAX_ID = "GET /v1/tax_ids/{tax_id}";

class Scope {
  readonly #customers: ScopedCustomers;
  readonly #catalog: ScopedCatalog;
  readonly #configurations: ScopedConfigurations;
  readonly #discounts: ScopedDiscounts;
  readonly #payments: ScopedPayments;
  readonly #paymentMethods: ScopedPaymentMethods;
  readonly #options: GateOptions;
  readonly #gate: GateToStripe;
  readonly #owned: OwnedObjects;

  constructor(admitted: symbol, options: GateOptions, gate: GateToStripe) {
    // guard (if admitted === undefined): only admission makes a scope
    if (admitted !== ADMITTED)
      throw new TenantContextError("Only the service makes tenant scopes. Call its methods instead.");
    this.#options = options;
    this.#gate = gate;
    this.#owned = new OwnedObjects(options, gate);
    this.#customers = new ScopedCustomers(options, gate, this.#owned);
    this.#catalog = new ScopedCatalog(options, gate);
    this.#configurations = new ScopedConfigurations(options, gate);
    this.#discounts = new ScopedDiscounts(options, gate, this.#owned);
    this.#payments = new ScopedPayments(gate, this.#owned);
    this.#paymentMethods = new ScopedPaymentMethods(options, gate, this.#owned);
  }

  get customers(): ScopedCustomers {
    return this.#customers;
  }

  get catalog(): ScopedCatalog {
    return this.#catalog;
  }

  get configurations(): ScopedConfigurations {
    return this.#configurations;
  }

  get discounts(): ScopedDiscounts {
    return this.#discounts;
  }

  get payments(): ScopedPayments {
    return this.#payments;
  }

  get paymentMethods(): ScopedPaymentMethods {
    return this.#paymentMethods;
  }

  get tenantId(): string {
    return this.#options.tenantId;
  }

  /** The tenant's own connected account; `undefined` in the platform's account, which tenants share. */
  get account(): string | undefined {
    return this.#options.account;
  }

  /** The metadata that marks this tenant's customers, products and prices; empty in an account of its own. */
  get mark(): Readonly<Record<string, string>> {
    return this.#options.tenancy.markFor(this.#options.tenantId);
  }

  /** Checks a caller's metadata. @throws ReservedMetadataError | InvalidArgumentError */
  callerMetadata(given: unknown): StripeMetadata {
    return parseCallerMetadata(given, reservedMetadata(this.#options.tenancy));
  }

  /** Drops the metadata keys that this package writes. */
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return withoutReserved(metadata, this.#options.tenancy);
  }

  /** A stored lookup key as the tenant named it. */
  shownLookupKey(stored: string): string {
    return shownLookupKey(this.account, stored);
  }

  audit(type: AuditEvent["type"], call: StripeCall, count: number): void {
    this.#options.onAudit(Object.freeze({ type, tenantId: this.tenantId, call, count }));
  }

  /** Settles as `work` does, or rejects when the call's time is over. */
  race<T>(work: T | Promise<T>): Promise<T> {
    return this.#options.deadline.race(work);
  }

  /** One request. @throws NotFoundError when the price is missing or of a product that the tenant may not see. */
  async price(priceId: string): Promise<Stripe.Price> {
    return (await this.catalog.price(priceId)).price;
  }

  /** Resolves the id of the customer that a call is about: see {@link ScopedCustomers.resolveId}. */
  customerId(given: unknown): Promise<string> {
    return this.#customers.resolveId(given);
  }

  /** One request. @throws NotFoundError when the customer is missing, deleted or another tenant's. */
  customer(customerId: string): Promise<Stripe.Customer> {
    return this.#customers.read(customerId);
  }

  /**
   * Reads the object that an event is about, as it is now. One request.
   *
   * @throws InvalidArgumentError for a kind that cannot be proved to be a tenant's.
   * @throws NotFoundError when it is missing or not the tenant's.
   */
  eventObject(object: EventObject): Promise<object> {
    return readEventObject(this.#gate, object);
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError as {@link customer} does. */
  proveCustomer(customerId: string): Promise<void> {
    return this.#customers.prove(customerId);
  }

  /** Proves a customer in this call, as a write does: see {@link ScopedCustomers.proveForWrite}. @throws NotFoundError */
  proveForWrite(customerId: string): Promise<void> {
    return this.#customers.proveForWrite(customerId);
  }

  /** One request. @throws NotFoundError when the subscription is missing or not of one of the tenant's customers. */
  subscription(
    subscriptionId: string,
    expand: readonly string[] = [],
    options: ReadOptions = {},
  ): Promise<Stripe.Subscription> {
    return this.#owned.read(SUBSCRIPTION, { subscription: subscriptionId }, expand, options);
  }

  /** One request. @throws NotFoundError when the invoice is missing or not of one of the tenant's customers. */
  invoice(invoiceId: string, options?: ReadOptions, expand: readonly string[] = []): Promise<Stripe.Invoice> {
    return this.#owned.read(INVOICE, { invoice: invoiceId }, expand, options);
  }

  /** One request. @throws NotFoundError when the session is missing or not of one of the tenant's customers. */
  checkoutSession(sessionId: string, options?: ReadOptions): Promise<Stripe.Checkout.Session> {
    return this.#owned.read(CHECKOUT_SESSION, { session: sessionId }, [], options);
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError as {@link checkoutSession} does. */
  proveCheckoutSession(sessionId: string): Promise<void> {
    return this.#owned.prove(CHECKOUT_SESSION, { session: sessionId });
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError as {@link subscription} does. */
  proveSubscription(subscriptionId: string): Promise<void> {
    return this.#owned.prove(SUBSCRIPTION, { subscription: subscriptionId });
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError when it is not the customer's. */
  proveCustomersSubscription(customerId: string, subscriptionId: string): Promise<void> {
    return this.#owned.proveFor(customerId, SUBSCRIPTION, { subscription: subscriptionId });
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError when it is not the customer's. */
  proveCustomersInvoice(customerId: string, invoiceId: string): Promise<void> {
    return this.#owned.proveFor(customerId, INVOICE, { invoice: invoiceId });
  }

  /** One request. @throws NotFoundError when the tax id is missing or of none of the tenant's customers. */
  taxId(taxIdId: string): Promise<Stripe.TaxId> {
    return this.#owned.read(TAX_ID, { tax_id: taxIdId });
  }

  /** Lists objects. Proves the customer that they are listed of, if any, beside the list. One request, and one for the proof. */
  async list<C extends ScopedListCall>(
    call: C,
    params: StripeParams<C>,
    ids: object = {},
  ): Promise<StripeAnswer<C>> {
    const customer: unknown = "customer" in params ? params.customer : undefined;
    // guard (if false): a list is of a proved customer
    const proof = typeof customer === "string" ? this.proveCustomer(customer) : undefined;
    const [, answer] = await sideBySide(proof, this.#gate.list(call, params, ids));
    this.#owned.rememberListed(answer.data);
    return answer;
  }

  /** Searches, and returns only what is the tenant's or shared: see {@link Gate.search}. */
  search<C extends SearchCall>(
    call: C,
    query: SearchQuery,
    params: SearchParams,
    isWanted?: (hit: StripeAnswer<C>["data"][number]) => boolean,
  ): Promise<SearchPage<C>> {
    return this.#gate.search(call, query, params, isWanted);
  }

  /** Writes through the gate. `step` is mixed into the idempotency key, so that two writes of one method do not share a key. */
  async write<C extends WriteCall>(
    call: C,
    ids: PathIds<C>,
    params: StripeParams<C>,
    idempotencyKey?: string,
    step?: string,
  ): Promise<StripeAnswer<C>> {
    const answer = await this.#gate.write(call, ids, params, idempotencyKey, step);
    if (answer.object === "customer") await this.#owned.owns(answer);
    return answer;
  }
}
