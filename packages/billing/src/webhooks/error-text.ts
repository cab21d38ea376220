const MAX_CHARACTERS = 4_000;
const MAX_CAUSES = 4;

/**
 * Describes whatever a handler threw by its stack and those of its causes, for logs and for a store. It reads nothing
 * else of an error: its other properties may hold anything. It never throws.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error, depth = 0; depth <= MAX_CAUSES; depth += 1) {
    parts.push(describeOne(cause));
    const next = read(cause, "cause");
    if (typeof read(next, "stack") !== "string") break;
    cause = next;
  }
  return parts.join("\ncaused by: ").slice(0, MAX_CHARACTERS);
}

function describeOne(error: unknown): string {
  const stack = read(error, "stack");
  if (typeof stack === "string" && stack !== "") return stack;
  if (typeof error === "object" && error !== null) return "an object without a stack";
  return typeof error === "function" ? "a function" : `${typeof error}: ${String(error)}`;
}

/** A getter may throw, as may a proxy; so does reading of what is no object. */
function read(value: unknown, name: string): unknown {
  try {
    return Reflect.get(value as object, name);
  } catch {
    return undefined;
  }
}
