/** What every list takes. */
export interface ListOptions {
  /** How many objects a page is asked for, 1 to 100. Default: 10. */
  readonly limit?: number;
  /** The `nextCursor` of the page before. */
  readonly after?: string;
}

/** One page of a list, newest first. It may hold fewer objects than asked for and still have another page behind it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
  /** Pass it as `after` to get the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** A list call's result: await it for one page, or iterate over it for every object on this page and those after it. */
export interface Pages<T> extends Promise<Page<T>>, AsyncIterable<T> {}

/** `load` gets the cursor of the page before; nothing, for the first page that the caller asked for. */
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
