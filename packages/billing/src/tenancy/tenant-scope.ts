import type Stripe from "stripe";
import { InvalidArgumentError, NotFoundError, TenantContextError } from "../errors.js";
import type { Answer, ListCall, Params, PathIds, WriteCall } from "../stripe/calls.js";
import { isObjectId, parseObjectId } from "../stripe/object-id.js";
import { notFound } from "../stripe/translate-error.js";
import { parseCallerMetadata, type StripeMetadata } from "./caller-metadata.js";
import { Gate, type GateOptions } from "./gate.js";
import { looksLikeAnId } from "./named-ids.js";
import { parseTenantId } from "./tenant-id.js";

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
  const tenantId = parseTenantId(admission.tenantId);
  const account = await admission.deadline.race(admission.tenancy.accountOf(tenantId));
  const options = { ...admission, tenantId, account };
  return new Scope(ADMITTED, options, openGate(options));
}

/** What a scope needs of its gate. */
export type GateToStripe = Pick<Gate, "retrieve" | "list" | "search" | "write">;

/**
 * Proof that a tenant was admitted, and the first wall: what a capability asks here, it asks for this tenant.
 *
 * Every capability takes one, and only {@link admit} makes one: the class does not leave this file, a private field
 * keeps literals from passing for it, and its constructor wants a symbol that nobody else has.
 */
export type TenantScope = Scope;

export interface ProductPaging {
  readonly limit: number;
  readonly after: string | undefined;
  readonly expand: string[];
}

export interface ProductPage {
  readonly products: readonly Stripe.Product[];
  readonly nextCursor: string | null;
}

class Scope {
  readonly #options: GateOptions;
  readonly #gate: GateToStripe;
  /** What was proved in this call, with the customer it belongs to. */
  readonly #proved = new Map<string, string>();

  constructor(admitted: symbol, options: GateOptions, gate: GateToStripe) {
    if (admitted !== ADMITTED) throw new TenantContextError("A tenant's scope is made by the service alone.");
    this.#options = options;
    this.#gate = gate;
  }

  get tenantId(): string {
    return this.#options.tenantId;
  }

  /** A caller's metadata, checked. @throws ReservedMetadataError | InvalidArgumentError */
  callerMetadata(given: unknown): StripeMetadata {
    return parseCallerMetadata(given, this.#options.tenancy.reservedMetadata);
  }

  /** Metadata without the keys that say whose an object is. */
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const { reservedMetadata } = this.#options.tenancy;
    return Object.freeze(
      Object.fromEntries(Object.entries(metadata).filter(([key]) => !reservedMetadata.includes(key))),
    );
  }

