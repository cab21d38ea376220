import type { Tenancy } from "../tenancy.js";
import type { WriteRule } from "./rules.js";

/**
 * Adds the tenant's mark to a write's parameters. Returns `undefined` when the parameters would replace, blank or clear
 * the mark; they must then not be sent.
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
    // guard: a text in place of a nested object clears no mark
    if (typeof data !== "object" || data === null) return undefined;
    const markedData = withMark(data, mark, isMade, tenancy.reservedMetadata);
    // guard (as markedData && marked): an object made along with another is marked
    marked = markedData && { ...marked, [name]: markedData };
  }
  return marked;
}

/** Parameters that make a second object with metadata of its own, such as a product's first price. */
const ROOTS = [
  "default_price_data", // guard: a product's first price is marked as well
  "subscription_data", // guard: a subscription that Checkout makes is marked
  "payment_intent_data", // guard: a payment that Checkout takes is marked
  "setup_intent_data", // guard: a setup that Checkout makes is marked
] as const;

function withMark(
  params: object,
  mark: Readonly<Record<string, string>>,
  isMade: boolean,
  reserved: readonly string[],
): object | undefined {
  const given: unknown = "metadata" in params ? params.metadata : undefined;
  // guard (operand 2): a new object is marked
  if (given === undefined && !isMade) return params;
  // Text instead of an object clears all metadata, the mark included.
  // guard: a text in place of metadata clears no mark
  if (given !== undefined && (typeof given !== "object" || given === null)) return undefined;
  // guard (reorder): the mark is merged last
  const metadata = { ...given, ...mark };
  const isForged = Object.keys(metadata).some((key) => reserved.includes(key) && !Object.hasOwn(mark, key));
  // guard (if false): reserved keys are not forged
  return isForged ? undefined : { ...params, metadata };
}
