import { SHARED } from "../metadata-mark.js";
import type { Owner, OwnershipCache } from "../ownership-cache.js";
import type { ProductAccess } from "../tenancy.js";
import { referencesIn } from "./named-ids.js";

/** How far a tenant may go with an object: change it, if it is its own, or only use it, if it is shared by all. */
export type Access = Exclude<ProductAccess, "none">;

export interface ProofsOptions extends Owner {
  /** Proofs of other calls. */
  readonly cache: OwnershipCache;
  /** Portal configurations that other calls found for the tenant or for all. */
  readonly configurations: OwnershipCache;
  /** Ids from the application's own configuration, which tenants cannot choose. */
  readonly trusted: readonly string[];
}

/**
 * Holds the ids that one gate may send: those in answers that are the tenant's, those that other calls proved lately, and
 * those in the settings.
 */
export class Proofs {
  readonly #options: ProofsOptions;
  readonly #proved = new Map<string, Access>();
  /** Maps objects to their customers: an object is proved as well as its customer is. */
  readonly #customers = new Map<string, string>();
  /** Customers that another call proved, kept until this call ends. */
  readonly #remembered = new Set<string>();
  /** Ids in the tenant's objects. Collected only when one is asked for, because most calls only read. */
  readonly #referred = new Set<string>();
  #referring: object[] = [];

  constructor(options: ProofsOptions) {
    this.#options = options;
    // guard (text "own"): an object that the settings name is not the tenant's to change
    for (const id of options.trusted) this.#proved.set(id, "shared");
  }

  add(id: string, access: Access): void {
    this.#proved.set(id, access);
  }

  /** Adds an object of one of the tenant's customers. */
  addObject(id: string, customerId: string): void {
    this.#customers.set(id, customerId);
  }

  /** Forgets a customer that turned out to be someone else's, for this call and all others. */
  forgetCustomer(customerId: string): void {
    this.#remembered.delete(customerId);
    const { cache, account } = this.#options;
    if (cache.findCustomer(this.#options, customerId) !== undefined) cache.forget(account, customerId);
  }

  /** Allows the references in a tenant's object to be sent again. It does not allow changing what they name. */
  addReferences(object: object): void {
    this.#referring.push(object);
  }

  addLookupKey(lookupKey: string, access: Access): void {
    this.#proved.set(toEntry(lookupKey), access);
  }

  /** Tells if the price with a lookup key is the tenant's own. */
  ownsLookupKey(lookupKey: string): boolean {
    // guard (as this.#proved.has(toEntry(lookupKey))): a shared price's lookup key is not the tenant's
    return this.#proved.get(toEntry(lookupKey)) === "own";
  }

  /** Tells if an id is in the settings or was proved in this call. */
  has(id: string): boolean {
    return this.#proved.has(id) || this.#isReferredTo(id);
  }

  accessTo(id: string | undefined): Access | undefined {
    if (id === undefined) return undefined;
    // The tenant's own account holds only its objects, and every request names that account.
    if (this.#options.account !== undefined) return "own";
    const proved = this.#proved.get(id);
    if (proved !== undefined) return proved;
    if (this.#findCustomer(id) !== undefined) return "own";
    // guard (text "own"): what a subscription refers to is not the tenant's to change
    if (this.#isReferredTo(id)) return "shared";
    return this.#accessToConfiguration(id);
  }

  /** Returns the customer that proves `id`, if another call proved it; `undefined` if there is no such proof. */
  findStaleCustomer(id: string): string | undefined {
    if (this.#options.account !== undefined) return undefined;
    const customerId = this.#findCustomer(id);
    return customerId === undefined || this.#proved.get(customerId) === "own" ? undefined : customerId;
  }

  /** Holds what another call proved of an object until this call ends: its time may be over when the answer comes. */
  hold(id: string): void {
    this.#findCustomer(id);
  }

  /** Returns the tenant's customer that an id belongs to or is. */
  #findCustomer(id: string): string | undefined {
    const customerId = this.#customers.get(id) ?? this.#options.cache.findCustomer(this.#options, id) ?? id;
    if (this.#proved.get(customerId) === "own" || this.#remembered.has(customerId)) return customerId;
    if (this.#options.cache.findCustomer(this.#options, customerId) === undefined) return undefined;
    // Kept in case the cache forgets them before the call has ended.
    this.#customers.set(id, customerId);
    this.#remembered.add(customerId);
    return customerId;
  }

  #isReferredTo(id: string): boolean {
    for (const object of this.#referring) {
      for (const reference of referencesIn(object)) this.#referred.add(reference);
    }
    this.#referring = [];
    return this.#referred.has(id);
  }

  /** Allows a configuration that was found lately to be used again; to be changed, it must be read first. */
  #accessToConfiguration(id: string): "shared" | undefined {
    const { account, tenantId, configurations } = this.#options;
    const isKnown = [tenantId, SHARED].some(
      (owner) => configurations.findCustomer({ account, tenantId: owner }, id) !== undefined,
    );
    return isKnown ? "shared" : undefined;
  }
}

/** Keeps lookup keys apart from ids, which hold no space. */
function toEntry(lookupKey: string): string {
  // guard (as lookupKey): a lookup key is no id
  return `lookup key ${lookupKey}`;
}
