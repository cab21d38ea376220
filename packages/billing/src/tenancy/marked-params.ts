import { CALLS, type WriteCall } from "../stripe/calls.js";
import type { Tenancy } from "./tenancy.js";

/**
 * A write's parameters with the tenant's mark, which nothing a capability passes on can replace, blank or clear.
 * Undefined where they try to, and must not be sent.
 */
export function markedParams(
  call: WriteCall,
  params: object,
  tenancy: Tenancy,
  tenantId: string,
): object | undefined {
  const rule = CALLS[call];
  const mark = rule.mark === undefined ? {} : tenancy.markFor(tenantId);
  const isMade = rule.mark === "create" || rule.mark === "share";
  const marked = withMark(params, mark, isMade, tenancy.reservedMetadata);
  // A product may be made with its first price, which is a root of its own.
  const priceData = marked === undefined ? undefined : new Map(Object.entries(marked)).get(FIRST_PRICE);
  if (priceData === undefined) return marked;
  if (typeof priceData !== "object" || priceData === null) return undefined;
  const markedPrice = withMark(priceData, mark, isMade, tenancy.reservedMetadata);
  return markedPrice && { ...marked, [FIRST_PRICE]: markedPrice };
}

const FIRST_PRICE = "default_price_data";

function withMark(
  params: object,
  mark: Readonly<Record<string, string>>,
  isMade: boolean,
  reserved: readonly string[],
): object | undefined {
  const given: unknown = "metadata" in params ? params.metadata : undefined;
  if (given === undefined && !isMade) return params;
  // Text in place of metadata clears all of it, the mark included.
  if (given !== undefined && (typeof given !== "object" || given === null)) return undefined;
  const metadata = { ...given, ...mark };
  const isForged = Object.keys(metadata).some((key) => reserved.includes(key) && !Object.hasOwn(mark, key));
  return isForged ? undefined : { ...params, metadata };
}
