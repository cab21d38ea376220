import type Stripe from "stripe";
import type { Deadline } from "../../deadline.js";
import type { PathIds, StripeAnswer, StripeParams } from "../../stripe/calls.js";
import { referencedId } from "../../stripe/reference.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateToStripe } from "../gate/gate.js";
import type { Owner, OwnershipCache } from "../ownership-cache.js";
import type { Tenancy } from "../tenancy.js";

export interface OwnedObjectsOptions extends Owner {
  readonly tenancy: Tenancy;
  readonly deadline: Deadline;
  readonly cache: OwnershipCache;
}

/** Reads one object that belongs to a customer. */
export type OwnedCall =
  | "GET /v1/charges/{charge}"
  | "GET /v1/checkout/sessions/{session}"
  | "GET /v1/invoices/{invoice}"
  | "GET /v1/payment_intents/{payment_intent}"
  | "GET /v1/payment_methods/{payment_method}"
  | "GET /v1/subscriptions/{subscription}"
  | "GET /v1/tax_ids/{tax_id}";

export interface ReadOptions {
  /**
   * Accepts a proof of another call, and does not expand the customer. For methods that only read: a write would have to
   * prove the customer with one more request.
   */
  readonly onlyReads?: boolean;
}

/** An object of a list, with its customer where it has one. */
interface Listed {
  readonly id: string;
  readonly customer?: string | { readonly id: string } | null;
}

/** Reads and proves objects of the tenant's customers. An object is known when this call, or another one lately, proved it. */
export class OwnedObjects {
  readonly #options: OwnedObjectsOptions;
  readonly #gate: Pick<GateToStripe, "retrieve">;
  readonly #startedAtMs = performance.now();
  readonly #customers = new Map<string, string>();

  constructor(options: OwnedObjectsOptions, gate: Pick<GateToStripe, "retrieve">) {
    this.#options = options;
    this.#gate = gate;
  }

  /** One request. @throws NotFoundError when the object is missing or not of one of the tenant's customers. */
  async read<C extends OwnedCall>(
    call: C,
    ids: PathIds<C>,
    expand: readonly string[] = [],
    { onlyReads = false }: ReadOptions = {},
  ): Promise<StripeAnswer<C>> {
    const [id = ""]: readonly string[] = Object.values(ids);
    // With its customer expanded, one request both reads the object and proves its owner.
    const expanded = onlyReads && this.isKnown(id) ? [...expand] : ["customer", ...expand];
    const params = expanded.length === 0 ? {} : { expand: expanded };
    const object = await this.#gate.retrieve(call, ids, params as StripeParams<C>); // every such read can expand
    const { customer } = object;
    // guard: an object belongs to a customer
    if (customer === null) throw notFound();
    // guard: an object's customer is the tenant's
    if (!(await this.owns(customer))) throw notFound();
    this.remember(object.id, referencedId(customer));
    return object;
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError as {@link read} does. */
  async prove<C extends OwnedCall>(call: C, ids: PathIds<C>): Promise<void> {
    const [id = ""]: readonly string[] = Object.values(ids);
    // guard: an object is proved before it is used
    if (!this.isKnown(id)) await this.read(call, ids);
  }

  /** Proves that an object is this customer's, not only the tenant's. @throws NotFoundError when it is another customer's. */
  async proveFor<C extends OwnedCall>(customerId: string, call: C, ids: PathIds<C>): Promise<void> {
    await this.prove(call, ids);
    const [id = ""]: readonly string[] = Object.values(ids);
    // guard: an object is the named customer's
    if (this.findCustomer(id) !== customerId) throw notFound();
  }

  /** Tells if a customer is the tenant's. An id alone must have been proved before. */
  async owns(customer: string | Stripe.Customer | Stripe.DeletedCustomer): Promise<boolean> {
    // guard (as true): a customer's id alone proves nothing
    if (typeof customer === "string") return this.isKnown(customer);
    // guard (as true): a deleted customer is nobody's
    if (customer.deleted) return false;
    const { tenancy, tenantId, deadline } = this.#options;
    // guard: the tenancy decides a customer's owner
    if ((await deadline.race(tenancy.customerAccess(tenantId, customer))) !== "own") return false;
    this.remember(customer.id, customer.id);
    return true;
  }

  isKnown(id: string): boolean {
    return this.findCustomer(id) !== undefined;
  }

  /** Returns the customer that an object was proved to belong to, and keeps it until the call ends. */
  findCustomer(id: string): string | undefined {
    const proved = this.#customers.get(id);
    if (proved !== undefined) return proved;
    const customerId = this.#options.cache.findCustomer(this.#options, id);
    if (customerId !== undefined) this.#keep(id, customerId);
    return customerId;
  }

  /** Remembers an object of one of the tenant's customers, for this call and for others. */
  remember(id: string, customerId: string): void {
    this.#keep(id, customerId);
    this.#options.cache.add(this.#options, id, customerId, this.#startedAtMs);
  }

  /** Remembers listed objects of customers that were proved. */
  rememberListed(objects: readonly Listed[]): void {
    for (const { id, customer } of objects) {
      const customerId = referencedId(customer);
      if (customerId === null) continue;
      // guard (if true): a listed object is remembered with a proved customer alone
      if (this.isKnown(customerId)) this.remember(id, customerId);
    }
  }

  #keep(id: string, customerId: string): void {
    this.#customers.set(id, customerId).set(customerId, customerId);
  }
}
