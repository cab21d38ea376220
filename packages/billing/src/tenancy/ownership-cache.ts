/** Far more than a process has in use at once, and a few megabytes at most. */
const CAPACITY = 20_000;
const LIFETIME_MS = 5 * 60_000;

export interface Owner {
  readonly account: string | undefined;
  readonly tenantId: string;
}

/**
 * Remembers which objects were proved to be whose. Ownership never changes, so a proof may be kept; a refusal is not,
 * since the object may yet be created. One cache serves one service, hence one API key, hence one mode.
 */
export class OwnershipCache {
  /** The oldest first: that is the one to forget. */
  readonly #proofs = new Map<string, { readonly customerId: string; readonly endsAtMs: number }>();

  /** The tenant's customer that an object belongs to; itself, for a customer. Undefined when there is no proof of it. */
  customerOf(owner: Owner, objectId: string): string | undefined {
    const customerId = this.#recall(keyOf(owner, objectId));
    if (customerId === undefined || customerId === objectId) return customerId;
    // guard (as customerId): an object's proof needs its customer's
    return this.#recall(keyOf(owner, customerId));
  }

  add(owner: Owner, objectId: string, customerId: string): void {
    const key = keyOf(owner, objectId);
    this.#proofs.delete(key); // or it would keep its old place
    this.#proofs.set(key, { customerId, endsAtMs: performance.now() + LIFETIME_MS });
    if (this.#proofs.size <= CAPACITY) return;
    const [oldest] = this.#proofs.keys();
    // guard: proofs are bounded
    if (oldest !== undefined) this.#proofs.delete(oldest);
  }

  /** What was remembered may have changed, as a name may that stands for one object now and for another later. */
  forget(owner: Owner, objectId: string): void {
    this.#proofs.delete(keyOf(owner, objectId));
  }

  #recall(key: string): string | undefined {
    const proof = this.#proofs.get(key);
    if (proof === undefined) return undefined;
    // guard (if true): a proof runs out
    if (performance.now() < proof.endsAtMs) return proof.customerId;
    this.#proofs.delete(key);
    return undefined;
  }
}

/** None of the parts can hold a line break, so no two owners share a key. */
function keyOf({ account = "", tenantId }: Owner, objectId: string): string {
  // guard (part 2): a proof is the tenant's; guard (part 1): a proof is the account's
  return `${account}\n${tenantId}\n${objectId}`;
}
