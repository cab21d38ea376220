import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConfigurationError } from "../errors.js";
import { CALL_OPTIONS, checkInput } from "../input.js";
import type { CallOptions } from "../stripe/deadline.js";
import { forTenant, type PerTenant } from "../tenancy/per-tenant.js";
import { allowReturnUrl, parseOrigin } from "../tenancy/return-url.js";
import type { TenantScope } from "../tenancy/tenant-scope.js";
import { toDate } from "../views/epoch.js";

/** The customer portal's settings, each a value or a function of the tenant. */
export interface PortalSettings {
  /** Where the portal's "return" link leads when a call names no other place. */
  readonly returnUrl?: PerTenant<string> | undefined;
  /** Origins, such as `"https://app.example.com"`, that return URLs may be on. Default: the origin of `returnUrl`. */
  readonly allowedReturnOrigins?: PerTenant<readonly string[]> | undefined;
  /** A portal configuration (`bpc_…`). Default: the account's own default configuration. */
  readonly configuration?: PerTenant<string | undefined> | undefined;
  /** An IETF language tag such as `"en-GB"`, or `"auto"`. Default: the customer's or the browser's. */
  readonly locale?: PerTenant<string | undefined> | undefined;
}

export interface PortalSessionOptions extends CallOptions {
  /** Where the portal's "return" link leads; an absolute URL, or a path on the settings' `returnUrl`. */
  readonly returnUrl?: string;
  /** Overrides the settings' locale. */
  readonly locale?: string;
}

/** A portal session asked for in one object, tenant included. */
export interface PortalConfig extends PortalSessionOptions {
  readonly customerId: string;
  readonly tenantId: string;
}

/** A customer's way into Stripe's hosted portal. */
export interface PortalSession {
  readonly id: string;
  /**
   * Redirect the customer's browser there at once. Whoever has it can manage the customer's billing: never log, store
   * or send it. It opens within 5 minutes and ends an hour after the last use.
   */
  readonly url: string;
  readonly customerId: string;
  /** Where the portal's "return" link leads; null where it has none. */
  readonly returnUrl: string | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

const LOCALE = 'locale must be a language tag such as "en-GB", or "auto".';

const sessionOptions = z.strictObject(
  {
    ...CALL_OPTIONS,
    // Judged by the one guard for URLs.
    returnUrl: z.optional(z.unknown()),
    locale: z.optional(z.custom<string>(isLocale, LOCALE)),
  },
  "The options must be an object.",
);

/** The configuration comes from the settings alone, so that no tenant can choose another's. */
export async function createCustomerPortalSession(
  scope: TenantScope,
  customer: string | undefined,
  options: PortalSessionOptions,
  settings: PortalSettings,
  configuration: string | undefined,
): Promise<PortalSession> {
  const customerId = await scope.customerId(customer);
  const { returnUrl, locale = await forTenant(settings.locale, scope.tenantId) } = checkInput(
    sessionOptions,
    options,
  );
  if (locale !== undefined && !isLocale(locale)) throw new ConfigurationError(`portal.locale: ${LOCALE}`);
  const allowedReturnUrl = await resolveReturnUrl(returnUrl, settings, scope.tenantId);
  await scope.proveCustomer(customerId);
  const session = await scope.write(
    "POST /v1/billing_portal/sessions",
    {},
    {
      customer: customerId,
      ...(allowedReturnUrl === undefined ? {} : { return_url: allowedReturnUrl }),
      ...(configuration === undefined ? {} : { configuration }),
      // Stripe's list of locales grows; what it does not know it refuses.
      ...(locale === undefined ? {} : { locale: locale as Stripe.BillingPortal.SessionCreateParams.Locale }),
    },
  );
  return Object.freeze({
    id: session.id,
    url: session.url,
    customerId,
    returnUrl: session.return_url,
    createdAt: toDate(session.created),
    livemode: session.livemode,
  });
}

/** The portal configuration that the settings name for a tenant. */
export async function portalConfigurationFor(
  settings: PortalSettings,
  tenantId: string,
): Promise<string | undefined> {
  const configuration = await forTenant(settings.configuration, tenantId);
  if (configuration === undefined || isConfigurationId(configuration)) return configuration;
  throw new ConfigurationError(
    'portal.configuration must give the id of a portal configuration, such as "bpc_…".',
  );
}

export function isConfigurationId(value: unknown): value is string {
  return typeof value === "string" && /^bpc_\w{1,250}$/.test(value);
}

export function isLocale(value: unknown): value is string {
  return typeof value === "string" && /^(?:auto|[a-z]{2,3}(?:-[A-Za-z0-9]{2,4})?)$/.test(value);
}

async function resolveReturnUrl(
  given: unknown,
  settings: PortalSettings,
  tenantId: string,
): Promise<string | undefined> {
  const configured = await forTenant(settings.returnUrl, tenantId);
  const url = given ?? configured;
  if (url === undefined) return undefined;
  const base = configured === undefined ? undefined : new URL(configured).origin;
  const origins =
    (await forTenant(settings.allowedReturnOrigins, tenantId)) ?? (base === undefined ? [] : [base]);
  return allowReturnUrl(url, {
    allowedOrigins: origins.map(parseOrigin),
    ...(base === undefined ? {} : { base }),
  });
}
