import { ConfigurationError } from "../../errors.js";
import { metadataIs } from "../../stripe/search-query.js";
import { accessByMark, parseMetadataKey, readMark, SHARED } from "../metadata-mark.js";
import type { CustomerAccess, ReadCustomer, Tenancy } from "../tenancy.js";
import { isTenantId } from "../tenant-id.js";

/** The application's own record of which Stripe customer is whose: the authority of {@link directoryTenancy}. */
export interface TenantDirectory {
  /** The tenant that a customer was linked to; undefined for an unknown customer. */
  tenantOf(customerId: string): Promise<string | undefined>;
  /** The customers linked to a tenant; most applications have one for each. */
  customersOf(tenantId: string): Promise<readonly string[]>;
  /**
   * Links a customer to a tenant for good; linking it again to the same tenant changes nothing. Left out, customers are
   * the application's to make, and `ensureCustomer` refuses to. Keep the row when the customer is deleted: Stripe's
   * last events about it, such as the end of its subscriptions, come afterwards.
   *
   * @throws ConflictError when it is linked to another tenant already.
   */
  link?(tenantId: string, customerId: string): Promise<void>;
}

export interface DirectoryTenancyOptions {
  /** The metadata key that must agree with the directory, and marks products. Default: `"tenantId"`. */
  readonly key?: string | undefined;
}

/**
 * The tenant of a customer stands in a table of the application's own. Stripe's metadata, where it names a tenant, must
 * agree: a customer of whom they say different things is refused to both, and audited. Products are marked by metadata,
 * as with {@link metadataTenancy}.
 *
 * Where a tenant has exactly one customer, methods may be called without a customer id.
 *
 * @throws ConfigurationError when the directory or the key is none.
 */
export function directoryTenancy(directory: TenantDirectory, options: DirectoryTenancyOptions = {}): Tenancy {
  const key = parseMetadataKey(options.key);
  if (typeof directory?.tenantOf !== "function" || typeof directory.customersOf !== "function") {
    throw new ConfigurationError("directoryTenancy needs a directory with tenantOf and customersOf.");
  }
  const linkable = typeof directory.link === "function";
  return Object.freeze<Tenancy>({
    ...(linkable && {
      link: async (tenantId: string, customerId: string) => directory.link?.(tenantId, customerId),
    }),
    readOnly: !linkable,
    accountOf: () => undefined,
    customerAccess: async (tenantId, customer): Promise<CustomerAccess> => {
      // guard (as readMark(customer, key)): the directory decides a customer's owner
      const linked = await directory.tenantOf(customer.id);
      const mark = readMark(customer, key);
      const agree = mark === undefined || mark === linked;
      // guard (as "own"): a mark must agree with the directory
      if (linked === tenantId) return agree ? "own" : "conflict";
      if (mark !== tenantId) return "none";
      // guard (as table): a mark against the directory is a conflict
      // guard (operand 1): only a customer that nobody has may be linked
      return linked === undefined && linkable ? "unlinked" : "conflict";
    },
    productAccess: (tenantId, product) => accessByMark(tenantId, product, key),
    productQuery: (tenantId) => metadataIs(key, tenantId, SHARED),
    customersOf: (tenantId) => directory.customersOf(tenantId),
    resolveTenant: async ({ account, customerId: id, customerAccount, metadata }, readCustomer) => {
      // guard: an event of a connected account is no tenant's of the platform
      if (account !== undefined) return { status: "nobody" };
      const mark = readMark({ metadata: metadata ?? null }, key);
      const customerId = id ?? customerAccount;
      if (customerId !== undefined) {
        const linked = await directory.tenantOf(customerId);
        // The row of a deleted customer may be gone; nobody else can claim it any more, so its last mark decides.
        const tenantId = linked ?? (await markOfDeleted(customerId, readCustomer, key));
        const agree = mark === undefined || mark === tenantId;
        // guard (operand 1): mark and directory agree on an event's tenant
        // guard (operand 2): a tenant id from the directory is well-formed
        return agree && isTenantId(tenantId) ? { status: "tenant", tenantId } : { status: "unknown" };
      }
      // Not a customer's, hence a product's: those are marked by metadata alone.
      // guard (if true): an event's mark has the form of a tenant's id
      return isTenantId(mark) ? { status: "tenant", tenantId: mark } : { status: "nobody" };
    },
    markFor: (tenantId) => Object.freeze({ [key]: tenantId }),
    reservedMetadata: Object.freeze([key]),
  });
}

async function markOfDeleted(
  customerId: string,
  readCustomer: ReadCustomer,
  key: string,
): Promise<string | undefined> {
  const customer = await readCustomer(customerId);
  return customer?.deleted === true ? readMark(customer, key) : undefined;
}
