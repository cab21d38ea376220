/** The options of every list. */
export interface ListOptions {
  /** How many objects a page is asked for, 1 to 100. Default: 10. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly after?: string | undefined;
}

/** One page of a list, newest first. It may hold fewer objects than asked for and still have another page behind it. */
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

/** The page that callers get of one of Stripe's. */
export function toPage<T extends { readonly id: string }, View>(
  { data, has_more: hasMore }: StripeList<T>,
  toView: (object: T) => View,
): Page<View> {
  const nextCursor = hasMore ? (data.at(-1)?.id ?? null) : null;
  return Object.freeze({ data: Object.freeze(data.map(toView)), hasMore, nextCursor });
}

/** Reads a list page by page to its end. One request a page. */
export async function* eachPage<T extends { readonly id: string }>(
  load: (cursor: { readonly starting_after?: string }) => Promise<StripeList<T>>,
): AsyncGenerator<readonly T[]> {
  for (let cursor = {}; ; ) {
    const { data, has_more: hasMore } = await load(cursor);
    yield data;
    const last = data.at(-1);
    if (!hasMore || last === undefined) return;
    cursor = { starting_after: last.id };
  }
}

/** Makes a list's result. `load` gets the previous page's cursor; undefined for the first page asked for. */
export function pages<T>(load: (after?: string) => Promise<Page<T>>): Pages<T> {
  const first = load();
  async function* objects(): AsyncGenerator<T> {
    let page = await first;
    while (true) {
      yield* page.data;
      if (page.nextCursor === null) return;
      page = await load(page.nextCursor);
    }
  }
  return Object.assign(first, { [Symbol.asyncIterator]: objects });
}
