import type { Tenancy } from "../tenancy.js";
import type { WriteRule } from "./rules.js";

/**
 * A write's parameters with the tenant's mark, which nothing a capability passes on can replace, blank or clear.
 * Undefined where they try to, and must not be sent.
 */
export function markedParams(
  rule: WriteRule,
  params: object,
  tenancy: Tenancy,
  tenantId: string,
): object | undefined {
  const mark = rule.mark === undefined ? {} : tenancy.markFor(tenantId);
  const isMade = rule.mark === "create" || rule.mark === "share";
  let marked = withMark(params, mark, isMade, tenancy.reservedMetadata);
  for (const name of ROOTS) {
    const data: unknown = marked && Reflect.get(marked, name);
    if (data === undefined) continue;
    // guard: a text in place of what is made along clears no mark
    if (typeof data !== "object" || data === null) return undefined;
    const markedData = withMark(data, mark, isMade, tenancy.reservedMetadata);
    // guard (as markedData && marked): what is made along with something else is marked as well
    marked = markedData && { ...marked, [name]: markedData };
  }
  return marked;
}

/** What is made along with something else and is a root of its own, such as a product's first price. */
const ROOTS = [
  "default_price_data", // guard: a product's first price is marked as well
  "subscription_data", // guard: what Checkout makes is marked as well
  "payment_intent_data", // guard: what Checkout pays is marked as well
  "setup_intent_data", // guard: what Checkout sets up is marked as well
] as const;

function withMark(
  params: object,
  mark: Readonly<Record<string, string>>,
  isMade: boolean,
  reserved: readonly string[],
): object | undefined {
  const given: unknown = "metadata" in params ? params.metadata : undefined;
  // guard (operand 2): what is made is marked
  if (given === undefined && !isMade) return params;
  // Text in place of metadata clears all of it, the mark included.
  // guard: a text in place of metadata clears no mark
  if (given !== undefined && (typeof given !== "object" || given === null)) return undefined;
  // guard (reorder): the mark is merged last
  const metadata = { ...given, ...mark };
  const isForged = Object.keys(metadata).some((key) => reserved.includes(key) && !Object.hasOwn(mark, key));
  // guard (if false): reserved keys are not forged
  return isForged ? undefined : { ...params, metadata };
}
