import type { Entity } from "./records/records.js";

/** The names of the values under which an object is found: a field's name and its values. */
export type IndexKeys<T> = Readonly<Record<string, (record: T) => readonly (string | null | undefined)[]>>;

export interface PageQuery<T> {
  /** Declared indexes and the value each must hold. The one with the fewest objects is walked. */
  readonly match?: Readonly<Record<string, string>>;
  readonly where?: (record: T) => boolean;
  readonly limit: number;
  readonly startingAfter?: string;
  readonly endingBefore?: string;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
}

/** The delay until a search sees a write, and the clock that measures it. */
export interface Indexing {
  readonly delayMs: () => number;
  readonly nowMs: () => number;
}

interface Row<T> {
  readonly position: number;
  record: T;
}

/**
 * The objects of one kind, in one mode of one account, in the order of their creation. Each index keeps that order too,
 * so that a page costs as much as the page holds, not as much as the collection holds.
 */
export class Collection<T extends Entity> {
  readonly #rows = new Map<string, Row<T>>();
  readonly #order: Row<T>[] = [];
  readonly #indexes = new Map<string, Map<string, Row<T>[]>>();
  readonly #deleted = new Set<string>();
  readonly #keys: IndexKeys<T>;
  readonly #recent: Recent<T>;
  #nextPosition = 0;

