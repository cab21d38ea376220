import type Stripe from "stripe";
import type { Deadline } from "../../deadline.js";
import type { Owner, OwnershipCache } from "../ownership-cache.js";
import type { Tenancy } from "../tenancy.js";

export interface OwnedObjectsOptions extends Owner {
  readonly tenancy: Tenancy;
  readonly deadline: Deadline;
  readonly cache: OwnershipCache;
}

/** What a call knows to be the tenant's, with the customer it belongs to: proved in this call, or lately in another. */
export class OwnedObjects {
  readonly #options: OwnedObjectsOptions;
  readonly #proved = new Map<string, string>();

  constructor(options: OwnedObjectsOptions) {
    this.#options = options;
  }

  /** Whether a customer is the tenant's. One that is named only by its id has to have been proved. */
  async owns(customer: string | Stripe.Customer | Stripe.DeletedCustomer): Promise<boolean> {
    // guard (as true): a customer's id alone proves nothing
    if (typeof customer === "string") return this.recalls(customer);
    // guard (as true): a deleted customer is nobody's
    if (customer.deleted) return false;
    const { tenancy, tenantId, deadline } = this.#options;
    // guard: the tenancy decides a customer's owner
    if ((await deadline.race(tenancy.customerAccess(tenantId, customer))) !== "own") return false;
    this.keep(customer.id, customer.id);
    return true;
  }

  recalls(id: string): boolean {
    return this.customerOf(id) !== undefined;
  }

  /** The customer that an object was proved to belong to. What is recalled stays proved to the end of the call. */
  customerOf(id: string): string | undefined {
    const proved = this.#proved.get(id);
    if (proved !== undefined) return proved;
    const customerId = this.#options.cache.customerOf(this.#options, id);
    if (customerId !== undefined) this.#keepForThisCall(id, customerId);
    return customerId;
  }

  /** An object of one of the tenant's customers was proved. */
  keep(id: string, customerId: string): void {
    this.#keepForThisCall(id, customerId);
    this.#options.cache.add(this.#options, id, customerId);
  }

  #keepForThisCall(id: string, customerId: string): void {
    this.#proved.set(id, customerId).set(customerId, customerId);
  }
}
