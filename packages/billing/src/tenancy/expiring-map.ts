import { LinkedMap } from "../linked-map.js";

/**
 * A map that is bounded in size and in time: it drops the entry that was used longest ago, and every entry at its end.
 *
 * The usual packages were tried and left: they allocate for the whole capacity at once, or measure by the wall clock, which
 * an operator may set back, and then a proof would outlive its window.
 */
export class ExpiringMap<V> {
  readonly #capacity: number;
  readonly #lifetimeMs: number;
  /** In the order of use, the least recent first. */
  readonly #entries = new LinkedMap<{ readonly value: V; readonly endsAtMs: number }>();

  constructor(capacity: number, lifetimeMs: number) {
    this.#capacity = capacity;
    this.#lifetimeMs = lifetimeMs;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // guard (if false): an entry runs out
    if (performance.now() >= entry.endsAtMs) {
      this.#entries.delete(key);
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#entries.set(key, { value, endsAtMs: performance.now() + this.#lifetimeMs });
    // guard: entries are bounded
    if (this.#entries.size > this.#capacity) this.#entries.deleteOldest();
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
