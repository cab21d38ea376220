import type { Entitlement } from "../views/entitlement.js";

interface ListsEntitlements {
  listEntitlements(
    customerId: string,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly Entitlement[]>;
}

/** Whether a tenant's service lists what a customer has access to. */
export function listsEntitlements(billing: unknown): billing is ListsEntitlements {
  return (
    typeof billing === "object" &&
    billing !== null &&
    typeof Reflect.get(billing, "listEntitlements") === "function"
  );
}