  /** Whether a product that this tenant may see is every tenant's. */
  shares(product: Stripe.Product): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, product) === "shared";
  }

  /**
   * The customer that a call is about: the one it names, else the only one that the tenant has.
   *
   * @throws InvalidArgumentError when the id is malformed, or left out where it is not known.
   */
  async customerId(given: unknown): Promise<string> {
    if (given !== undefined) return parseObjectId("customer", given);
    const { tenancy, tenantId, deadline } = this.#options;
    const [customerId, ...others] =
      (await deadline.race(Promise.resolve(tenancy.customersOf?.(tenantId)))) ?? [];
    if (customerId !== undefined && others.length === 0) return parseObjectId("customer", customerId);
    throw new InvalidArgumentError(
      "customerId may be left out only where the tenancy's directory names exactly one customer for the tenant.",
    );
  }

  /** One request. @throws NotFoundError when the customer is missing, deleted or another tenant's. */
  async customer(customerId: string): Promise<Stripe.Customer> {
    const customer = await this.#gate.retrieve("GET /v1/customers/{customer}", { customer: customerId }, {});
    if (customer.deleted || !(await this.#owns(customer))) throw notFound();
    return customer;
  }

  /** One request. @throws NotFoundError when the subscription is missing or not of one of the tenant's customers. */
  async subscription(subscriptionId: string): Promise<Stripe.Subscription> {
    // With its customer expanded, one request both reads the subscription and proves whose it is.
    const params = this.#recalls(subscriptionId) ? {} : { expand: ["customer"] };
    const ids = { subscription: subscriptionId };
    const subscription = await this.#gate.retrieve("GET /v1/subscriptions/{subscription}", ids, params);
    const { customer } = subscription;
    if (!(await this.#owns(customer))) throw notFound();
    this.#keep(subscription.id, typeof customer === "string" ? customer : customer.id);
    return subscription;
  }

  /** One request. @throws NotFoundError when the price is missing or of a product that the tenant may not see. */
  async price(priceId: string): Promise<Stripe.Price> {
    const ids = { price: priceId };
    const price = await this.#gate.retrieve("GET /v1/prices/{price}", ids, { expand: ["product"] });
    const { product } = price;
    if (typeof product === "string" || product.deleted || !this.#sees(product)) throw notFound();
    return price;
  }

  /** One request. @throws NotFoundError when the coupon is missing, or neither the tenant's nor shared by all. */
  async coupon(couponId: string): Promise<Stripe.Coupon> {
    const coupon = await this.#gate.retrieve("GET /v1/coupons/{coupon}", { coupon: couponId }, {});
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
    if (!this.#sees(code) || (customer !== null && !(await this.#owns(customer)))) throw notFound();
    return code;
  }

  /** No request when it was proved lately, else one. @throws NotFoundError as {@link customer}. */
  async proveCustomer(customerId: string): Promise<void> {
    if (!this.#recalls(customerId)) await this.customer(customerId);
  }

  /** No request when it was proved lately, else one. @throws NotFoundError as {@link subscription}. */
  async proveSubscription(subscriptionId: string): Promise<void> {
    if (!this.#recalls(subscriptionId)) await this.subscription(subscriptionId);
  }

  /** The same; another customer of the tenant's is as wrong as another tenant. */
  async proveSubscriptionOf(customerId: string, subscriptionId: string): Promise<void> {
    await this.proveSubscription(subscriptionId);
    if (this.#proved.get(subscriptionId) !== customerId) throw notFound();
  }

  async list<C extends ListCall>(call: C, params: Params<C>): Promise<Answer<C>> {
    const answer = await this.#gate.list(call, params);
    for (const object of answer.data) {
      if (!("customer" in object) || typeof object.customer !== "string") continue;
      if (this.#recalls(object.customer)) this.#keep(object.id, object.customer);
    }
    return answer;
  }

  /** The products that this tenant may see, page by page: those of its own account, or those a search finds. */
  async products({ limit, after, expand }: ProductPaging): Promise<ProductPage> {
    const { tenancy, tenantId } = this.#options;
    const query = tenancy.productQuery(tenantId);
    if (query !== undefined) {
      // A search's cursor is a token that says nothing to anyone but Stripe.
      if (after !== undefined && looksLikeAnId(after)) throw noCursor();
      const paging = { limit, expand, ...(after === undefined ? {} : { page: after }) };
      const { hits, nextPage } = await this.#gate.search("GET /v1/products/search", query, paging);
      return { products: hits, nextCursor: nextPage };
    }
    if (after !== undefined && !isObjectId("product", after)) throw noCursor();
    const paging = { limit, expand, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more: hasMore } = await this.#gate.list("GET /v1/products", paging).catch((error) => {
      throw after !== undefined && error instanceof NotFoundError ? noCursor() : error;
    });
    return { products: data, nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null };
  }

  write<C extends WriteCall>(
    call: C,
    ids: PathIds<C>,
    params: Params<C>,
    idempotencyKey?: string,
  ): Promise<Answer<C>> {
    return this.#gate.write(call, ids, params, idempotencyKey);
  }

  /** Whether something that is marked in its metadata, as products are, is the tenant's or shared by all. */
  #sees(object: { readonly id: string; readonly metadata: Stripe.Metadata | null }): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, object) !== "none";
  }

  async #owns(customer: string | Stripe.Customer | Stripe.DeletedCustomer): Promise<boolean> {
    if (typeof customer === "string") return this.#recalls(customer);
    const { tenancy, tenantId } = this.#options;
    if (customer.deleted || (await tenancy.customerAccess(tenantId, customer)) !== "own") return false;
    this.#keep(customer.id, customer.id);
    return true;
  }

  /** Whether an object was proved in this call or lately by another; from here on it stays proved to the end of the call. */
  #recalls(id: string): boolean {
    if (this.#proved.has(id)) return true;
    const customerId = this.#options.cache.customerOf(this.#options, id);
    if (customerId === undefined) return false;
    this.#keepForThisCall(id, customerId);
    return true;
  }

  #keep(id: string, customerId: string): void {
    this.#keepForThisCall(id, customerId);
    this.#options.cache.add(this.#options, id, customerId);
  }

  #keepForThisCall(id: string, customerId: string): void {
    this.#proved.set(id, customerId).set(customerId, customerId);
  }
}

function noCursor(): InvalidArgumentError {
  return new InvalidArgumentError("after must be the nextCursor of a page of this list.");
}
