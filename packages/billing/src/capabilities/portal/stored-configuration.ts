/** Portal configurations that the application itself keeps track of, so that none has to be looked for among everybody's. */
import type Stripe from "stripe";
import { ConfigurationError, isBillingError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { specHash } from "./configuration-params.js";

/**
 * Where an application keeps which portal configuration it has for which specification: a table or a Redis hash of two
 * columns, shared by all its processes; one for each mode, live and test.
 *
 * Stripe can only be asked for all the configurations of an account, a hundred at a time. So an application with hundreds
 * of them, such as one for each tenant, keeps their ids, and no call pays for the number of tenants. What is lost here is
 * found among the newest hundred, or made again.
 */
export interface PortalConfigurationIds {
  /** The id (`bpc_…`) that was set under a key; undefined or null where none was. */
  get(key: string): MaybePromise<string | null | undefined>;
  /** A key has up to 400 letters, digits, `_` and `:`. It stands for one content, so what is set last is right. */
  set(key: string, configurationId: string): MaybePromise<unknown>;
}

type MaybePromise<T> = T | Promise<T>;

/** One request, or none where nothing is kept; what is no longer active, or no longer what was kept, is not it. */
export async function readStoredConfiguration(
  scope: TenantScope,
  ids: PortalConfigurationIds,
  hash: string,
): Promise<Stripe.BillingPortal.Configuration | undefined> {
  const id: unknown = await scope.race(ids.get(toStorageKey(scope, hash)));
  if (id === undefined || id === null) return undefined;
  if (typeof id !== "string" || !/^bpc_\w{1,250}$/.test(id)) {
    throw new ConfigurationError("portal.configurationIds must give back what it was given.");
  }
  try {
    const kept = await scope.configurations.get(id);
    return kept.active && specHash(kept) === hash ? kept : undefined;
  } catch (error) {
    if (isBillingError(error) && error.code === "not_found") return undefined;
    throw error;
  }
}

export async function storeConfiguration(
  scope: TenantScope,
  ids: PortalConfigurationIds,
  hash: string,
  configurationId: string,
): Promise<void> {
  await scope.race(ids.set(toStorageKey(scope, hash), configurationId));
}

/** The hash is of the products as well, so that it stands for one tenant's wherever it is not for all of them. */
function toStorageKey({ account }: TenantScope, hash: string): string {
  return account === undefined ? hash : `${account}:${hash}`;
}
