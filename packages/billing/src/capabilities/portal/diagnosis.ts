import * as z from "zod/mini";
import { type AnyBillingError, isBillingError } from "../../errors.js";
import { callFields, checkInput, onFirstUse, optionsObject } from "../../input.js";
import { allowReturnUrl } from "../../return-urls/return-url.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { failure, ok, type PortalCheck, type PortalCheckName, toFailedCheck, warning } from "./check.js";
import {
  lookAtConfirmedPrice,
  lookAtFeatures,
  lookAtProducts,
  lookForConfiguration,
  type MetadataJudge,
  type SeenConfiguration,
} from "./check-configuration.js";
import { lookAtFlow } from "./check-flow.js";
import type { PortalFlow } from "./flow.js";
import { configurationSchema, createCustomerPortalSession, type PortalSessionOptions } from "./session.js";
import type { TenantPortal } from "./settings.js";

export interface DiagnosePortalOptions extends CallOptions {
  readonly customerId?: string | undefined;
  readonly returnUrl?: string | undefined;
  readonly flow?: PortalFlow | undefined;
  /** The configuration that a session is given in its call, instead of the settings'. */
  readonly configuration?: PortalSessionOptions["configuration"] | undefined;
  /** Opens a session too, and discards its URL. Default: false. */
  readonly createSession?: boolean | undefined;
}

/** The result of every check that opening the portal for a customer depends on. */
export interface PortalDiagnosis {
  /** False if a check failed. Warnings do not prevent a session. */
  readonly ok: boolean;
  readonly checks: readonly PortalCheck[];
}

const options = onFirstUse(() =>
  optionsObject({
    ...callFields(),
    customerId: z.optional(z.unknown()),
    returnUrl: z.optional(z.unknown()),
    flow: z.optional(z.unknown()),
    configuration: z.optional(configurationSchema()),
    createSession: z.optional(z.boolean("createSession must be true or false.")),
  }),
);

export async function diagnosePortal(
  scope: TenantScope,
  given: DiagnosePortalOptions,
  settings: TenantPortal,
  judge: MetadataJudge,
): Promise<PortalDiagnosis> {
  const {
    returnUrl = settings.returnUrl,
    flow,
    configuration,
    createSession = false,
    ...rest
  } = checkInput(options, given);
  const portal = configuration === undefined ? settings : { ...settings, configuration };
  const checks: PortalCheck[] = [];
  const errors: unknown[] = [];
  const look = async <T>(check: PortalCheckName, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      errors.push(error);
      checks.push(toFailedCheck(check, error));
      return undefined;
    }
  };

  const customerId = await look("customer", async () => {
    const id = await scope.customerId(rest.customerId);
    // guard: a diagnosis is of the tenant's own customers
    await scope.customer(id);
    checks.push(ok("customer", `${id} exists and is this tenant's.`));
    return id;
  });
  await look("returnUrl", async () => checks.push(lookAtReturnUrl(returnUrl, portal)));
  if (flow !== undefined && customerId !== undefined) {
    await look("flow", async () => checks.push(...(await lookAtFlow(scope, customerId, flow, portal))));
  }
  const seen = await look("configuration", async (): Promise<SeenConfiguration> => {
    const found = await lookForConfiguration(scope, portal);
    checks.push(...found.checks);
    return found;
  });
  if (seen?.features !== undefined) {
    checks.push(lookAtFeatures(seen.features, flow), ...lookAtConfirmedPrice(seen, flow));
    await look("products", async () => checks.push(...(await lookAtProducts(scope, seen, judge))));
  }
  checks.unshift(lookAtKey(errors));

  const stands = checks.some(({ status }) => status === "failure");
  if (stands) {
    checks.push(failure("session", "A session cannot be opened.", "Correct the failures above."));
  } else if (!createSession) {
    checks.push(ok("session", "Nothing prevents a session. None was opened."));
  } else {
    await look("session", async () => {
      // Each was judged above, by the guard for its kind.
      const session = {
        ...(returnUrl === undefined ? {} : { returnUrl }),
        ...(flow === undefined ? {} : { flow }),
        ...(configuration === undefined ? {} : { configuration }),
      };
      await createCustomerPortalSession(scope, customerId, session as PortalSessionOptions, settings);
      checks.push(ok("session", "A session was opened, and its URL discarded."));
    });
  }
  return toDiagnosis(checks);
}

/** Reports a failure that prevented the checks. */
export function toFailedDiagnosis(error: unknown): PortalDiagnosis {
  const check = isBillingError(error) ? BEFORE[error.code] : undefined;
  // No check ran, so none may pass.
  return toDiagnosis([Object.freeze({ ...toFailedCheck(check ?? "settings", error), status: "failure" })]);
}

const BEFORE: Partial<Record<AnyBillingError["code"], PortalCheckName>> = {
  tenant_context: "tenant",
  account_mismatch: "tenant",
  invalid_argument: "options",
};

function toDiagnosis(checks: readonly PortalCheck[]): PortalDiagnosis {
  const isOk = !checks.some(({ status }) => status === "failure");
  return Object.freeze({ ok: isOk, checks: Object.freeze([...checks]) });
}

const NOT_ASKED: ReadonlySet<AnyBillingError["code"]> = new Set<AnyBillingError["code"]>([
  "stripe_unavailable",
  "rate_limited",
  "deadline",
  "aborted",
]);

function lookAtReturnUrl(returnUrl: unknown, { policy }: TenantPortal): PortalCheck {
  if (returnUrl === undefined) {
    return warning(
      "returnUrl",
      "There is no return URL, neither in the call nor in the settings.",
      "Set portal.returnUrl. Without it, the portal has no link back unless its configuration has one.",
    );
  }
  // guard (argument of allowReturnUrl): a diagnosis judges the return URL as a session does
  const { origin } = new URL(allowReturnUrl(returnUrl, policy));
  return ok("returnUrl", `It leads to ${origin}, which is allowed.`);
}

/** Names the cause of failed reads: the key if it lacks permission, else the deadline or Stripe. */
function lookAtKey(errors: readonly unknown[]): PortalCheck {
  for (const code of ["authentication", "permission"]) {
    const refusal = errors.find((error) => isBillingError(error) && error.code === code);
    if (!isBillingError(refusal)) continue;
    const [fact = "", ...advice] = refusal.message.split(/(?<=\.) /);
    return failure("key", fact, advice.join(" "));
  }
  const unasked = errors.find((error) => isBillingError(error) && NOT_ASKED.has(error.code));
  if (unasked !== undefined) {
    return failure(
      "key",
      "Stripe did not answer every request, so the checks are incomplete.",
      "Look again.",
    );
  }
  return ok("key", "Stripe accepts the key, and the key may read everything that was checked.");
}
