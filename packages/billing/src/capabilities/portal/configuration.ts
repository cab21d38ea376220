/** Portal configurations as code. Finds them by a hash of their content, so that a deploy does not create another one. */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { checkInput, onFirstUse, optionsObject, writeFields, writeOptions } from "../../input.js";
import type { ReturnUrlPolicy } from "../../return-urls/return-url.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { isReplay } from "../../stripe/replay.js";
import { assertMayEnterCodes } from "../../tenancy/promotion-code-entry.js";
import type { CatalogScope, TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type PortalConfiguration, toPortalConfiguration } from "../../views/portal-configuration.js";
import { type ConfigurationContent, metadataWith, specHash, toContent } from "./configuration-params.js";
import { checkSpec, type PortalConfigurationSpec } from "./configuration-spec.js";
import { proveOffer } from "./offer.js";
import type { TenantPortal } from "./settings.js";
import {
  type PortalConfigurationIds,
  readStoredConfiguration,
  storeConfiguration,
} from "./stored-configuration.js";

/** An active portal configuration that matches its specification. */
export interface EnsuredPortalConfiguration {
  /** The configuration's id (`bpc_…`). You may store it and use it as `portal.configuration` in the settings. */
  readonly id: string;
  /** True if it offers nothing of a single tenant, so that all tenants with the same specification use it. */
  readonly shared: boolean;
  /** The page where customers log in by e-mail; null if the specification has no login page. */
  readonly loginPageUrl: string | null;
}

type Configuration = Stripe.BillingPortal.Configuration;

export async function ensurePortalConfiguration(
  scope: TenantScope,
  given: PortalConfigurationSpec,
  options: CallOptions & IdempotencyOptions,
  portal: TenantPortal,
): Promise<EnsuredPortalConfiguration> {
  // Accepts a key for the retry that an error asks for, but does not need it: the specification's hash is the key.
  checkInput(writeOptions, options);
  return (await ensureConfiguration(scope, given, portal)).configuration;
}

/** `remembered` means that Stripe was not asked, so it may have been deactivated since. */
export interface Ensured {
  readonly configuration: EnsuredPortalConfiguration;
  readonly hash: string;
  readonly remembered: boolean;
  readonly made: boolean;
}

/** @param first what has to be proved before anything is written. It is asked for only where something is. */
export async function ensureConfiguration(
  scope: TenantScope,
  given: PortalConfigurationSpec,
  { policy, configurationIds }: TenantPortal,
  first?: () => Promise<unknown>,
): Promise<Ensured> {
  const { spec, content } = prepareContent(scope, given, policy);
  const { hash } = content;
  // The login page's URL is not remembered.
  const known = spec.loginPage ? undefined : scope.configurations.find(hash);
  if (known !== undefined) {
    return {
      configuration: Object.freeze({ ...known, loginPageUrl: null }),
      hash,
      remembered: true,
      made: false,
    };
  }
  const kept = configurationIds && (await readStoredConfiguration(scope, configurationIds, hash));
  const present = kept ?? (await findListedConfiguration(scope, hash, configurationIds));
  if (present === undefined) await first?.();
  const found = present ?? (await make(scope, spec, content));
  const { id, login_page: login } = found;
  if (configurationIds && kept === undefined) await storeConfiguration(scope, configurationIds, hash, id);
  const shared = scope.configurations.isShared(found);
  scope.configurations.remember(hash, { id, shared });
  return {
    configuration: Object.freeze({ id, shared, loginPageUrl: login.url }),
    hash,
    remembered: false,
    made: present === undefined,
  };
}

/**
 * Checks a specification and builds what it is sent as, before anything is sent.
 *
 * @throws InvalidArgumentError | ReturnUrlNotAllowedError for one that cannot be ensured for this tenant.
 */
export function prepareContent(
  scope: TenantScope,
  given: PortalConfigurationSpec,
  policy: TenantPortal["policy"],
): { readonly spec: ReturnType<typeof checkSpec>; readonly content: ReturnType<typeof toContent> } {
  const spec = checkSpec(given);
  if (spec.features.subscriptionUpdate?.allowedUpdates.includes("promotion_code")) {
    // guard: customers type codes only in a portal of the tenant's own account
    assertMayEnterCodes(scope.discounts, "promotion_code among allowedUpdates", "Leave it out.");
  }
  return { spec, content: toContent(spec, policy) };
}

/** Finds the active configuration with a hash. */
export async function findConfiguration(
  scope: TenantScope,
  hash: string,
  ids: PortalConfigurationIds | undefined,
): Promise<Configuration | undefined> {
  return (
    (ids && (await readStoredConfiguration(scope, ids, hash))) ?? findListedConfiguration(scope, hash, ids)
  );
}

