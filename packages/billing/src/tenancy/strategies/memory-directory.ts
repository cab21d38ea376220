import { ConflictError } from "../../errors.js";
import { parseTenantId } from "../tenant-id.js";
import type { TenantDirectory } from "./directory-tenancy.js";

/** A directory whose links can be added and removed. */
export interface LinkableDirectory extends Required<TenantDirectory> {
  /**
   * Removes a customer's link, and makes the services of this process forget its owner. To correct an owner, unlink the
   * customer, change its metadata in Stripe, and link it to the other tenant.
   */
  unlink(customerId: string): Promise<void>;
}

/** Creates a directory in this process's memory, for tests and demonstrations. */
export function memoryDirectory(): LinkableDirectory {
  const tenants = new Map<string, string>();
  const changes = createChanges();
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
      changes.announce(customerId);
    },
    unlink: async (customerId) => {
      tenants.delete(customerId);
      changes.announce(customerId);
    },
    onChange: changes.onChange,
  });
}

export function alreadyLinked(): ConflictError {
  return new ConflictError("This customer is linked to another tenant. Unlink it there first.");
}

/** The listeners of one directory. */
export function createChanges(): {
  readonly onChange: (listener: (customerId: string) => void) => void;
  readonly announce: (customerId: string) => void;
} {
  const listeners: ((customerId: string) => void)[] = [];
  return {
    onChange: (listener) => void listeners.push(listener),
    announce: (customerId) => {
      for (const listener of listeners) listener(customerId);
    },
  };
}
