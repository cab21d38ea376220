interface Entry<V> {
  readonly key: string;
  value: V;
  older: Entry<V> | undefined;
  newer: Entry<V> | undefined;
}

/**
 * A map in the order of insertion whose oldest entry is found and removed at once. A plain `Map` has that order too, but
 * V8 walks over all the entries removed from its front to find the first that is left.
 */
export class LinkedMap<V> {
  readonly #entries = new Map<string, Entry<V>>();
  #oldest: Entry<V> | undefined;
  #newest: Entry<V> | undefined;

  get size(): number {
    return this.#entries.size;
  }

  /** The value that was set longest ago. */
  get oldest(): V | undefined {
    return this.#oldest?.value;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Puts the entry at the end, also where the key was there before. */
  set(key: string, value: V): void {
    const known = this.#entries.get(key);
    if (known === undefined) {
      const entry: Entry<V> = { key, value, older: undefined, newer: undefined };
      this.#entries.set(key, entry);
      this.#append(entry);
      return;
    }
    known.value = value;
    if (known === this.#newest) return;
    this.#unlink(known);
    this.#append(known);
  }

  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#unlink(entry);
    return this.#entries.delete(key);
  }

  /** Deletes the entry that was set longest ago, without looking for it; false when there is none. */
  deleteOldest(): boolean {
    const oldest = this.#oldest;
    if (oldest === undefined) return false;
    this.#unlink(oldest);
    return this.#entries.delete(oldest.key);
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
  }

  /** Yields the oldest first. The entry that was yielded last may be deleted. */
  *[Symbol.iterator](): Generator<[key: string, value: V]> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) yield [entry.key, entry.value];
  }

  *values(): Generator<V> {
    for (const [, value] of this) yield value;
  }

  #append(entry: Entry<V>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry<V>): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
  }
}
