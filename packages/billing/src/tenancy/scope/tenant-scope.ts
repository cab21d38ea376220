import type Stripe from "stripe";
import { ConfigurationError, InvalidArgumentError, TenantContextError } from "../../errors.js";
import type {
  PathIds,
  SearchCall,
  StripeAnswer,
  StripeCall,
  StripeParams,
  WriteCall,
} from "../../stripe/calls.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { SearchQuery } from "../../stripe/search-query.js";
import { notFound } from "../../stripe/translate-error.js";
import type { AuditEvent } from "../audit.js";
import { parseCallerMetadata, type StripeMetadata } from "../caller-metadata.js";
import {
  Gate,
  type GateOptions,
  type GateToStripe,
  type SearchPage,
  type SearchParams,
} from "../gate/gate.js";
import type { ScopedListCall } from "../gate/rules.js";
import { CHECKOUT_KEY, REFERENCE_KEY, SHARED } from "../metadata-mark.js";
import { mayEnterAnyCode } from "../promotion-code-entry.js";
import type { EventObject } from "../tenancy.js";
import { parseTenantId } from "../tenant-id.js";
import { eventObjectRead, withoutExpansion } from "./event-objects.js";
import { OwnedObjects } from "./owned-objects.js";
import { ScopedCatalog } from "./scoped-catalog.js";
import { ScopedConfigurations } from "./scoped-configurations.js";

/** Known to this file alone, so that a scope's constructor is of no use to anyone who gets hold of it. */
const ADMITTED = Symbol("admitted");

/** What a scope is made of: the service's parts, and the call's tenant, time and trusted ids. */
export type Admission = Omit<GateOptions, "account">;

/**
 * Admits a tenant for one call of the service.
 *
 * @param openGate makes the second wall; another one only where the first is to be proved on its own.
 * @throws TenantContextError when the tenant id is malformed.
 */
export async function admit(
  admission: Admission,
  openGate: (options: GateOptions) => GateToStripe = (options) => new Gate(options),
): Promise<TenantScope> {
  const { transport, mode, tenancy, promotionCodes, onAudit, cache, trusted, deadline } = admission;
  // guard (argument): a scope is admitted with a well-formed tenant
  const tenantId = parseTenantId(admission.tenantId);
  // guard (as undefined): a scope is in its tenant's account
  const account = await deadline.race(tenancy.accountOf(tenantId));
  const options = {
    transport,
    mode,
    tenancy,
    promotionCodes,
    onAudit,
    cache,
    trusted,
    deadline,
    tenantId,
    account,
  };
  return new Scope(ADMITTED, options, openGate(options));
}

/**
 * Admits whoever operates the service, for what is shared by all tenants and so no tenant's to change. No tenant can have
 * the id that this scope has.
 */
export function admitOperator(admission: Omit<Admission, "tenantId">): TenantScope {
  const options = { ...admission, tenantId: SHARED, account: undefined };
  return new Scope(ADMITTED, options, new Gate(options));
}

/**
 * Proof that a tenant was admitted, and the first wall: what a capability asks here, it asks for this tenant.
 *
 * Every capability takes one, and only {@link admit} makes one: the class does not leave this file, a private field
 * keeps literals from passing for it, and its constructor wants a symbol that nobody else has.
 */
export type TenantScope = Scope;

/** A payment method with its customer, which knows whether it is the default. */
export type AttachedPaymentMethod = Stripe.PaymentMethod & { readonly customer: Stripe.Customer };

class Scope {
  readonly #catalog: ScopedCatalog;
  readonly #configurations: ScopedConfigurations;
  readonly #options: GateOptions;
  readonly #gate: GateToStripe;
  readonly #owned: OwnedObjects;

  constructor(admitted: symbol, options: GateOptions, gate: GateToStripe) {
    // guard (if admitted === undefined): only admission makes a scope
    if (admitted !== ADMITTED) throw new TenantContextError("A tenant's scope is made by the service alone.");
    this.#options = options;
    this.#gate = gate;
    this.#owned = new OwnedObjects(options);
    this.#catalog = new ScopedCatalog(options, gate);
    this.#configurations = new ScopedConfigurations(options, gate);
  }

