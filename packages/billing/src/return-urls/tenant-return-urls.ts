/** From an application's settings to what the guard of `return-url.ts` asks for: the URLs and origins of one tenant. */
import { ConfigurationError } from "../errors.js";
import { forTenant, type PerTenant } from "../per-tenant.js";
import { isTenantId } from "../tenancy/tenant-id.js";
import { parseOrigin, type ReturnUrlPolicy } from "./return-url.js";

/**
 * Where a tenant's browsers may be sent back to.
 *
 * URLs and origins may be templates: `{tenant}` is the tenant's slug, in the first label of the host or anywhere behind
 * it, and `{domain}` the tenant's own domain, in place of the host: `"https://{tenant}.example.com/billing"`,
 * `"https://app.example.com/{tenant}/billing"`, `"https://{domain}/billing"`.
 */
export interface ReturnUrlSettings {
  /**
   * The target of "return" links, unless a call gives another one. Paths given in calls are resolved against its
   * origin.
   */
  readonly returnUrl?: PerTenant<string> | undefined;
  /** Origins, such as `"https://app.example.com"`, that return URLs may be on. Default: the origin of `returnUrl`. */
  readonly allowedReturnOrigins?: PerTenant<readonly string[]> | undefined;
  /**
   * Returns the text for `{tenant}`. Default: the tenant's id. In a host it must be a host label: 1 to 63 lower-case
   * letters, digits and hyphens, because hosts ignore case, and the ids `Acme` and `acme` would be the same host.
   */
  readonly slug?: ((tenantId: string) => string | Promise<string>) | undefined;
  /**
   * Returns the host for `{domain}`: a domain that the tenant has proved to be its own, such as `"billing.acme.com"`.
   */
  readonly domain?: ((tenantId: string) => string | Promise<string>) | undefined;
}

export interface TenantReturnUrls {
  readonly returnUrl: string | undefined;
  readonly policy: ReturnUrlPolicy;
}

/** What settings give that name no tenant: resolved once, since parsing URLs takes a tenth of a call's own time. */
const givenToAll = new WeakMap<ReturnUrlSettings, TenantReturnUrls>();

/** @throws ConfigurationError when the settings give a tenant no plain https URL or origin. */
export async function resolveReturnUrls(
  settings: ReturnUrlSettings,
  tenantId: string,
): Promise<TenantReturnUrls> {
  const known = givenToAll.get(settings);
  if (known !== undefined) return known;
  const [template, origins] = await Promise.all([
    forTenant(settings.returnUrl, tenantId),
    forTenant(settings.allowedReturnOrigins, tenantId),
  ]);
  const names = await namesFor(settings, tenantId, [template, ...(origins ?? [])]);
  const returnUrl = template === undefined ? undefined : fillIn(template, names);
  const base = returnUrl === undefined ? undefined : parseReturnUrlOrigin(returnUrl);
  // guard (argument of parseOrigin): an origin of the settings' is an origin
  const allowed = origins?.map((origin) => parseOrigin(fillIn(origin, names)));
  const urls = {
    returnUrl,
    policy: {
      allowedOrigins: allowed ?? (base === undefined ? [] : [base]),
      ...(base === undefined ? {} : { base }),
    },
  };
  const isOfTenant =
    typeof settings.returnUrl === "function" ||
    typeof settings.allowedReturnOrigins === "function" ||
    Object.values(names).some((name) => name !== undefined);
  // guard (if true): URLs of one tenant are not given to another
  if (!isOfTenant) givenToAll.set(settings, urls);
  return urls;
}

/** A template with an example in its places, to see before the first call whether it can become a URL at all. */
export function fillInExample(template: string): string {
  return fillIn(template, { "{tenant}": "tenant", "{domain}": "tenant.example" });
}

/** @throws ConfigurationError when a configured URL has no origin that browsers may be sent to. */
export function parseReturnUrlOrigin(returnUrl: string): string {
  if (!URL.canParse(returnUrl)) {
    throw new ConfigurationError("portal.returnUrl must be, or return, an absolute https URL.");
  }
  return parseOrigin(new URL(returnUrl).origin);
}

type Names = Readonly<Record<"{tenant}" | "{domain}", string | undefined>>;

/** Asks the application only for what the templates hold. */
async function namesFor(
  settings: ReturnUrlSettings,
  tenantId: string,
  templates: readonly (string | undefined)[],
): Promise<Names> {
  const wants = (name: string) => templates.some((template) => String(template).includes(name));
  const slug = wants("{tenant}") ? await (settings.slug ?? String)(tenantId) : undefined;
  const domain = wants("{domain}") ? await settings.domain?.(tenantId) : undefined;
  return { "{tenant}": slug, "{domain}": domain };
}

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST_LABEL = new RegExp(`^(?!..--)${LABEL}$`);
const DOMAIN = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+${LABEL}$`);

/** The first label, whole or set off by hyphens, so that what a tenant is called can never make another domain. */
const TENANT_HOST = /^(?:[\w-]+-)?\{tenant\}(?:-[\w-]+)?\.[\w-]+(?:\.[\w-]+)+(?::\d+)?$/;

function fillIn(template: string, { "{tenant}": slug, "{domain}": domain }: Names): string {
  if (typeof template !== "string") throw new ConfigurationError("A return URL or origin must be a string.");
  if (!template.includes("{tenant}") && !template.includes("{domain}")) return template;
  const [, scheme = "", host = "", rest = ""] = /^(https?:\/\/)([^/?#]*)(.*)$/s.exec(template) ?? [];
  return scheme + fillInHost(host, slug, domain) + fillInRest(rest, slug);
}

function fillInHost(host: string, slug: unknown, domain: unknown): string {
  if (/^\{domain\}(?::\d+)?$/.test(host)) {
    // guard (receiver): a tenant's domain is a domain
    if (typeof domain !== "string" || !DOMAIN.test(domain)) {
      throw new ConfigurationError(
        "{domain} needs portal.domain to return the tenant's own domain, in lower case.",
      );
    }
    return host.replace("{domain}", domain);
  }
  if (!/[{}]/.test(host)) return host;
  // guard (receiver): a tenant stands in the first label of a host
  if (!TENANT_HOST.test(host)) {
    throw new ConfigurationError(
      'A template may hold {tenant} in the first label of a host, as in "https://{tenant}.example.com", or {domain} as the whole host.',
    );
  }
  // guard (receiver): a tenant is one label of a host
  if (typeof slug !== "string" || !HOST_LABEL.test(slug)) {
    throw new ConfigurationError(
      "This tenant's id cannot be part of a host. Set portal.slug to return lower-case letters, digits and hyphens.",
    );
  }
  return host.replace("{tenant}", slug);
}

function fillInRest(rest: string, slug: unknown): string {
  if (rest.includes("{domain}"))
    throw new ConfigurationError("{domain} can only be the whole host of a URL.");
  if (!rest.includes("{tenant}")) return rest;
  // The form of tenant ids: it has no slashes, and no dots alone.
  // guard: a tenant in a path has the form of an id
  if (!isTenantId(slug))
    throw new ConfigurationError("portal.slug must return a text in the form of a tenant id.");
  return rest.replaceAll("{tenant}", encodeURIComponent(slug));
}
