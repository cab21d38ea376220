import { ConfigurationError } from "../../errors.js";
import { forTenant, type PerTenant } from "../../per-tenant.js";
import {
  type ReturnUrlSettings,
  resolveReturnUrls,
  type TenantReturnUrls,
} from "../../return-urls/tenant-return-urls.js";
import { isSpec, type PortalConfigurationSpec } from "./configuration-spec.js";
import type { PortalConfigurationIds } from "./stored-configuration.js";

/** Settings of the customer portal. Each is a value, or a function of the tenant. */
export interface PortalSettings extends ReturnUrlSettings {
  /**
   * A portal configuration: its id (`bpc_…`), or a specification, for which each session finds or creates a
   * configuration; no request is sent while the result is remembered. Default: the account's default configuration.
   */
  readonly configuration?: PerTenant<string | PortalConfigurationSpec | undefined> | undefined;
  /**
   * A store for the ids of configurations made from specifications, so that a new process reads one configuration
   * instead of listing them all. Default: none, which is enough for up to two hundred configurations in the account.
   */
  readonly configurationIds?: PortalConfigurationIds | undefined;
  /** An IETF language tag such as `"en-GB"`, or `"auto"`. Default: the customer's or the browser's. */
  readonly locale?: PerTenant<string | undefined> | undefined;
  /** Connected accounts (`acct_…`) that a call may open the portal on behalf of. Default: none. */
  readonly allowedOnBehalfOf?: PerTenant<readonly string[]> | undefined;
}

/** The settings, resolved for one tenant. */
export interface TenantPortal extends TenantReturnUrls {
  readonly configuration: string | PortalConfigurationSpec | undefined;
  readonly configurationIds: PortalConfigurationIds | undefined;
  readonly locale: string | undefined;
  readonly onBehalfOf: readonly string[];
}

/** @throws ConfigurationError when a function of the tenant gives what the setting cannot be. */
export async function resolvePortal(settings: PortalSettings, tenantId: string): Promise<TenantPortal> {
  const [configuration, locale, onBehalfOf = [], urls] = await Promise.all([
    forTenant(settings.configuration, tenantId),
    forTenant(settings.locale, tenantId),
    forTenant(settings.allowedOnBehalfOf, tenantId),
    resolveReturnUrls(settings, tenantId),
  ]);
  if (configuration !== undefined && !isConfiguration(configuration)) {
    throw new ConfigurationError(`portal.configuration must return ${CONFIGURATION}`);
  }
  if (locale !== undefined && !isLocale(locale)) {
    throw new ConfigurationError(`portal.locale must return ${LOCALE}`);
  }
  if (!isAccountList(onBehalfOf)) {
    throw new ConfigurationError(`portal.allowedOnBehalfOf must return ${ACCOUNTS}`);
  }
  return { configuration, configurationIds: settings.configurationIds, locale, onBehalfOf, ...urls };
}

/** Lists the ids that the application chose itself, which a request may hold without proof. */
export function trustedIds({ configuration, onBehalfOf }: TenantPortal): readonly string[] {
  return typeof configuration === "string" ? [configuration, ...onBehalfOf] : onBehalfOf;
}

export const CONFIGURATION = 'the id of a portal configuration, such as "bpc_…", or its specification.';
export const LOCALE = 'a language tag such as "en-GB", or "auto".';
export const ACCOUNTS = 'a list of connected accounts, such as "acct_…".';

export function isConfiguration(value: unknown): boolean {
  return typeof value === "string" ? /^bpc_\w{1,250}$/.test(value) : isSpec(value);
}

export function isLocale(value: unknown): value is string {
  return typeof value === "string" && /^(?:auto|[a-z]{2,3}(?:-[A-Za-z0-9]{2,4})?)$/.test(value);
}

export function isAccountList(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((one) => typeof one === "string" && /^acct_\w{1,250}$/.test(one))
  );
}