  get catalog(): ScopedCatalog {
    return this.#catalog;
  }

  get configurations(): ScopedConfigurations {
    return this.#configurations;
  }

  get tenantId(): string {
    return this.#options.tenantId;
  }

  /** The connected account that is the tenant's own; undefined in the platform's, which tenants share. */
  get account(): string | undefined {
    return this.#options.account;
  }

  /** Whether the tenant's customers may type promotion codes. */
  get mayEnterCodes(): boolean {
    return mayEnterAnyCode(this.account, this.#options.promotionCodes);
  }

  /** The metadata that every customer, product and price of this tenant's bears; empty where its account says it. */
  get mark(): Readonly<Record<string, string>> {
    return this.#options.tenancy.markFor(this.#options.tenantId);
  }

  /** A caller's metadata, checked. @throws ReservedMetadataError | InvalidArgumentError */
  callerMetadata(given: unknown): StripeMetadata {
    return parseCallerMetadata(given, this.#reservedMetadata());
  }

  /** Metadata without the keys that are this package's to write. */
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const reserved = this.#reservedMetadata();
    return Object.freeze(
      // guard (receiver of filter): views leave the package's keys out
      Object.fromEntries(Object.entries(metadata).filter(([key]) => !reserved.includes(key))),
    );
  }

  audit(type: AuditEvent["type"], call: StripeCall, count: number): void {
    this.#options.onAudit(Object.freeze({ type, tenantId: this.tenantId, call, count }));
  }

  /** Settles as `work` does, or rejects when the call's time is over. */
  race<T>(work: T | Promise<T>): Promise<T> {
    return this.#options.deadline.race(work);
  }

  /**
   * The customer that a call is about: the one it names, else the only one that the tenant has.
   *
   * @throws InvalidArgumentError when the id is malformed, or left out where it is not known.
   */
  async customerId(given: unknown): Promise<string> {
    // guard (argument 2): a customer id is checked before it is used
    if (given !== undefined) return parseObjectId("customer", given);
    const { tenancy, tenantId, deadline } = this.#options;
    const [customerId, ...others] =
      (await deadline.race(Promise.resolve(tenancy.customersOf?.(tenantId)))) ?? [];
    // guard (operand 2): a customer left out is the only one
    // guard (argument 2): a directory's customer id is checked before it is used
    if (customerId !== undefined && others.length === 0) return parseObjectId("customer", customerId);
    throw new InvalidArgumentError(
      "customerId may be left out only where the tenancy's directory names exactly one customer for the tenant.",
    );
  }

  /** One request. @throws NotFoundError when the customer is missing, deleted or another tenant's. */
  async customer(customerId: string): Promise<Stripe.Customer> {
    const customer = await this.#gate.retrieve("GET /v1/customers/{customer}", { customer: customerId }, {});
    // guard (operand 2): a customer is the tenant's; guard (if table): a customer is not deleted
    if (customer.deleted || !(await this.#owned.owns(customer))) throw notFound();
    return customer;
  }

  /** The customer that a reference was found to name lately; undefined where that is not known here. */
  customerIdUnder(reference: string): string | undefined {
    // guard (as this.#owned.customerOf(reference)): a reference is remembered under no object's id
    return this.#owned.customerOf(`${REFERENCE_KEY} ${reference}`);
  }

  /** Remembers a customer of this tenant's by its reference. */
  rememberReference(reference: string, customerId: string): void {
    // guard (if true): a reference is remembered only with a proved customer
    if (this.#owned.recalls(customerId)) this.#owned.keep(`${REFERENCE_KEY} ${reference}`, customerId);
  }

  /** @throws ConfigurationError where the application alone records whose a customer is. */
  assertMakesCustomers(): void {
    if (this.#options.tenancy.readOnly !== true) return;
    throw new ConfigurationError(
      "The tenancy's directory needs a link function before customers can be made.",
    );
  }

  /** One request. @throws NotFoundError when the subscription is missing or not of one of the tenant's customers. */
  async subscription(subscriptionId: string, expanded: readonly string[] = []): Promise<Stripe.Subscription> {
    // With its customer expanded, one request both reads the subscription and proves whose it is.
    const expand = this.#owned.recalls(subscriptionId) ? [...expanded] : ["customer", ...expanded];
    const params = expand.length === 0 ? {} : { expand };
    const ids = { subscription: subscriptionId };
    const subscription = await this.#gate.retrieve("GET /v1/subscriptions/{subscription}", ids, params);
    const { customer } = subscription;
    // guard: a subscription's customer is the tenant's
    if (!(await this.#owned.owns(customer))) throw notFound();
    this.#owned.keep(subscription.id, idOf(customer));
    return subscription;
  }

  /** One request. @throws NotFoundError when the price is missing or of a product that the tenant may not see. */
  async price(priceId: string): Promise<Stripe.Price> {
    return (await this.catalog.price(priceId)).price;
  }

  /** One request. @throws NotFoundError when the coupon is missing, or neither the tenant's nor shared by all. */
  async coupon(couponId: string): Promise<Stripe.Coupon> {
    const coupon = await this.#gate.retrieve("GET /v1/coupons/{coupon}", { coupon: couponId }, {});
    // guard: a coupon is the tenant's or shared
    if (!this.#sees(coupon)) throw notFound();
    return coupon;
  }

  /** One request. @throws NotFoundError when it is missing, not the tenant's or shared, or for another's customer. */
  async promotionCode(codeId: string): Promise<Stripe.PromotionCode> {
    const ids = { promotion_code: codeId };
    // The customer it is restricted to comes along, to prove it by.
    const params = { expand: ["customer"] };
    const code = await this.#gate.retrieve("GET /v1/promotion_codes/{promotion_code}", ids, params);
    const { customer } = code;
    // guard (operand 1): a promotion code is the tenant's or shared
    // guard (operand 2): a promotion code's customer is the tenant's
    if (!this.#sees(code) || (customer !== null && !(await this.#owned.owns(customer)))) throw notFound();
    return code;
  }

  /** One request. @throws NotFoundError when it is missing, or attached to none of the tenant's customers. */
  async paymentMethod(paymentMethodId: string): Promise<AttachedPaymentMethod> {
    const ids = { payment_method: paymentMethodId };
    const params = { expand: ["customer"] };
    const method = await this.#gate.retrieve("GET /v1/payment_methods/{payment_method}", ids, params);
    const { customer } = method;
    // guard: a payment method is attached to a customer
    if (customer === null || typeof customer === "string") throw notFound();
    // guard: a payment method's customer is the tenant's
    if (!(await this.#owned.owns(customer))) throw notFound();
    this.#owned.keep(method.id, customer.id);
    return { ...method, customer };
  }

  /** One request. @throws NotFoundError when the invoice is missing or not of one of the tenant's customers. */
  async invoice(invoiceId: string): Promise<Stripe.Invoice> {
    const params = this.#owned.recalls(invoiceId) ? {} : { expand: ["customer"] };
    const invoice = await this.#gate.retrieve("GET /v1/invoices/{invoice}", { invoice: invoiceId }, params);
    const { customer } = invoice;
    // guard (operand 2): an invoice's customer is the tenant's
    if (customer === null || !(await this.#owned.owns(customer))) throw notFound();
    this.#owned.keep(invoiceId, idOf(customer));
    return invoice;
  }

  /** One request. @throws NotFoundError when the session is missing or not of one of the tenant's customers. */
  async checkoutSession(sessionId: string): Promise<Stripe.Checkout.Session> {
    const params = this.#owned.recalls(sessionId) ? {} : { expand: ["customer"] };
    const ids = { session: sessionId };
    const session = await this.#gate.retrieve("GET /v1/checkout/sessions/{session}", ids, params);
    const { customer } = session;
    // guard (operand 2): a Checkout session is of one of the tenant's customers
    if (customer === null || !(await this.#owned.owns(customer))) throw notFound();
    this.#owned.keep(sessionId, idOf(customer));
    return session;
  }

  /**
   * Reads the object that an event is about, as it is now. One request.
   *
   * @throws InvalidArgumentError for a kind that cannot be proved to be a tenant's.
   * @throws NotFoundError when it is missing or not the tenant's.
   */
  async eventObject(object: EventObject): Promise<object> {
    const { call, name, expand } = eventObjectRead(object);
    const params = expand === undefined ? {} : { expand: [expand] };
    const answer: object = await this.#gate.retrieve(
      call,
      { [name]: object.id } as PathIds<typeof call>,
      params,
    );
    return withoutExpansion(answer, expand);
  }

  /** No request when it was proved lately, else one. @throws NotFoundError as {@link customer}. */
  async proveCustomer(customerId: string): Promise<void> {
    // guard: a customer is proved before it is used
    if (!this.#owned.recalls(customerId)) await this.customer(customerId);
  }

  /** No request when it was proved lately, else one. @throws NotFoundError as {@link subscription}. */
  async proveSubscription(subscriptionId: string): Promise<void> {
    // guard: a subscription is proved before it is used
    if (!this.#owned.recalls(subscriptionId)) await this.subscription(subscriptionId);
  }

  /** The same; another customer of the tenant's is as wrong as another tenant. */
  async proveSubscriptionOf(customerId: string, subscriptionId: string): Promise<void> {
    await this.proveSubscription(subscriptionId);
    // guard: a subscription is the named customer's
    if (this.#owned.customerOf(subscriptionId) !== customerId) throw notFound();
  }

  /** No request when it was proved lately, else one. @throws NotFoundError when it is none of the customer's. */
  async proveInvoiceOf(customerId: string, invoiceId: string): Promise<void> {
    if (!this.#owned.recalls(invoiceId)) await this.invoice(invoiceId);
    // guard: an invoice is one of the customer's
    if (this.#owned.customerOf(invoiceId) !== customerId) throw notFound();
  }

  /** The same. */
  async provePaymentMethodOf(customerId: string, paymentMethodId: string): Promise<void> {
    if (!this.#owned.recalls(paymentMethodId)) await this.paymentMethod(paymentMethodId);
    // guard: a payment method is one of the customer's
    if (this.#owned.customerOf(paymentMethodId) !== customerId) throw notFound();
  }

  async list<C extends ScopedListCall>(
    call: C,
    params: StripeParams<C>,
    ids: object = {},
  ): Promise<StripeAnswer<C>> {
    const answer = await this.#gate.list(call, params, ids);
    for (const object of answer.data) {
      if (!("customer" in object) || !object.customer) continue;
      const customerId = idOf(object.customer);
      // guard (if true): a listed object is remembered only with a proved customer
      if (this.#owned.recalls(customerId)) this.#owned.keep(object.id, customerId);
    }
    return answer;
  }

  /** Candidates among which only the tenant's own, or what every tenant sees, come back; see {@link Gate.search}. */
  search<C extends SearchCall>(
    call: C,
    query: SearchQuery,
    params: SearchParams,
    isWanted?: (hit: StripeAnswer<C>["data"][number]) => boolean,
  ): Promise<SearchPage<C>> {
    return this.#gate.search(call, query, params, isWanted);
  }

  /** `step` keeps apart what is sent under one key and looks the same: methods that share a call, and steps of one. */
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

  /** Whether something that is marked in its metadata, as products are, is the tenant's or shared by all. */
  #sees(object: { readonly id: string; readonly metadata: Stripe.Metadata | null }): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, object) !== "none";
  }

  #reservedMetadata(): readonly string[] {
    // guard (part 1): the tenancy's keys are kept from callers
    // guard (part 2): the key of references is kept from callers
    // guard (part 3): Checkout's key is kept from callers
    return [...this.#options.tenancy.reservedMetadata, REFERENCE_KEY, CHECKOUT_KEY];
  }
}

function idOf(reference: string | { readonly id: string }): string {
  return typeof reference === "string" ? reference : reference.id;
}
