import { isWire } from "./is-wire.js";
import type { Wire } from "./wire.js";

/**
 * The values before a change of the fields that changed: inside objects only the names that differ, a list
 * as a whole, and `null` for a name that was not there.
 */
export function previousAttributes(before: Wire, after: Wire): Wire {
  const previous: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[name];
    const is = after[name];
    if (isSame(was, is)) continue;
    previous[name] = isWire(was) && isWire(is) ? previousAttributes(was, is) : (was ?? null);
  }
  return previous;
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((element, at) => isSame(element, other[at]));
  }
  return isWire(one) && isWire(other) && Object.keys(previousAttributes(one, other)).length === 0;
}
