/** @throws URIError where a text holds half of a character. */
export function withQuery(path: string, params: Readonly<Record<string, unknown>>): string {
  const query = [...fields(params)].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return query === "" ? path : `${path}?${query}`;
}

/** Stripe's form encoding as the SDK writes it: brackets for nesting, indexes for arrays, empty for null. */
function* fields(params: Readonly<Record<string, unknown>>, parent = ""): Generator<[string, string]> {
  for (const [key, value] of Object.entries(params)) {
    const name = parent === "" ? encodeURIComponent(key) : `${parent}[${encodeURIComponent(key)}]`;
    if (value === undefined) continue;
    if (typeof value === "object" && value !== null) yield* fields({ ...value }, name);
    else if (typeof value === "string") yield [name, value];
    else yield [name, value === null ? "" : JSON.stringify(value)];
  }
}
