import { ConfigurationError } from "../errors.js";
import type { OwnedByMetadata, OwnerFacts, ProductAccess } from "./tenancy.js";
import { isTenantId } from "./tenant-id.js";

/** The mark of a product that every tenant may see and buy, and none may change. */
export const SHARED = "*";

/** The metadata key under which a customer carries the tenant's own reference for it. */
export const REFERENCE_KEY = "billingReference";

/** The metadata key under which a Checkout session carries the fingerprint of what it was made with. */
export const CHECKOUT_KEY = "billingCheckout";

/** The metadata key under which something made carries the call that made it, so that a retry recognizes its own result. */
export const CALL_KEY = "billingCall";

const OWN_KEYS: readonly string[] = [REFERENCE_KEY, CHECKOUT_KEY, CALL_KEY];

/** @throws ConfigurationError when a key cannot hold the tenant's mark. */
export function parseMetadataKey(key = "tenantId"): string {
  // guard (operand 2): a mark's key is none of the package's other keys
  const isTaken = key === "__proto__" || OWN_KEYS.includes(key);
  // guard (operand 2): a mark's key is letters, digits, _ and -
  if (typeof key === "string" && /^[A-Za-z0-9_-]{1,40}$/.test(key) && !isTaken) return key;
  throw new ConfigurationError(
    `A tenancy's metadata key must be 1 to 40 letters, digits, _ or -, and none of ${OWN_KEYS.join(", ")}.`,
  );
}

/** What an object's metadata says about whose it is. */
export function readMark({ metadata }: Pick<OwnedByMetadata, "metadata">, key: string): string | undefined {
  // guard (as metadata?.[key]): a mark is the object's own
  return metadata && Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

/** A product is the tenant's, or shared by all, or invisible. */
export function accessByMark(tenantId: string, product: OwnedByMetadata, key: string): ProductAccess {
  const mark = readMark(product, key);
  // guard (as "own"): a shared product is not the tenant's own
  if (mark === SHARED) return "shared";
  // guard (if mark === tenantId || mark === undefined): an unmarked product is nobody's
  // guard (if mark !== undefined): a product marked for another is invisible
  return mark === tenantId ? "own" : "none";
}

/** Whose a customer is by its mark alone; no customer is shared. */
export function ownerByMark(object: Pick<OwnedByMetadata, "metadata">, key: string): OwnerFacts {
  const mark = readMark(object, key);
  if (mark === undefined) return { tenantId: null, problem: "unmarked" };
  return isTenantId(mark) ? { tenantId: mark, problem: null } : { tenantId: null, problem: "malformed_mark" };
}

/** Whose a product, price, coupon or promotion code is by its mark: a tenant's, or `*` for all. */
export function catalogOwner(object: Pick<OwnedByMetadata, "metadata">, key: string): OwnerFacts {
  const isShared = readMark(object, key) === SHARED;
  return isShared ? { tenantId: SHARED, problem: null } : ownerByMark(object, key);
}
