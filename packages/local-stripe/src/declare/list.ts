import { invalid } from "../api-error.js";
import { matcher, type SearchFields } from "../search/fields.js";
import { type Clause, parseQuery, type Query } from "../search/query.js";
import type { AccountData } from "../store/account-data.js";
import { metadataKey, type PageQuery } from "../store/collection.js";
import type { ObjectName, Records } from "../store/records/records.js";
import type { Wire } from "../store/wire.js";
import { integer, required, type Shape, text, type Values } from "./params.js";
import { type Call, type Route, route } from "./route.js";

const PAGING = {
  limit: integer({ min: 1, max: 100 }),
  starting_after: text(),
  ending_before: text(),
};

export interface Filter<Name extends ObjectName> extends Pick<PageQuery<Records[Name]>, "match" | "where"> {
  /** Tells if an existing object is a valid cursor of this list. */
  readonly isCursor?: (record: Records[Name]) => boolean;
}

/** `GET /v1/customers`: newest first, a page at a time, by the filters that the resource declares. */
export function listRoute<Name extends ObjectName, S extends Shape>(
  name: Name,
  path: `/v1/${string}`,
  filters: S,
  filterBy: (call: Call<Values<S>>) => Filter<Name>,
): Route {
  return route(`GET ${path}`, { ...filters, ...PAGING }, (call) => {
    // The shape of the filters is a part of the whole shape.
    const params = call.params as Values<S> & Values<typeof PAGING>;
    const page = cutPage(call.account, name, filterBy({ ...call, params }), params);
    return listed(
      path.replace(":id", call.id),
      page.hasMore,
      page.data.map((one) => call.account.render(name, one)),
    );
  });
}

export function listed(url: string, hasMore: boolean, data: readonly Wire[]): Wire {
  return { object: "list", data, has_more: hasMore, url };
}

function cutPage<Name extends ObjectName>(
  account: AccountData,
  name: Name,
  filter: Filter<Name>,
  paging: Values<typeof PAGING>,
): { readonly data: readonly Records[Name][]; readonly hasMore: boolean } {
  const { starting_after: startingAfter, ending_before: endingBefore, limit = 10 } = paging;
  if (startingAfter !== undefined && endingBefore !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: starting_after, ending_before.",
      "starting_after",
      "parameters_exclusive",
    );
  }
  const { isCursor, ...query } = filter;
  if (startingAfter !== undefined) account.getFromParam(name, startingAfter, "starting_after", isCursor);
  if (endingBefore !== undefined) account.getFromParam(name, endingBefore, "ending_before", isCursor);
  const page = account.of(name).page({
    ...query,
    limit,
    ...(startingAfter !== undefined && { startingAfter }),
    ...(endingBefore !== undefined && { endingBefore }),
  });
  return page ?? { data: [], hasMore: false };
}

/** `GET /v1/customers/search` */
export function searchRoute<Name extends ObjectName>(
  name: Name,
  path: `/v1/${string}`,
  fields: SearchFields<Records[Name]>,
): Route {
  const shape = {
    query: required(text({ max: 100_000 })),
    limit: integer({ min: 1, max: 100 }),
    page: text(),
  };
  return route(`GET ${path}/search`, shape, ({ account, params, expand }) => {
    const query = parseQuery(params.query);
    const test = matcher<Records[Name]>(query, fields);
    const limit = params.limit ?? 10;
    const skip = params.page === undefined ? 0 : readOffset(params.page, params.query);
    const wantsTotal = expand.includes("total_count");
    const data: Wire[] = [];
    let found = 0;
    for (const record of account.of(name).searchable(indexed(query, fields))) {
      if (!test(record)) continue;
      found += 1;
      if (found > skip && data.length < limit) data.push(account.render(name, record));
      if (found > skip + limit && !wantsTotal) break;
    }
    const hasMore = found > skip + limit;
    return {
      object: "search_result",
      data,
      has_more: hasMore,
      next_page: hasMore ? pageToken(skip + limit, params.query) : null,
      url: `${path}/search`,
      ...(wantsTotal && { total_count: found }),
    };
  });
}

/**
 * Finds what an index can answer, so that a search costs what it finds and not what the account holds: the values that all
 * hits have together; joined by OR, those of each alternative.
 */
function indexed<T>(query: Query, fields: SearchFields<T>): readonly Readonly<Record<string, string>>[] {
  const matches = query.clauses.map((clause) => indexedClause(clause, fields));
  return query.join === "or" ? matches : [Object.assign({}, ...matches)];
}

/** Returns no values where no index can answer. */
function indexedClause<T>(clause: Clause, fields: SearchFields<T>): Record<string, string> {
  const { field, key, operator, value, negated } = clause;
  if (negated || operator !== ":" || value === null) return {};
  if (key !== undefined) return field === "metadata" ? { metadata: metadataKey(key, value) } : {};
  const index = Object.hasOwn(fields, field) ? fields[field]?.index : undefined;
  return index === undefined ? {} : { [index]: value.toLowerCase() };
}

function pageToken(offset: number, query: string): string {
  return Buffer.from(JSON.stringify([offset, query])).toString("base64url");
}

function readOffset(page: string, query: string): number {
  try {
    const [offset, of] = JSON.parse(Buffer.from(page, "base64url").toString()) as [unknown, unknown];
    if (typeof offset === "number" && of === query) return offset;
  } catch {
    // Whatever it is, it is not a page that this server has named: said below.
  }
  throw invalid("The page parameter is not valid for this query.", "page");
}
