import { ConfigurationError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import { metadataIs } from "../../stripe/search-query.js";
import { accessByMark, ownerByMark, parseMetadataKey, readMark, SHARED } from "../metadata-mark.js";
import type { CustomerAccess, ReadCustomer, Tenancy } from "../tenancy.js";
import { isTenantId } from "../tenant-id.js";
import { askCustomers, askDirectory } from "./ask-directory.js";
import { listenWeakly } from "./weak-listeners.js";

/** The application's own record of which Stripe customer belongs to which tenant, for {@link directoryTenancy}. */
export interface TenantDirectory {
  /** Returns the tenant that a customer is linked to; undefined for an unknown customer. */
  tenantOf(customerId: string): Promise<string | undefined>;
  /** Returns the customers linked to a tenant; usually one. */
  customersOf(tenantId: string): Promise<readonly string[]>;
  /**
   * Links a customer to a tenant; linking it again to the same tenant changes nothing. Without it, `ensureCustomer`
   * cannot create customers and the application has to. Keep the row when the customer is deleted: Stripe's last events
   * about it, such as the end of its subscriptions, arrive afterwards.
   *
   * @throws ConflictError when it is already linked to another tenant.
   */
  link?(tenantId: string, customerId: string): Promise<void>;
  /**
   * Registers a listener for customers whose link changed in this process, so that services forget their owner at once.
   * Without it, services notice by Stripe's events or after `ownership.rememberSeconds`.
   */
  onChange?(listener: (customerId: string) => void): void;
}

export interface DirectoryTenancyOptions {
  /**
   * The metadata key that marks products, and that on customers must agree with the directory. Default: `"tenantId"`.
   */
  readonly key?: string | undefined;
}

/**
 * Creates a strategy that looks up the tenant of a customer in the application's own table. If Stripe's metadata names
 * a tenant too, it must be the same: otherwise the customer is refused to both tenants and reported to `onAudit`.
 * Products are marked by metadata, as with {@link metadataTenancy}.
 *
 * If a tenant has exactly one customer, methods may be called without a customer id.
 *
 * @throws ConfigurationError when the directory lacks a function, an option is unknown, or the key is not a valid
 *   metadata key.
 */
export function directoryTenancy(directory: TenantDirectory, options: DirectoryTenancyOptions = {}): Tenancy {
  assertKnownKeys("directoryTenancy", options, ["key"]);
  const key = parseMetadataKey(options.key);
  if (typeof directory?.tenantOf !== "function" || typeof directory.customersOf !== "function") {
    throw new ConfigurationError("directoryTenancy needs a directory with tenantOf and customersOf.");
  }
  return createTenancy(askWithErrors(directory), key);
}

function createTenancy(directory: TenantDirectory, key: string): Tenancy {
  const linkable = directory.link !== undefined;
  return Object.freeze<Tenancy>({
    ...(linkable && {
      link: async (tenantId, customerId) => {
        await directory.link?.(tenantId, customerId);
      },
    }),
    ...(directory.onChange && { onChange: (listener) => directory.onChange?.(listener) }),
    readOnly: !linkable,
    forCall: () => createTenancy(rememberAnswers(directory), key),
    isLinked: async (tenantId, customerId) => (await directory.tenantOf(customerId)) === tenantId,
    assertReachable: async () => void (await directory.tenantOf(NO_CUSTOMER)),
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
    customerOwner: async (customer) => {
      const linked = await directory.tenantOf(customer.id);
      const byMark = ownerByMark(customer, key);
      if (linked === undefined) {
        return byMark.tenantId === null ? byMark : { tenantId: null, problem: "unlinked" };
      }
      const isContradicted = byMark.problem !== "unmarked" && byMark.tenantId !== linked;
      return isContradicted || !isTenantId(linked)
        ? { tenantId: null, problem: "contradiction" }
        : { tenantId: linked, problem: null };
    },
    markKey: key,
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

/** The form of an id that no customer has, to ask whether the directory answers at all. */
const NO_CUSTOMER = "cus_00000000000000";

/** The directory with this package's errors. */
function askWithErrors(directory: TenantDirectory): TenantDirectory {
  return {
    tenantOf: (customerId) => askDirectory(() => directory.tenantOf(customerId)),
    customersOf: (tenantId) => askCustomers(() => directory.customersOf(tenantId)),
    ...(typeof directory.link === "function" && {
      link: (tenantId, customerId) => askDirectory(() => directory.link?.(tenantId, customerId)),
    }),
    ...(typeof directory.onChange === "function" && {
      onChange: (listener) => listenWeakly(directory, listener),
    }),
  };
}

/** The directory for one call, which asks for each customer's tenant once, however many of the call's checks need it. */
function rememberAnswers(directory: TenantDirectory): TenantDirectory {
  const tenants = new Map<string, Promise<string | undefined>>();
  return {
    ...directory,
    tenantOf: (customerId) => {
      const known = tenants.get(customerId) ?? directory.tenantOf(customerId);
      tenants.set(customerId, known);
      return known;
    },
    ...(directory.link && {
      link: async (tenantId, customerId) => {
        tenants.delete(customerId);
        await directory.link?.(tenantId, customerId);
      },
    }),
  };
}
