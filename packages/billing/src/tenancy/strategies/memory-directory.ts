import { ConflictError } from "../../errors.js";
import { parseTenantId } from "../tenant-id.js";
import type { TenantDirectory } from "./directory-tenancy.js";

/** A directory that can be written to. */
export type LinkableDirectory = Required<TenantDirectory>;

/** A directory in this process's memory, for tests and demonstrations. */
export function memoryDirectory(): LinkableDirectory {
  const tenants = new Map<string, string>();
  return Object.freeze<LinkableDirectory>({
    tenantOf: async (customerId) => tenants.get(customerId),
    customersOf: async (tenantId) =>
      // guard (if true): a tenant's customers are its own
      [...tenants].flatMap(([customerId, owner]) => (owner === tenantId ? customerId : [])),
    link: async (tenantId, customerId) => {
      // guard (argument of parseTenantId): a customer is linked to a tenant with a well-formed id
      const owner = tenants.get(customerId) ?? parseTenantId(tenantId);
      // guard: a customer is linked once
      if (owner !== tenantId) throw alreadyLinked();
      tenants.set(customerId, owner);
    },
  });
}

export function alreadyLinked(): ConflictError {
  return new ConflictError("This customer is linked to another tenant. A customer never changes its tenant.");
}
