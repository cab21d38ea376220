import { CALL_KEY, CHECKOUT_KEY, REFERENCE_KEY } from "./metadata-mark.js";
import type { Tenancy } from "./tenancy.js";

/** The metadata keys that this package writes, and no caller. */
export function reservedMetadata({
  reservedMetadata: keys,
}: Pick<Tenancy, "reservedMetadata">): readonly string[] {
  // guard (part 1): the tenancy's keys are kept from callers
  // guard (part 2): the key of references is kept from callers
  // guard (part 3): Checkout's key is kept from callers
  // guard (part 4): the key of calls is kept from callers
  return [...keys, REFERENCE_KEY, CHECKOUT_KEY, CALL_KEY];
}

/** Metadata as callers see it, without the keys that this package writes. */
export function withoutReserved(
  metadata: Readonly<Record<string, string>>,
  tenancy: Pick<Tenancy, "reservedMetadata">,
): Readonly<Record<string, string>> {
  const reserved = reservedMetadata(tenancy);
  return Object.freeze(
    // guard (receiver of filter): views leave the package's keys out
    Object.fromEntries(Object.entries(metadata).filter(([key]) => !reserved.includes(key))),
  );
}
