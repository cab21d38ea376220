import { directoryTenancy, memoryDirectory, metadataTenancy } from "../../../src/index.js";
import { openRealm, type Realm } from "../realms.js";
import type { TenantIds } from "../tenants.js";

/** A realm in which customers change their tenant. A connected account is its tenant's, and no customer leaves it. */
export interface OperatedRealm extends Realm {
  /** Gives a customer to a tenant, at Stripe and in the application's own record, and tells no service. */
  give(customerId: string, tenantId: string): Promise<void>;
  /** Whose a customer is by the application's own record; undefined where there is none. */
  recordedOwner(customerId: string): Promise<string | undefined>;
  addSharedTenant(tenantId: string): Promise<TenantIds>;
}

export type OperatedStrategy = "metadataTenancy" | "directoryTenancy";

export async function openOperatedRealm(strategy: OperatedStrategy): Promise<OperatedRealm> {
  const rows = memoryDirectory();
  // As a table that something else than the library writes to.
  const { onChange: _silent, ...directory } = rows;
  const hasDirectory = strategy === "directoryTenancy";
  const realm = await openRealm(strategy, {
    tenancy: hasDirectory ? directoryTenancy(directory) : metadataTenancy(),
    markKey: "tenantId",
    ...(hasDirectory && { link: (tenantId, customerId) => rows.link(tenantId, customerId) }),
  });
  const { backdoor } = realm;
  return {
    ...realm,
    give: async (customerId, tenantId) => {
      await backdoor.customers.update(customerId, { metadata: { tenantId } });
      if (!hasDirectory) return;
      await rows.unlink(customerId);
      await rows.link(tenantId, customerId);
    },
    recordedOwner: async (customerId) => (hasDirectory ? await rows.tenantOf(customerId) : undefined),
    addSharedTenant: async (tenantId) => {
      const tenant = await realm.addTenant(tenantId);
      // A subscription takes its prices along, so they are of products that all tenants share.
      await backdoor.products.update(tenant.productId, { metadata: { tenantId: "*" } });
      return tenant;
    },
  };
}
