/** Finds portal configurations through a store of the application's, instead of listing those of all tenants. */
import type Stripe from "stripe";
import { ConfigurationError, isBillingError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { specHash } from "./configuration-params.js";

/**
 * The application's store of portal configuration ids, keyed by specification: a table with two columns or a Redis
 * hash, shared by all processes. Use one store per mode, live and test.
 *
 * Stripe can only list all configurations of an account, a hundred per request. An application with hundreds of them,
 * such as one per tenant, keeps their ids here, so that calls do not slow down as tenants are added. If an entry is
 * lost, the configuration is found among the newest hundred, or created again.
 */
export interface PortalConfigurationIds {
  /** Returns the id (`bpc_…`) of a key; undefined or null if there is none. */
  get(key: string): MaybePromise<string | null | undefined>;
  /** Sets the id of a key of up to 400 letters, digits, `_` and `:`. A later id replaces an earlier one. */
  set(key: string, configurationId: string): MaybePromise<unknown>;
}

type MaybePromise<T> = T | Promise<T>;

/** Finds a stored configuration that is still active and unchanged. One request, or none if nothing is stored. */
export async function readStoredConfiguration(
  scope: TenantScope,
  ids: PortalConfigurationIds,
  hash: string,
): Promise<Stripe.BillingPortal.Configuration | undefined> {
  const id: unknown = await scope.race(ids.get(toStorageKey(scope, hash)));
  if (id === undefined || id === null) return undefined;
  if (typeof id !== "string" || !/^bpc_\w{1,250}$/.test(id)) {
    throw new ConfigurationError("portal.configurationIds.get must return an id that set was given.");
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

/** Builds the store's key. The hash covers the products, so a tenant's own configuration has its own key. */
function toStorageKey({ account }: TenantScope, hash: string): string {
  return account === undefined ? hash : `${account}:${hash}`;
}
