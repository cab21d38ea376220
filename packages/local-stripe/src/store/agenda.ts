import TinyQueue from "tinyqueue";

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly what: T;
}

/** A min-heap of due times. Stale entries stay in it until they are taken: whoever takes one must check that it still holds. */
export class Agenda<T> {
  readonly #queue = new TinyQueue<Entry<T>>([], byTime);
  #order = 0;

  get nextAt(): number | undefined {
    return this.#queue.peek()?.at;
  }

  add(at: number, what: T): void {
    this.#queue.push({ at, order: this.#order++, what });
  }

  /** Removes the earliest entry if it is due by `until`. */
  take(until: number): { readonly at: number; readonly what: T } | undefined {
    const first = this.#queue.peek();
    return first === undefined || first.at > until ? undefined : this.#queue.pop();
  }
}

/** Orders by time, and entries of one time as they were added. */
function byTime<T>(one: Entry<T>, other: Entry<T>): number {
  return one.at - other.at || one.order - other.order;
}
