import { SHARED } from "../metadata-mark.js";
import type { Owner, OwnershipCache } from "../ownership-cache.js";
import type { ProductAccess } from "../tenancy.js";
import { referencesIn } from "./named-ids.js";

/** What a tenant may do with an object that it may name: change its own, use what is shared by all. */
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
 * The ids that one gate may name: those it saw in answers that are the tenant's, those proved lately in other calls, and
 * those in the settings.
 */
export class Proofs {
  readonly #options: ProofsOptions;
  readonly #proved = new Map<string, Access>();
  /** The customers of objects: an object is as well proved as its customer is. */
  readonly #customers = new Map<string, string>();
  /** The customers that another call proved, kept to the end of this one. */
  readonly #remembered = new Set<string>();
  /** Ids in objects of the tenant's; they are looked up when one is asked for, since most calls only read. */
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

  /** Takes back what is remembered of a customer that turned out to be someone else's, here and for other calls. */
  forgetCustomer(customerId: string): void {
    this.#remembered.delete(customerId);
    const { cache, account } = this.#options;
    if (cache.findCustomer(this.#options, customerId) !== undefined) cache.forget(account, customerId);
  }

  /** Lets the references of a tenant's object be named again; that does not make them the tenant's to change. */
  addReferencesOf(object: object): void {
    this.#referring.push(object);
  }

  addLookupKey(lookupKey: string, access: Access): void {
    this.#proved.set(nameOf(lookupKey), access);
  }

  /** Whether the price that a lookup key names is the tenant's own. */
  ownsLookupKey(lookupKey: string): boolean {
    // guard (as this.#proved.has(nameOf(lookupKey))): a shared price's lookup key is not the tenant's
    return this.#proved.get(nameOf(lookupKey)) === "own";
  }

  /** Whether an id was named by the settings or proved in this call. */
  has(id: string): boolean {
    return this.#proved.has(id) || this.#isReferredTo(id);
  }

  accessTo(id: string | undefined): Access | undefined {
    if (id === undefined) return undefined;
    // An account of the tenant's own holds nothing else, and every request names it.
    if (this.#options.account !== undefined) return "own";
    const proved = this.#proved.get(id);
    if (proved !== undefined) return proved;
    if (this.#findCustomer(id) !== undefined) return "own";
    // guard (text "own"): what a subscription refers to is not the tenant's to change
    if (this.#isReferredTo(id)) return "shared";
    return this.#accessToConfiguration(id);
  }

  /** The customer whose proof, and so that of `id`, is from another call; undefined where there is no such proof. */
  findStaleCustomer(id: string): string | undefined {
    if (this.#options.account !== undefined) return undefined;
    const customerId = this.#findCustomer(id);
    return customerId === undefined || this.#proved.get(customerId) === "own" ? undefined : customerId;
  }

  /** The tenant's customer that an object belongs to, or that it is. */
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

  /** What was found lately under a specification may be used again; what may be changed has to be read. */
  #accessToConfiguration(id: string): "shared" | undefined {
    const { account, tenantId, configurations } = this.#options;
    const isKnown = [tenantId, SHARED].some(
      (owner) => configurations.findCustomer({ account, tenantId: owner }, id) !== undefined,
    );
    return isKnown ? "shared" : undefined;
  }
}

/** No id has a space in it. */
function nameOf(lookupKey: string): string {
  // guard (as lookupKey): a lookup key is no id
  return `lookup key ${lookupKey}`;
}
