/**
 * Finds the SQLSTATE of an error, such as "40001", wherever a client keeps it: `code`, that of a cause, Prisma's
 * `cause.originalCode`, or that of the driver's error in its `meta`.
 */
export function findSqlState(error: unknown): string | undefined {
  let next: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    for (const place of [next, readProperty(next, "meta", "driverAdapterError")]) {
      for (const name of ["code", "originalCode"]) {
        const code = readProperty(place, name) ?? readProperty(place, "cause", name);
        if (typeof code === "string" && SQL_STATE.test(code)) return code;
      }
    }
    next = readProperty(next, "cause");
  }
  return undefined;
}

const MAX_CAUSES = 5;
/** Prisma's own codes, P2010 and its like, have the same shape: Postgres has none that begins with P2. */
const SQL_STATE = /^(?!P[12])[0-9A-Z]{5}$/;

/** A getter may throw, as may a proxy: the error may be a handler's. */
function readProperty(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  try {
    for (const name of path) {
      if (typeof found !== "object" || found === null) return undefined;
      found = Reflect.get(found, name);
    }
    return found;
  } catch {
    return undefined;
  }
}
