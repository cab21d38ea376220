/** @throws URIError where a text holds half of a character. */
export function withQuery(path: string, params: Readonly<Record<string, unknown>>): string {
  const fields: string[] = [];
  // guard (argument of encodeURIComponent): a name cannot become another parameter
  for (const [key, value] of Object.entries(params)) addFields(fields, encodeURIComponent(key), value);
  return fields.length === 0 ? path : `${path}?${fields.join("&")}`;
}

/** Stripe's form encoding as the SDK writes it: brackets for nesting, indexes for arrays, empty for null. */
function addFields(fields: string[], name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      // guard (argument of encodeURIComponent): a name further in cannot become another parameter
      addFields(fields, `${name}[${encodeURIComponent(key)}]`, part);
    }
  } else {
    const text = typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
    // guard (argument of encodeURIComponent): a value cannot become another parameter
    fields.push(`${name}=${encodeURIComponent(text)}`);
  }
}