  constructor(keys: IndexKeys<T>, indexing: Indexing) {
    this.#keys = { metadata: metadataKeys, ...keys };
    this.#recent = new Recent(indexing);
    for (const name of Object.keys(this.#keys)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#order.length;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.record;
  }

  wasDeleted(id: string): boolean {
    return this.#deleted.has(id);
  }

  insert(record: T): void {
    const row: Row<T> = { position: this.#nextPosition++, record };
    this.#recent.note(record.id, undefined);
    this.#rows.set(record.id, row);
    this.#order.push(row);
    this.#indexAll(row);
  }

  replace(record: T): void {
    const row = this.#rows.get(record.id);
    if (row === undefined) throw new Error(`${record.id} is not kept`);
    this.#recent.note(record.id, row.record);
    const before = row.record;
    row.record = record;
    for (const [name, keysOf] of Object.entries(this.#keys)) {
      const was = keysOf(before);
      const is = keysOf(record);
      if (was.length === is.length && was.every((key, at) => key === is[at])) continue;
      for (const key of distinct(was)) this.#unindex(name, key, row);
      for (const key of distinct(is)) this.#index(name, key, row);
    }
  }

  /**
   * Removes the object, and returns what puts it back in its place. `remember` keeps its id, for kinds that Stripe shows as
   * deleted afterwards.
   */
  remove(id: string, options: { remember: boolean }): () => void {
    const row = this.#rows.get(id);
    if (row === undefined) return () => {};
    this.#recent.note(id, row.record);
    this.#rows.delete(id);
    if (options.remember) this.#deleted.add(id);
    takeOut(this.#order, row);
    this.#unindexAll(row);
    return () => {
      this.#deleted.delete(id);
      this.#rows.set(id, row);
      insertInOrder(this.#order, row);
      this.#indexAll(row);
    };
  }

  /** Lets the oldest objects go, without a trace, until `keep` are left. */
  trim(keep: number): void {
    for (const row of this.#order.splice(0, Math.max(0, this.#order.length - keep))) {
      this.#rows.delete(row.record.id);
      this.#unindexAll(row);
    }
  }

  /** Newest first, as every list of Stripe. `undefined` when a cursor names nothing that is kept. */
  page(query: PageQuery<T>): Page<T> | undefined {
    const { rows, rest } = this.#narrowest(query.match ?? {});
    const accepts = (record: T): boolean =>
      rest.every(([name, value]) => this.#keys[name]?.(record).includes(value)) &&
      (query.where?.(record) ?? true);
    const cursor = query.startingAfter ?? query.endingBefore;
    const at = cursor === undefined ? undefined : this.#rows.get(cursor);
    if (cursor !== undefined && at === undefined) return undefined;

    const found: T[] = [];
    const backwards = query.endingBefore !== undefined;
    let index = at === undefined ? rows.length - 1 : findPosition(rows, at.position);
    if (at !== undefined && !backwards) index -= 1;
    if (backwards && rows[index]?.position === at?.position) index += 1;
    for (; index >= 0 && index < rows.length && found.length <= query.limit; index += backwards ? 1 : -1) {
      const record = rows[index]?.record;
      if (record !== undefined && accepts(record)) found.push(record);
    }
    const hasMore = found.length > query.limit;
    const data = found.slice(0, query.limit);
    return { data: backwards ? data.reverse() : data, hasMore };
  }

  /** Every object under the given values, newest first. */
  all(match: Readonly<Record<string, string>> = {}, where?: (record: T) => boolean): readonly T[] {
    return this.page({ match, ...(where && { where }), limit: Number.MAX_SAFE_INTEGER })?.data ?? [];
  }

  /** The number of objects with a value of an index. */
  count(name: string, value: string): number {
    return this.#indexNamed(name).get(value)?.length ?? 0;
  }

  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  /**
   * The objects that a search sees, newest first, as they were before the indexing delay. Those that are under no
   * alternative's values may be left out; an alternative without values is everything.
   */
  *searchable(alternatives: readonly Readonly<Record<string, string>>[]): Generator<T> {
    const stale = this.#recent.before();
    for (const [id, record] of [...stale].reverse()) {
      if (record !== undefined && !this.#rows.has(id)) yield record;
    }
    // An object that was just changed may still be found by its earlier values.
    const rewritten = [...stale.keys()].flatMap((id) => this.#rows.get(id) ?? []);
    const rows = this.#union(alternatives);
    const holdsAll = rewritten.length === 0 || rows === this.#order;
    for (const row of backwards(holdsAll ? rows : inOrder([rows, rewritten]))) {
      const record = stale.has(row.record.id) ? stale.get(row.record.id) : row.record;
      if (record !== undefined) yield record;
    }
  }

  /** The rows that any of the alternatives finds, once and in order. */
  #union(alternatives: readonly Readonly<Record<string, string>>[]): readonly Row<T>[] {
    const found = alternatives.map((match) => this.#narrowest(match).rows);
    if (found.includes(this.#order)) return this.#order;
    const [only] = found;
    return only !== undefined && found.length === 1 ? only : inOrder(found);
  }

  #narrowest(match: Readonly<Record<string, string>>): { rows: readonly Row<T>[]; rest: [string, string][] } {
    let rows: readonly Row<T>[] = this.#order;
    let chosen: string | undefined;
    for (const [name, value] of Object.entries(match)) {
      const under = this.#indexNamed(name).get(value) ?? [];
      if (chosen === undefined || under.length < rows.length) {
        rows = under;
        chosen = name;
      }
    }
    return { rows, rest: Object.entries(match).filter(([name]) => name !== chosen) };
  }

  #indexNamed(name: string): Map<string, Row<T>[]> {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`there is no index ${name}`);
    return index;
  }

  #index(name: string, key: string, row: Row<T>): void {
    const index = this.#indexNamed(name);
    const rows = index.get(key);
    if (rows) insertInOrder(rows, row);
    // Most values stand for one object only, and an array that is made with it takes no room for more.
    else index.set(key, [row]);
  }

  #indexAll(row: Row<T>): void {
    for (const [name, keysOf] of Object.entries(this.#keys)) {
      for (const key of distinct(keysOf(row.record))) this.#index(name, key, row);
    }
  }

  #unindexAll(row: Row<T>): void {
    for (const [name, keysOf] of Object.entries(this.#keys)) {
      for (const key of distinct(keysOf(row.record))) this.#unindex(name, key, row);
    }
  }

  #unindex(name: string, key: string, row: Row<T>): void {
    const index = this.#indexNamed(name);
    const rows = index.get(key);
    if (rows === undefined) return;
    takeOut(rows, row);
    if (rows.length === 0) index.delete(key);
  }
}

/** The key under which a pair of metadata is indexed. Search compares without regard to case, so the index does too. */
export function metadataKey(key: string, value: string): string {
  return `${key}\u0000${value.toLowerCase()}`;
}

/** The writes that search does not see yet. */
class Recent<T> {
  readonly #indexing: Indexing;
  #writes: { readonly at: number; readonly id: string; readonly before: T | undefined }[] = [];

  constructor(indexing: Indexing) {
    this.#indexing = indexing;
  }

  note(id: string, before: T | undefined): void {
    if (this.#indexing.delayMs() > 0) this.#writes.push({ at: this.#indexing.nowMs(), id, before });
  }

  /** For every object written within the delay, what it was before. */
  before(): ReadonlyMap<string, T | undefined> {
    const since = this.#indexing.nowMs() - this.#indexing.delayMs();
    this.#writes = this.#writes.filter((write) => write.at > since);
    const before = new Map<string, T | undefined>();
    for (const write of this.#writes) if (!before.has(write.id)) before.set(write.id, write.before);
    return before;
  }
}

function metadataKeys(record: Entity): readonly string[] {
  return Object.entries(record.metadata ?? {}).map(([key, value]) => metadataKey(key, value));
}

function distinct(keys: readonly (string | null | undefined)[]): Iterable<string> {
  return new Set(keys.filter((key) => key !== null && key !== undefined));
}

function* backwards<R>(rows: readonly R[]): Generator<R> {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row !== undefined) yield row;
  }
}

/** Merges lists of rows: each row once, in order. */
function inOrder<R extends { readonly position: number }>(parts: readonly (readonly R[])[]): readonly R[] {
  return [...new Set(parts.flat())].sort((one, other) => one.position - other.position);
}

/** The index of the row with this position, or at which it would be inserted. */
function findPosition(rows: readonly { readonly position: number }[], position: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.position ?? Number.POSITIVE_INFINITY) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertInOrder<R extends { readonly position: number }>(rows: R[], row: R): void {
  rows.splice(findPosition(rows, row.position), 0, row);
}

function takeOut<R extends { readonly position: number }>(rows: R[], row: R): void {
  const index = findPosition(rows, row.position);
  if (rows[index] === row) rows.splice(index, 1);
}
