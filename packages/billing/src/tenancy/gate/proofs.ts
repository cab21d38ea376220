import { SHARED } from "../metadata-mark.js";
import type { Owner, OwnershipCache } from "../ownership-cache.js";
import type { ProductAccess } from "../tenancy.js";
import { referencesIn } from "./named-ids.js";

/** Whose something is that the tenant may name: its own, or everyone's to use and nobody's to change. */
export type Access = Exclude<ProductAccess, "none">;

export interface ProofsOptions extends Owner {
  readonly cache: OwnershipCache;
  /** Ids from the application's own configuration, which tenants cannot choose. */
  readonly trusted: readonly string[];
}

/**
 * What one gate may name: what it saw in answers that are the tenant's, what another call was proved lately, and what
 * the settings name.
 */
export class Proofs {
  readonly #options: ProofsOptions;
  readonly #proved = new Map<string, Access>();
  /** Their references are looked up when one is asked for, since most calls only read. */
  #referring: object[] = [];

  constructor(options: ProofsOptions) {
    this.#options = options;
    // guard (text "own"): an object that the settings name is not the tenant's to change
    for (const id of options.trusted) this.#proved.set(id, "shared");
  }

  add(id: string, access: Access): void {
    this.#proved.set(id, access);
  }

  /** What an object of the tenant's refers to may be named again; that does not make it the tenant's to change. */
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
    if (this.#isReferredTo(id)) return "shared";
    const customerId = this.#options.cache.customerOf(this.#options, id);
    if (customerId === undefined) return this.#accessForAll(id);
    // Kept for the rest of the call, in case the cache forgets them half-way.
    this.#proved.set(id, "own").set(customerId, "own");
    return "own";
  }

  #isReferredTo(id: string): boolean {
    for (const object of this.#referring) {
      for (const reference of referencesIn(object)) {
        // guard (text "own"): an object that a subscription refers to is not the tenant's to change
        if (!this.#proved.has(reference)) this.#proved.set(reference, "shared");
      }
    }
    this.#referring = [];
    return this.#proved.has(id);
  }

  /** What was found lately to be shared by all. */
  #accessForAll(id: string): "shared" | undefined {
    const { account, cache } = this.#options;
    return cache.customerOf({ account, tenantId: SHARED }, id) === undefined ? undefined : "shared";
  }
}

/** No id has a space in it. */
function nameOf(lookupKey: string): string {
  // guard (as lookupKey): a lookup key is no id
  return `lookup key ${lookupKey}`;
}
