import { type ApiError, invalid } from "../api-error.js";
import type { PageQuery } from "../store/collection.js";
import type { ObjectName, Records } from "../store/records/records.js";
import type { Wire } from "../store/wire.js";
import type { Filter } from "./list.js";
import { integer, type Shape, text, type Values } from "./params.js";
import { type Call, type Route, route } from "./route.js";

const PAGING = { limit: integer({ min: 1, max: 100 }), page: text() };

/** `GET /v2/core/events`: newest first. Its pages are linked by URL instead of by cursor. */
export function listV2Route<Name extends ObjectName, S extends Shape>(
  name: Name,
  path: `/v2/${string}`,
  filters: S,
  filterBy: (call: Call<Values<S>>) => Filter<Name>,
  render: (record: Records[Name], call: Call<Values<S>>) => Wire = (record, { account }) =>
    account.render(name, record),
): Route {
  return route(`GET ${path}`, { ...filters, ...PAGING }, (call) => {
    const { account, query } = call;
    // The whole shape holds the filters' part and the paging part.
    const params = call.params as Values<S> & Values<typeof PAGING>;
    const { limit = 20, page: token } = params;
    const cursor = token === undefined ? {} : readToken(token);
    const page = account.of(name).page({ ...filterBy({ ...call, params }), limit, ...cursor });
    if (page === undefined) throw invalidPage();
    const [first, last] = [page.data[0], page.data.at(-1)];
    const isBackwards = cursor.endingBefore !== undefined;
    const hasNext = isBackwards || page.hasMore;
    const hasPrevious = isBackwards ? page.hasMore : token !== undefined;
    return {
      data: page.data.map((record) => render(record, { ...call, params })),
      next_page_url: hasNext && last ? link(path, query, `${AFTER}${last.id}`) : null,
      previous_page_url: hasPrevious && first ? link(path, query, `${BEFORE}${first.id}`) : null,
    };
  });
}

const AFTER = "after.";
const BEFORE = "before.";

function readToken(token: string): Pick<PageQuery<unknown>, "startingAfter" | "endingBefore"> {
  if (token.startsWith(AFTER)) return { startingAfter: token.slice(AFTER.length) };
  if (token.startsWith(BEFORE)) return { endingBefore: token.slice(BEFORE.length) };
  throw invalidPage();
}

function invalidPage(): ApiError {
  return invalid("Invalid page: pass what a page of this list links to.", "page");
}

function link(path: string, query: string, token: string): string {
  const params = new URLSearchParams(query);
  params.set("page", token);
  return `${path}?${params}`;
}
