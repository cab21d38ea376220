import { ExpiringMap } from "./expiring-map.js";

/** Far more than a process has in use at once, and a few megabytes at most. */
const CAPACITY = 20_000;

/** How long a service remembers which tenant owns a customer, and what it uses that for. */
export interface OwnershipSettings {
  /**
   * How long, in seconds, reads may rely on a proof from an earlier call, 0 to 300. Default: 30. When a customer is
   * assigned to another tenant in the Dashboard, the former tenant can read it for this time at most; processes that
   * receive the `customer.updated` event, and services with 0, notice at once.
   */
  readonly rememberSeconds?: number | undefined;
  /**
   * Lets writes, portal sessions and Checkout sessions rely on such a proof too, which saves a request each. Use it
   * only if no customer ever changes its tenant. Default: false, so that they prove ownership within the call.
   */
  readonly trustInWrites?: boolean | undefined;
}

export interface Owner {
  readonly account: string | undefined;
  readonly tenantId: string;
}

/**
 * Remembers for a short window which objects were proved to belong to a tenant. An operator may give a customer to
 * another tenant meanwhile, so a remembered proof serves reads alone, unless the settings trust it for writes too.
 * Refusals are not remembered, since the object may yet be created. One cache serves one service, hence one API key and
 * one mode.
 */
export class OwnershipCache {
  readonly #windowMs: number;
  /** The one tenant of a customer. */
  readonly #tenants: ExpiringMap<string>;
  /** The customer of a tenant's object, which never changes. */
  readonly #customers: ExpiringMap<string>;
  readonly #forgottenAtMs: ExpiringMap<number>;

  /** @param windowMs how long a proof is remembered; 0 remembers nothing. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
    this.#tenants = new ExpiringMap(CAPACITY, windowMs);
    this.#customers = new ExpiringMap(CAPACITY, windowMs);
    this.#forgottenAtMs = new ExpiringMap(CAPACITY, FORGOTTEN_FOR_MS);
  }

  /** The tenant's customer that an object belongs to; itself, for a customer. Undefined when there is no proof of it. */
  findCustomer(owner: Owner, objectId: string): string | undefined {
    const customerId = this.#customers.get(nameOf(owner, objectId)) ?? objectId;
    // guard (as customerId): a remembered object's customer is the tenant's
    return this.#tenants.get(nameOf({ ...owner, tenantId: "" }, customerId)) === owner.tenantId
      ? customerId
      : undefined;
  }

  /**
   * Remembers that an object belongs to a tenant's customer; a customer belongs to itself.
   *
   * @param askedAtMs when Stripe was asked, by `performance.now()`: what was asked before the customer was forgotten may
   *   be out of date, and is not remembered.
   */
  add(owner: Owner, objectId: string, customerId: string, askedAtMs: number = performance.now()): void {
    if (this.#windowMs === 0) return;
    if (objectId !== customerId) {
      this.#customers.set(nameOf(owner, objectId), customerId);
      return;
    }
    const customer = nameOf({ ...owner, tenantId: "" }, customerId);
    // guard: an answer from before a change is not remembered after it
    if (askedAtMs < (this.#forgottenAtMs.get(customer) ?? -Infinity)) return;
    this.#tenants.set(customer, owner.tenantId);
  }

  /** Forgets whose a customer is, and with it every object of the customer's. */
  forget(account: string | undefined, customerId: string): void {
    const customer = nameOf({ account, tenantId: "" }, customerId);
    this.#forgottenAtMs.set(customer, performance.now());
    this.#tenants.delete(customer);
  }
}

/** Longer than any call may take. */
const FORGOTTEN_FOR_MS = 600_000;

/** None of the parts can hold a line break, so no two owners share a name. */
function nameOf({ account = "", tenantId }: Owner, objectId: string): string {
  // guard (part 1): a proof is of one account
  // guard (part 2): a proof is of one tenant
  return `${account}\n${tenantId}\n${objectId}`;
}
