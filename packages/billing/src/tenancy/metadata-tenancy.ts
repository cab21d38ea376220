import { ConfigurationError } from "../errors.js";
import { metadataIs, type SearchQuery } from "../stripe/search-query.js";
import type {
  OwnedByMetadata,
  ProductAccess,
  ReadCustomer,
  Tenancy,
  TenantOrigin,
  TenantResolution,
} from "./tenancy.js";
import { isTenantId } from "./tenant-id.js";

/** The mark of a product that every tenant may see and buy, and none may change. */
const SHARED = "*";

export interface MetadataTenancyOptions {
  /** The metadata key that holds the tenant id: 1 to 40 letters, digits, `_` or `-`. Default: `"tenantId"`. */
  readonly key?: string;
}

/**
 * The tenant of a customer or product stands in its Stripe metadata, written by this package and by nobody else.
 *
 * `customer.metadata[key]` is the tenant's id; `product.metadata[key]` the tenant's id, or `"*"` for a product shared
 * by all. An object without the key belongs to no tenant and is invisible to all of them.
 *
 * @throws ConfigurationError when the key cannot be a metadata key.
 */
export function metadataTenancy(options: MetadataTenancyOptions = {}): Tenancy {
  const { key = "tenantId" } = options;
  if (typeof key !== "string" || !/^[A-Za-z0-9_-]{1,40}$/.test(key) || key === "__proto__") {
    throw new ConfigurationError("metadataTenancy's key must be 1 to 40 letters, digits, _ or -.");
  }
  const markOf = ({ metadata }: Pick<OwnedByMetadata, "metadata">): string | undefined =>
    metadata && Object.hasOwn(metadata, key) ? metadata[key] : undefined;

  return Object.freeze({
    accountOf: () => Promise.resolve(undefined),
    ownsCustomer: (tenantId: string, customer: OwnedByMetadata) =>
      Promise.resolve(markOf(customer) === tenantId),
    productAccess: (tenantId: string, product: OwnedByMetadata): ProductAccess => {
      const mark = markOf(product);
      if (mark === SHARED) return "shared";
      return mark === tenantId ? "own" : "none";
    },
    productQuery: (tenantId: string): SearchQuery => metadataIs(key, tenantId, SHARED),
    resolveTenant: async (origin: TenantOrigin, readCustomer: ReadCustomer): Promise<TenantResolution> => {
      // Every tenant is in the platform's own account, so what happens in a connected one is none of theirs.
      if (origin.account !== undefined) return { status: "nobody" };
      const authority = origin.metadata ? origin : await readCustomer(origin.customerId ?? "");
      if (authority === undefined) return { status: "unknown" };
      const tenantId = markOf(authority);
      return isTenantId(tenantId) ? { status: "tenant", tenantId } : { status: "nobody" };
    },
    reservedMetadata: Object.freeze([key]),
  });
}
