import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError, isBillingError, PortalNotConfiguredError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { allowReturnUrl } from "../../return-urls/return-url.js";
import { sideBySide } from "../../side-by-side.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { toDate } from "../../views/epoch.js";
import { assertFlowPossible, explainRefusedFlow } from "./check-flow.js";
import { type Ensured, ensureConfiguration, prepareContent } from "./configuration.js";
import type { PortalConfigurationSpec } from "./configuration-spec.js";
import { checkFlow, type PortalFlow } from "./flow.js";
import { assertFlowOffered, toOffering } from "./flow-demands.js";
import { CONFIGURATION, isConfiguration, isLocale, LOCALE, type TenantPortal } from "./settings.js";

/**
 * Without an `idempotencyKey`, every call creates a session. With one, a retry of a call whose outcome is unknown gets
 * the same session again.
 */
export interface PortalSessionOptions extends CallOptions, IdempotencyOptions {
  /** Where the portal's "return" link leads; an absolute URL, or a path on the settings' `returnUrl`. */
  readonly returnUrl?: string | undefined;
  /** Overrides the settings' locale. */
  readonly locale?: string | undefined;
  /** Opens the portal directly at one task. Default: its front page. */
  readonly flow?: PortalFlow | undefined;
  /**
   * The features and branding of the portal for this session, instead of the settings': the id of one of the tenant's
   * portal configurations, a shared one, the account's default or one from the settings; or a specification, for which
   * a configuration is found or created.
   */
  readonly configuration?: string | PortalConfigurationSpec | undefined;
  /**
   * Shows only the subscriptions and invoices made on behalf of this connected account, under its branding. The settings'
   * `allowedOnBehalfOf` must list it.
   */
  readonly onBehalfOf?: string | undefined;
}

/** The options of a portal session in one object, tenant included. */
export interface PortalConfig extends PortalSessionOptions {
  readonly customerId: string;
  readonly tenantId: string;
}

/** A session of Stripe's hosted customer portal. */
export interface PortalSession {
  readonly id: string;
  /**
   * Redirect the customer's browser there at once. Whoever has it can manage the customer's billing: never log, store
   * or send it. It opens within 5 minutes and ends an hour after the last use.
   */
  readonly url: string;
  readonly customerId: string;
  /** The target of the portal's "return" link; null if it has none. */
  readonly returnUrl: string | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

type GivenConfiguration = NonNullable<PortalSessionOptions["configuration"]>;

export function configurationSchema(): z.ZodMiniCustom<GivenConfiguration, GivenConfiguration> {
  return z.custom<GivenConfiguration>(isConfiguration, `configuration must be ${CONFIGURATION}`);
}

const sessionOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    // Each judged by the one guard for its kind.
    returnUrl: z.optional(z.unknown()),
    flow: z.optional(z.unknown()),
    onBehalfOf: z.optional(z.unknown()),
    configuration: z.optional(configurationSchema()),
    locale: z.optional(z.custom<string>(isLocale, `locale must be ${LOCALE}`)),
  }),
);

