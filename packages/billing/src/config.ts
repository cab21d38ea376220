import * as z from "zod/mini";
import type { CatalogSettings } from "./capabilities/catalog/catalog.js";
import type { MetadataSchema } from "./capabilities/catalog/product-metadata.js";
import type { PortalConfigurationSpec } from "./capabilities/portal/configuration-spec.js";
import {
  ACCOUNTS,
  CONFIGURATION,
  isAccountList,
  isConfiguration,
  isLocale,
  LOCALE,
  type PortalSettings,
} from "./capabilities/portal/settings.js";
import type { PortalConfigurationIds } from "./capabilities/portal/stored-configuration.js";
import { describeKind } from "./describe-kind.js";
import { ConfigurationError } from "./errors.js";
import { mistakesIn, onFirstUse } from "./input.js";
import type { PerTenant } from "./per-tenant.js";
import { parseOrigin } from "./return-urls/return-url.js";
import { fillInExample, parseReturnUrlOrigin } from "./return-urls/tenant-return-urls.js";
import { type Mode, modeOf, type StripeClient } from "./stripe/client.js";
import { isTimeoutMs } from "./stripe/deadline.js";
import type { RequestListener } from "./stripe/request-record.js";
import type { AuditListener } from "./tenancy/audit.js";
import type { OwnershipSettings } from "./tenancy/ownership-cache.js";
import type { PromotionCodes } from "./tenancy/promotion-code-entry.js";
import type { Tenancy } from "./tenancy/tenancy.js";
import { isTenantId } from "./tenancy/tenant-id.js";

/**
 * The options of {@link StripeBillingService}. Exactly one of `secretKey` and `stripe` is required, the rest is
 * optional.
 */
export interface StripeBillingConfig<TMetadata = undefined> {
  /**
   * A secret (`sk_…`) or restricted (`rk_…`) key. Its mode, live or test, becomes the service's. It may be `undefined`,
   * because an environment variable may not be set while an application is built: the service can then be created, but
   * every call throws a `ConfigurationError`.
   */
  readonly secretKey?: string | undefined;
  /**
   * With `secretKey`: the server to use instead of Stripe's, such as a local one of `@repo/local-stripe`. An origin
   * with https, or with http on this machine. Default: Stripe.
   */
  readonly apiBase?: string | undefined;
  /**
   * A client of your own, made by `stripe` 17 to 23, for another host, proxy or HTTP client. This service ignores its
   * `apiVersion`, `maxNetworkRetries` and `timeout`, and uses `maxRetries` and `timeoutMs` below. A client of `stripe`
   * 17 to 21 must be made with `maxNetworkRetries: 0`, and keeps its own `timeout` for each request.
   */
  readonly stripe?: StripeClient | undefined;
  /** With `stripe`: the mode of its key; objects of the other mode are refused. Default: read from the client. */
  readonly mode?: Mode | undefined;
  /** Binds this service to one tenant permanently. */
  readonly tenantId?: string | undefined;
  /** The strategy that decides which tenant owns an object. Default: `metadataTenancy()`. */
  readonly tenancy?: Tenancy | undefined;
  readonly portal?: PortalSettings | undefined;
  readonly catalog?: CatalogSettings<TMetadata> | undefined;
  /**
   * The time limit of a whole call, all its Stripe requests included, in milliseconds; 1 to 600,000. Default: 30,000.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a request is retried when Stripe failed, did not answer or asked to slow down; 0 to 10. Default: 3. While
   * Stripe is busy with another request for the same object, the request is retried until the call's time is over. 0
   * sends everything once.
   */
  readonly maxRetries?: number | undefined;
  /** How long this service remembers which tenant owns a customer, and what it uses that for. */
  readonly ownership?: OwnershipSettings | undefined;
  /**
   * Called for attempts to cross tenants, refused answers and operators' calls. Not awaited; its first failure becomes
   * a process warning.
   */
  readonly onAudit?: AuditListener | undefined;
  /**
   * Called after every request to Stripe: `logRequests(logger)`, `traceRequests(tracer)`, or a function of your own.
   */
  readonly onRequest?: RequestListener | undefined;
}

/**
 * Checks each setting by itself.
 *
 * @throws ConfigurationError with one sentence per mistake; keys are never quoted.
 */
export function parseConfig(config: object): StripeBillingConfig<unknown> {
  const checked = mistakesIn(configSchema, config);
  if ("mistakes" in checked) throw new ConfigurationError(checked.mistakes.join(" "));
  return checked.value;
}

