import { AccountMismatchError, ConfigurationError } from "../../errors.js";
import type { Tenancy } from "../tenancy.js";
import { isTenantId } from "../tenant-id.js";
import { askDirectory } from "./ask-directory.js";

/** The application's own record of which connected account belongs to which tenant, in both directions. */
export interface AccountDirectory {
  /** Returns the connected account (`acct_…`) of a tenant; undefined for an unknown tenant. */
  accountOf(tenantId: string): string | undefined | Promise<string | undefined>;
  /** Returns the tenant of a connected account; undefined for an unknown account. */
  tenantOf(account: string): string | undefined | Promise<string | undefined>;
}

/**
 * Creates a strategy for tenants that each have their own connected Stripe account, so that Stripe itself keeps them
 * apart: each request carries the tenant's `Stripe-Account` header, and each event names the account it happened on.
 *
 * Asks the directory in both directions. An account linked to two tenants would let one see the other's billing, so it
 * is refused to the tenant that `tenantOf` does not return.
 *
 * @throws ConfigurationError when the directory lacks one of its functions.
 */
export function connectTenancy(accounts: AccountDirectory): Tenancy {
  if (typeof accounts?.accountOf !== "function" || typeof accounts.tenantOf !== "function") {
    throw new ConfigurationError("connectTenancy needs a directory with accountOf and tenantOf.");
  }
  return Object.freeze<Tenancy>({
    accountOf: async (tenantId) => {
      const account = await askDirectory(() => accounts.accountOf(tenantId));
      // A blank account would leave the header out, and the request would reach the platform's own data.
      // guard (operand 1): an account id is well-formed
      // guard (operand 2): an account is linked back to its tenant
      if (!isAccountId(account) || (await askDirectory(() => accounts.tenantOf(account))) !== tenantId) {
        throw new AccountMismatchError(
          "This tenant has no connected account of its own. Link one in the directory.",
        );
      }
      return account;
    },
    customerAccess: () => "own",
    productAccess: () => "own",
    productQuery: () => undefined,
    resolvesByAccount: true,
    // Events about an account of Accounts v2 happen on the platform and name it as their object.
    resolveTenant: async ({ account: on, customerAccount }) => {
      const account = on ?? customerAccount;
      // guard (if account === undefined): an event's account id is checked before it is looked up
      if (!isAccountId(account)) return { status: "nobody" };
      const tenantId = await askDirectory(() => accounts.tenantOf(account));
      // Events of a new account come while its link is being made, so one without a link may have one in a moment; so
      // may one with half of it.
      // guard (operand 2): an event's account is linked both ways
      const isLinked =
        isTenantId(tenantId) && (await askDirectory(() => accounts.accountOf(tenantId))) === account;
      return isLinked ? { status: "tenant", tenantId } : { status: "unknown" };
    },
    markFor: () => Object.freeze({}),
    reservedMetadata: Object.freeze([]),
  });
}

function isAccountId(value: unknown): value is string {
  return typeof value === "string" && /^acct_\w{1,250}$/.test(value);
}
