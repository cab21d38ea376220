import { InvalidArgumentError } from "../errors.js";
import type { TenantScope } from "./tenant-scope.js";

/**
 * Where customers may type promotion codes, Stripe takes any active code of the account, and nothing can keep it to some of
 * them. In an account that tenants share, the customers of one would use up the codes of another.
 *
 * @throws InvalidArgumentError but in an account of the tenant's own.
 */
export function assertOwnCodes(scope: TenantScope, option: string, instead: string): void {
  if (scope.account !== undefined) return;
  throw new InvalidArgumentError(
    `${option} needs connectTenancy: in an account that tenants share, Stripe takes the codes of all of them. ${instead}`,
  );
}

/** Whether a request lets customers type promotion codes, in Checkout or in the portal. */
export function letsTypeCodes(params: object): boolean {
  return Object.entries(params).some(([name, value]) => {
    if (name === "metadata") return false;
    if (name === "allow_promotion_codes") return value !== undefined && value !== false;
    if (typeof value !== "object" || value === null) return false;
    if (name !== "default_allowed_updates") return letsTypeCodes(value);
    return Object.values(value).includes("promotion_code");
  });
}