const configSchema = onFirstUse(() =>
  z.strictObject(
    {
      secretKey: setting<string>(
        (value) => typeof value === "string" && modeOf(value) !== undefined,
        ({ input }) =>
          `secretKey must be a secret or restricted Stripe key, such as "sk_test_…" or "rk_live_…", and it is ${describeKey(input)}.`,
      ),
      apiBase: setting<string>(
        (value) => isAccepted(value, parseOrigin),
        'apiBase must be an origin with https, or with http on this machine, such as "http://127.0.0.1:4243".',
      ),
      stripe: setting<StripeClient>(
        (value) => hasMethods(value, ["rawRequest"]),
        "stripe must be a client made by the stripe package, version 17 to 23.",
      ),
      mode: setting<Mode>((value) => value === "live" || value === "test", 'mode must be "live" or "test".'),
      tenantId: setting<string>(
        isTenantId,
        "tenantId must be 1 to 255 letters, digits, and _ . : - after a letter or digit.",
      ),
      tenancy: setting<Tenancy>(
        (value) =>
          hasMethods(value, [
            "accountOf",
            "customerAccess",
            "productAccess",
            "productQuery",
            "resolveTenant",
          ]),
        "tenancy must be a tenancy strategy, such as metadataTenancy().",
      ),
      portal: z.optional(portalSchema()),
      catalog: z.optional(catalogSchema()),
      ownership: z.optional(ownershipSchema()),
      timeoutMs: setting<number>(
        isTimeoutMs,
        "timeoutMs must be a whole number of milliseconds from 1 to 600000.",
      ),
      maxRetries: setting<number>(
        (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 10,
        "maxRetries must be a whole number from 0 to 10.",
      ),
      onAudit: setting<AuditListener>(isFunction, "onAudit must be a function."),
      onRequest: setting<RequestListener>(isFunction, "onRequest must be a function."),
    },
    'The configuration must be an object, such as { secretKey: "sk_test_…" }.',
  ),
);

const portalSchema = () =>
  z.strictObject(
    {
      returnUrl: setting<PerTenant<string>>(
        perTenant(isReturnUrl),
        "portal.returnUrl must be an absolute https URL (or http on localhost), or a function of the tenant.",
      ),
      allowedReturnOrigins: setting<PerTenant<readonly string[]>>(
        perTenant((value) => Array.isArray(value) && value.every(isOrigin)),
        'portal.allowedReturnOrigins must be a list of origins such as "https://app.example.com", or a function of the tenant.',
      ),
      configuration: setting<PerTenant<string | PortalConfigurationSpec | undefined>>(
        perTenant(isConfiguration),
        `portal.configuration must be a function of the tenant, or ${CONFIGURATION}`,
      ),
      configurationIds: setting<PortalConfigurationIds>(
        (value) => hasMethods(value, ["get", "set"]),
        "portal.configurationIds must have the methods get and set.",
      ),
      locale: setting<PerTenant<string | undefined>>(
        perTenant(isLocale),
        `portal.locale must be a function of the tenant, or ${LOCALE}`,
      ),
      allowedOnBehalfOf: setting<PerTenant<readonly string[]>>(
        perTenant(isAccountList),
        `portal.allowedOnBehalfOf must be a function of the tenant, or ${ACCOUNTS}`,
      ),
      slug: setting<(tenantId: string) => string>(
        isFunction,
        "portal.slug must be a function of the tenant.",
      ),
      domain: setting<(tenantId: string) => string>(
        isFunction,
        "portal.domain must be a function of the tenant.",
      ),
    },
    "portal must be an object.",
  );

const catalogSchema = () =>
  z.strictObject(
    {
      metadata: setting<MetadataSchema<unknown>>(
        isStandardSchema,
        "catalog.metadata must be a schema that implements Standard Schema 1, such as one of zod.",
      ),
      cacheSeconds: setting<number>(
        (value) => typeof value === "number" && value >= 0 && value <= 3_600,
        "catalog.cacheSeconds must be a number from 0 to 3600.",
      ),
      promotionCodes: setting<PromotionCodes>(
        (value) => value === "shared",
        'catalog.promotionCodes must be "shared", or left out.',
      ),
    },
    "catalog must be an object.",
  );

const ownershipSchema = () =>
  z.strictObject(
    {
      rememberSeconds: setting<number>(
        (value) => typeof value === "number" && value >= 0 && value <= 300,
        "ownership.rememberSeconds must be a number from 0 to 300.",
      ),
      trustInWrites: setting<boolean>(
        (value) => typeof value === "boolean",
        "ownership.trustInWrites must be true or false.",
      ),
    },
    "ownership must be an object.",
  );

/** Says what a refused key is instead, without showing it. */
function describeKey(value: unknown): string {
  if (typeof value !== "string" || value === "") return describeKind(value);
  if (value !== value.trim()) return "a key with white space around it";
  if (value.startsWith("pk_")) return "a publishable key, which only browsers use";
  if (value.startsWith("sk_org_")) return "an organization's key, which is not supported";
  return /^(?:sk|rk)_(?:live|test)_/.test(value) ? "incomplete" : "another string";
}

/** Some libraries' schemas are functions. */
function isStandardSchema(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return hasMethods(standard, ["validate"]) && Reflect.get(Object(standard), "version") === 1;
}

function setting<T>(
  accepts: (value: unknown) => boolean,
  sentence: string | ((issue: { readonly input?: unknown }) => string),
): z.ZodMiniOptional<z.ZodMiniCustom<T, T>> {
  return z.optional(z.custom<T>(accepts, { error: sentence }));
}

function perTenant(accepts: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => typeof value === "function" || accepts(value);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === "function");
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isReturnUrl(value: unknown): boolean {
  return isAccepted(value, (text) => parseReturnUrlOrigin(fillInExample(text)));
}

function isOrigin(value: unknown): boolean {
  return isAccepted(value, (text) => parseOrigin(fillInExample(text)));
}

function isAccepted(value: unknown, parse: (text: string) => unknown): boolean {
  try {
    return typeof value === "string" && parse(value) !== undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}