/** Returns the oldest match, so that every process picks the same one. With stored ids, reads only the newest 100. */
async function findListedConfiguration(
  scope: TenantScope,
  hash: string,
  ids: PortalConfigurationIds | undefined,
): Promise<Configuration | undefined> {
  for await (const page of scope.configurations.pages({ active: true })) {
    // guard (receiver of filter): a configuration is found again by all that it holds
    const [oldest] = page.filter((one) => specHash(one) === hash).sort(byAge);
    if (oldest !== undefined || ids !== undefined) return oldest;
  }
  return undefined;
}

/**
 * Creates it under an idempotency key derived from the content, so that concurrent calls create one. If Stripe replays one
 * that was deactivated meanwhile, derives the next key from its id, which is again equal for all calls.
 */
async function make(
  scope: TenantScope,
  spec: PortalConfigurationSpec,
  { params, hash }: ConfigurationContent,
): Promise<Configuration> {
  // guard: a portal offers only prices that the tenant may sell
  await proveOffer(scope, spec.features.subscriptionUpdate?.products ?? []);
  const call = "POST /v1/billing_portal/configurations";
  const marked = { ...params, metadata: metadataWith(hash) };
  for (let key = hash; ; ) {
    const made = await scope.write(call, {}, marked, key);
    const current = isReplay(made) ? await scope.configurations.get(made.id) : made;
    if (current.active) return current;
    key = `${hash} ${made.id}`;
  }
}

export interface DeactivateUnusedOptions extends CallOptions, IdempotencyOptions {
  /** All specifications that any running release of the application uses. */
  readonly inUse: readonly PortalConfigurationSpec[];
  /**
   * Deactivates shared configurations instead of the tenant's own; needs a service without a tenant. Default: false.
   */
  readonly shared?: boolean | undefined;
  /** Only returns the configurations that would be deactivated. Default: true. */
  readonly dryRun?: boolean | undefined;
  /**
   * Keeps configurations younger than this, because a release that uses them may be about to start. Default: one day.
   */
  readonly minAgeMs?: number | undefined;
}

const DAY_MS = 86_400_000;
const MIN_AGE = "minAgeMs must be a whole number of milliseconds, not negative.";

const deactivateOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    inUse: z.array(z.unknown(), "inUse must be the list of specifications in use."),
    shared: z.optional(z.boolean("shared must be true or false.")),
    dryRun: z.optional(z.boolean("dryRun must be true or false.")),
    minAgeMs: z.optional(z.int(MIN_AGE).check(z.gte(0, MIN_AGE))),
  }),
);

export async function deactivateUnusedPortalConfigurations(
  scope: CatalogScope,
  options: DeactivateUnusedOptions,
  policy: ReturnUrlPolicy | undefined,
): Promise<readonly PortalConfiguration[]> {
  const { inUse, dryRun = true, minAgeMs = DAY_MS, idempotencyKey } = checkInput(deactivateOptions, options);
  const hashes = new Set(inUse.map((spec) => toContent(checkSpec(spec), policy).hash));
  const unused = (await findUnused(scope, hashes)).filter(
    ({ created }) => created * 1000 <= Date.now() - minAgeMs,
  );
  const steps = new Steps(idempotencyKey);
  if (!dryRun) {
    for (const { id } of unused) {
      await steps.take(`the deactivation of ${id}`, () => deactivate(scope, id, steps.key));
    }
  }
  return Object.freeze(
    unused.map((one) =>
      toPortalConfiguration({ ...one, active: dryRun }, scope.configurations.isShared(one)),
    ),
  );
}

/** Lists configurations that this package created and no specification needs: of equal ones, all but the one in use. */
async function findUnused(scope: CatalogScope, inUse: ReadonlySet<string>): Promise<Configuration[]> {
  const made: Configuration[] = [];
  for await (const page of scope.configurations.pages({ active: true })) {
    // guard (operand 2): the account's default configuration is not deactivated
    made.push(...page.filter((one) => specHash(one) !== undefined && !one.is_default));
  }
  const used = new Map<string, string>();
  for (const one of made.sort(byAge)) {
    const hash = specHash(one) ?? "";
    if (inUse.has(hash) && !used.has(hash)) used.set(hash, one.id);
  }
  // guard (operand 1): only the tenant's own configurations are deactivated
  return made.filter((one) => scope.configurations.isOwn(one) && used.get(specHash(one) ?? "") !== one.id);
}

async function deactivate(scope: CatalogScope, id: string, key: string): Promise<void> {
  const call = "POST /v1/billing_portal/configurations/{configuration}";
  // Each is a step of its own, because one key for several configurations would be a conflict.
  await scope.write(call, { configuration: id }, { active: false }, key, `deactivate ${id}`);
}

/** Orders the oldest first, equally in every process. */
function byAge(a: Configuration, b: Configuration): number {
  return a.created - b.created || (a.id < b.id ? -1 : 1);
}