export async function createCustomerPortalSession(
  scope: TenantScope,
  customer: string | undefined,
  options: PortalSessionOptions,
  settings: TenantPortal,
): Promise<PortalSession> {
  const customerId = await scope.customerId(customer);
  const {
    returnUrl = settings.returnUrl,
    locale = settings.locale,
    configuration,
    ...given
  } = checkInput(sessionOptions, options);
  const portal = configuration === undefined ? settings : { ...settings, configuration };
  // guard (argument of allowReturnUrl): a return URL is on the tenant's origins
  const allowedReturnUrl = returnUrl === undefined ? undefined : allowReturnUrl(returnUrl, portal.policy);
  const onBehalfOf = checkOnBehalfOf(given.onBehalfOf, portal.onBehalfOf);
  const proveFlow = given.flow === undefined ? undefined : checkFlow(given.flow, portal.policy);
  if (typeof configuration === "object") prepareContent(scope, configuration, settings.policy);
  if (typeof portal.configuration === "object") {
    assertFlowOffered(toOffering(portal.configuration), given.flow);
  }
  const proof = proveVisitor(scope, customerId, proveFlow);
  const flowGiven = given.flow as PortalFlow | undefined; // its form was checked
  // A refusal after a configuration was made would leave the session half done.
  const first = async () => {
    await proof;
    await assertFlowPossible(scope, flowGiven);
  };
  const [flow, ensured] = await sideBySide(
    proof,
    configuration === undefined
      ? ensureFromSettings(scope, portal, first)
      : ensureGiven(scope, configuration, settings, first),
  );
  const params: SessionParams = {
    customer: customerId,
    ...(allowedReturnUrl === undefined ? {} : { return_url: allowedReturnUrl }),
    // Checks only the form, because Stripe's list of locales grows.
    ...(locale === undefined ? {} : { locale: locale as NonNullable<SessionParams["locale"]> }),
    ...(flow === undefined ? {} : { flow_data: flow }),
    ...(onBehalfOf === undefined ? {} : { on_behalf_of: onBehalfOf }),
  };
  const session = await unlessOvertaken(
    () => explainRefusedFlow(scope, flowGiven, portal),
    () => createSession(scope, params, portal, ensured, given.idempotencyKey),
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

/** Proves the customer and what the flow names. The flow goes first: reading a subscription proves its customer as well. */
async function proveVisitor(
  scope: TenantScope,
  customerId: string,
  proveFlow: ReturnType<typeof checkFlow> | undefined,
): Promise<SessionParams["flow_data"]> {
  const flow = await proveFlow?.(scope, customerId);
  // guard: a portal is opened for a proved customer
  await scope.proveForWrite(customerId);
  return flow;
}

type SessionParams = Stripe.BillingPortal.SessionCreateParams;
type Session = Stripe.BillingPortal.Session;

/** Opens the session, and once more if its remembered configuration was deactivated meanwhile. */
async function createSession(
  scope: TenantScope,
  params: SessionParams,
  portal: TenantPortal,
  ensured: Ensured | undefined,
  idempotencyKey: string | undefined,
): Promise<Session> {
  // Uses a random key if the caller gave none: Stripe would replay a session, perhaps an ended one, for a used key.
  const steps = new Steps(idempotencyKey);
  const openWith = (configuration: string | undefined) =>
    steps.take("the session", () =>
      scope.write(
        "POST /v1/billing_portal/sessions",
        {},
        { ...params, ...(configuration && { configuration }) },
        steps.key,
      ),
    );
  if (ensured === undefined) return openWith(toId(portal.configuration));
  if (ensured.made) await steps.take("the portal configuration", async () => undefined);
  try {
    return await openWith(ensured.configuration.id);
  } catch (error) {
    if (!ensured.remembered || !(error instanceof PortalNotConfiguredError)) throw error;
    scope.configurations.forget(ensured.hash);
    const other = await ensureFromSettings(scope, portal);
    return openWith(other?.configuration.id);
  }
}

function toId(configuration: TenantPortal["configuration"]): string | undefined {
  return typeof configuration === "string" ? configuration : undefined;
}

/**
 * Ensures the configuration that the settings specify, if they do. Blames the settings for an invalid specification, since
 * it is not the caller's mistake.
 */
async function ensureFromSettings(
  scope: TenantScope,
  portal: TenantPortal,
  first?: () => Promise<unknown>,
): Promise<Ensured | undefined> {
  const { configuration: spec } = portal;
  if (spec === undefined || typeof spec === "string") return undefined;
  let isFirstDone = true;
  try {
    return await ensureConfiguration(scope, spec, portal, async () => {
      isFirstDone = false;
      await first?.();
      isFirstDone = true;
    });
  } catch (error) {
    if (!isFirstDone || !isBillingError(error) || !CALLERS_MISTAKES.has(error.code)) throw error;
    throw new PortalNotConfiguredError(
      `The specification in portal.configuration cannot be used for this tenant. ${error.message}`,
      { cause: error },
    );
  }
}

/** Proves or ensures the configuration that a call chose. Its mistakes are the caller's. */
async function ensureGiven(
  scope: TenantScope,
  given: string | PortalConfigurationSpec,
  settings: TenantPortal,
  first: () => Promise<unknown>,
): Promise<Ensured | undefined> {
  if (typeof given !== "string") return ensureConfiguration(scope, given, settings, first);
  // guard: a portal is opened with a configuration that the tenant may use
  await scope.configurations.get(given);
  return undefined;
}

const CALLERS_MISTAKES: ReadonlySet<string> = new Set([
  "invalid_argument",
  "not_found",
  "conflict",
  "return_url_not_allowed",
]);

/** Checks the application's list, because Stripe does not know which accounts a tenant may act for. */
function checkOnBehalfOf(given: unknown, allowed: readonly string[]): string | undefined {
  if (given === undefined) return undefined;
  // guard (as given): a portal is opened only on behalf of accounts in the settings
  const account = allowed.find((one) => one === given);
  if (account !== undefined) return account;
  throw new InvalidArgumentError(
    "onBehalfOf must be one of the accounts that portal.allowedOnBehalfOf names.",
  );
}
