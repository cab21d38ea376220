import { assertKnownKeys } from "../../known-keys.js";
import { metadataIs } from "../../stripe/search-query.js";
import { accessByMark, ownerByMark, parseMetadataKey, readMark, SHARED } from "../metadata-mark.js";
import type { Tenancy } from "../tenancy.js";
import { isTenantId } from "../tenant-id.js";

export interface MetadataTenancyOptions {
  /** The metadata key that holds the tenant id: 1 to 40 letters, digits, `_` or `-`. Default: `"tenantId"`. */
  readonly key?: string | undefined;
}

/**
 * Creates a strategy that reads the tenant of a customer or product from its Stripe metadata, which only this package
 * writes.
 *
 * `customer.metadata[key]` is the tenant's id; `product.metadata[key]` is the tenant's id, or `"*"` for a product that
 * all tenants share. An object without the key belongs to no tenant and is invisible to all.
 *
 * @throws ConfigurationError when an option is unknown, or the key is not a valid metadata key.
 */
export function metadataTenancy(options: MetadataTenancyOptions = {}): Tenancy {
  assertKnownKeys("metadataTenancy", options, ["key"]);
  const key = parseMetadataKey(options.key);
  return Object.freeze<Tenancy>({
    accountOf: () => undefined,
    // guard (as "own"): a customer's mark is the tenant's
    customerAccess: (tenantId, customer) => (readMark(customer, key) === tenantId ? "own" : "none"),
    productAccess: (tenantId, product) => accessByMark(tenantId, product, key),
    productQuery: (tenantId) => metadataIs(key, tenantId, SHARED),
    resolveTenant: async ({ account, customerId, customerAccount, metadata }, readCustomer) => {
      // Every tenant is in the platform's own account, so what happens in a connected one is none of theirs.
      // guard: an event of a connected account is no tenant's of the platform
      if (account !== undefined) return { status: "nobody" };
      const authority = metadata ? { metadata } : await readCustomer(customerId ?? customerAccount ?? "");
      if (authority === undefined) return { status: "unknown" };
      const tenantId = readMark(authority, key);
      // guard (if true): an event's mark has the form of a tenant's id
      return isTenantId(tenantId) ? { status: "tenant", tenantId } : { status: "nobody" };
    },
    markFor: (tenantId) => Object.freeze({ [key]: tenantId }),
    customerOwner: (customer) => ownerByMark(customer, key),
    markKey: key,
    reservedMetadata: Object.freeze([key]),
  });
}
