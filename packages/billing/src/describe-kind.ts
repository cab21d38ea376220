/** Names the kind of a refused value for an error message, such as "an object". Never shows the value itself. */
export function describeKind(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string" && /^[a-z]{2,6}_\w+$/.test(value)) {
    return `an id that begins with "${value.slice(0, value.indexOf("_") + 1)}"`;
  }
  return `a ${typeof value}`;
}
