import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import type { PortalConfiguration } from "../../views/portal-configuration.js";
import type { DeactivateUnusedOptions, EnsuredPortalConfiguration } from "./configuration.js";
import type { PortalConfigurationSpec } from "./configuration-spec.js";
import type { DiagnosePortalOptions, PortalDiagnosis } from "./diagnosis.js";

/** The service's methods for the customer portal, beside `createCustomerPortalSession`. */
export interface PortalMethods {
  /**
   * Returns the active portal configuration that matches a specification, and creates it if there is none. Safe to
   * repeat: a hash of the content finds it again, so any number of deploys and processes share one configuration. Another
   * specification makes another configuration. One that offers none of the tenant's own products is shared by all
   * tenants that ask for it.
   *
   * Sends no request while the result is remembered. Otherwise one for every hundred active configurations, newest
   * first; to create it, two more, and one for each price younger than a minute. With `portal.configurationIds`, one
   * request finds it and at most three create it, however many there are.
   *
   * @throws NotFoundError when a product or price is missing or belongs to another tenant.
   * @throws ConflictError when a product or price is archived.
   * @throws InvalidArgumentError for more than ten products, or two prices of one product with the same interval.
   * @throws ReturnUrlNotAllowedError when its return URL is not on an allowed origin.
   * @see https://docs.stripe.com/api/customer_portal/configurations
   */
  ensurePortalConfiguration(
    spec: PortalConfigurationSpec,
    options?: CallOptions & IdempotencyOptions,
  ): Promise<EnsuredPortalConfiguration>;

  /**
   * Finds the tenant's portal configurations that {@link ensurePortalConfiguration} made and that no specification in
   * `inUse` matches any more, duplicates included. Deactivates them with `dryRun: false`. Leaves alone configurations
   * made elsewhere, the account's default, and those younger than `minAgeMs` (one day).
   *
   * With `shared: true`, works on the configurations that all tenants share, and needs a service without a tenant; then
   * `inUse` has to list the specifications of every tenant. Ensuring a specification again undoes a mistake.
   *
   * Sends one request for every hundred active configurations, and one for each that it deactivates.
   *
   * @throws TenantContextError for `shared` on a service that is bound to a tenant.
   */
  deactivateUnusedPortalConfigurations(
    options: DeactivateUnusedOptions,
  ): Promise<readonly PortalConfiguration[]>;

  /**
   * Checks everything a customer needs to reach the portal: the key, the customer, the return URL, the flow and the
   * objects it names, the portal configuration with its features, and the products it offers. Writes nothing unless
   * `createSession` is set. Another tenant's customer is reported as missing. Sends about four requests.
   *
   * Never throws: an invalid call is reported as a failed check.
   *
   * @example
   * const { ok, checks } = await billing.forTenant("acme").diagnosePortal({ customerId });
   * for (const { check, status, fact, advice } of checks) console.log(status, check, fact, advice ?? "");
   */
  diagnosePortal(options?: DiagnosePortalOptions): Promise<PortalDiagnosis>;
}
