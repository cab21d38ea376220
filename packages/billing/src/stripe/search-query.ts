/**
 * Stripe's search language, as far as it is needed, and the only place that writes it.
 *
 * `:` matches without regard to case, and an index lags behind by up to a minute: a hit is a candidate, never a proof.
 * See https://docs.stripe.com/search#search-query-language
 */
export type SearchQuery = string & { readonly [written]: true };
declare const written: unique symbol;

/** Objects whose metadata holds one of the values under `key`. */
export function metadataIs(key: string, ...values: readonly string[]): SearchQuery {
  const clauses = values.map((value) => `metadata[${quoted(key)}]:${quoted(value)}`);
  return branded(clauses.join(" OR "));
}

/** Objects whose field has one of the values, such as the prices of several products. */
export function fieldIs(field: string, ...values: readonly string[]): SearchQuery {
  return branded(values.map((value) => `${field}:${quoted(value)}`).join(" OR "));
}

/** Objects that every one of the queries finds. Stripe cannot mix AND with OR, so each of them is of one clause. */
export function allOf(...queries: readonly SearchQuery[]): SearchQuery {
  return branded(queries.join(" AND "));
}

/** Marks what this file wrote, so that no other string can stand where a query is asked for. */
function branded(query: string): SearchQuery {
  return query as SearchQuery;
}

function quoted(text: string): string {
  // guard (receiver): quotes and backslashes are escaped
  return `"${text.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}
