import { NotFoundError } from "../errors.js";
import { CursorError } from "./page-cursor.js";

/** The options of every list. */
export interface ListOptions {
  /** The number of objects to ask for in a page, 1 to 100. Default: 10. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the previous page. */
  readonly after?: string | undefined;
}

/** One page of a list, newest first. It may hold fewer objects than `limit` and still not be the last page. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
  /** Pass it as `after` to get the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** The result of a list call: await it for one page, or iterate over it for every object from that page on. */
export interface Pages<T> extends Promise<Page<T>>, AsyncIterable<T> {}

/** A list as Stripe answers it. */
interface StripeList<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

/** Turns a page of Stripe's into the caller's, which holds only what is wanted of it. */
export function toPage<T extends { readonly id: string }, View>(
  { data, has_more: hasMore }: StripeList<T>,
  toView: (object: T) => View,
  isWanted: (object: T) => boolean = () => true,
): Page<View> {
  const nextCursor = hasMore ? (data.at(-1)?.id ?? null) : null;
  return Object.freeze({ data: Object.freeze(data.filter(isWanted).map(toView)), hasMore, nextCursor });
}

/**
 * Reads a list page by page to its end, each object once. One request a page; where the page's last object has left the
 * list meanwhile, which Stripe refuses as a cursor, up to seven more find one of the page's that has not.
 */
export async function* eachPage<T extends { readonly id: string }>(
  load: (cursor: { readonly starting_after?: string }) => Promise<StripeList<T>>,
): AsyncGenerator<readonly T[]> {
  for (let before: readonly string[] = []; ; ) {
    const { data, has_more: hasMore } = await loadAfter(before, load);
    const known = new Set(before);
    yield data.filter(({ id }) => !known.has(id));
    if (!hasMore || data.length === 0) return;
    before = data.map(({ id }) => id);
  }
}

/** Loads what comes after the last of these that is in the list still. */
async function loadAfter<T>(
  ids: readonly string[],
  load: (cursor: { readonly starting_after?: string }) => Promise<T>,
): Promise<T> {
  if (ids.length === 0) return load({});
  let refusal: unknown;
  for (let back = 1; back <= ids.length; back *= 2) {
    try {
      return await load({ starting_after: String(ids.at(-back)) });
    } catch (error) {
      if (!(error instanceof NotFoundError || error instanceof CursorError)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/**
 * Makes a list's result. `load` gets the previous page's cursor; undefined for the first page asked for.
 *
 * A caller may change what it walks over, such as detach each payment method, and Stripe refuses a cursor that has left
 * the list. Then the walk starts again and passes over what it has yielded.
 */
export function pages<T extends { readonly id: string }>(
  load: (after?: string) => Promise<Page<T>>,
): Pages<T> {
  const first = load();
  async function* objects(): AsyncGenerator<T> {
    const yielded = new Set<string>();
    let yieldedAtStart = 0;
    let page = await first;
    while (true) {
      for (const object of page.data) {
        if (yielded.has(object.id)) continue;
        yielded.add(object.id);
        yield object;
      }
      if (page.nextCursor === null) return;
      try {
        page = await load(page.nextCursor);
      } catch (error) {
        // A walk that starts again without having got any further would never end.
        if (!(error instanceof CursorError) || yielded.size === yieldedAtStart) throw error;
        yieldedAtStart = yielded.size;
        page = await load();
      }
    }
  }
  return Object.assign(first, { [Symbol.asyncIterator]: objects });
}
