import type { Check } from "../check-options.js";
import { suggestName } from "../suggest-name.js";
import { SNAPSHOT_EVENTS } from "./snapshot-events.js";
import { THIN_EVENTS } from "./thin-events.js";

const THIN = Object.keys(THIN_EVENTS);
const BOTH = [...Object.keys(SNAPSHOT_EVENTS), ...THIN];

/** An event type of either family. */
export const isEventType: Check = checkOf(
  BOTH,
  'an event type that Stripe has, such as "customer.created" or "v1.customer.created"',
);

/** The type of a thin event. */
export const isThinEventType: Check = checkOf(
  THIN,
  'the type of a thin event that Stripe has, such as "v2.core.account.updated"',
);

function checkOf(known: readonly string[], expected: string): Check {
  const types: ReadonlySet<unknown> = new Set(known);
  return (value) => {
    if (types.has(value)) return undefined;
    const meant = typeof value === "string" ? suggestName(value, known) : undefined;
    return meant === undefined ? expected : `${expected} (did you mean "${meant}"?)`;
  };
}
