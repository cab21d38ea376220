import { type AnyBillingError, isBillingError } from "../../errors.js";

/** One thing that was looked at. */
export interface PortalCheck {
  readonly check: PortalCheckName;
  readonly status: "ok" | "warning" | "failure";
  /** What was seen; nothing of another tenant's. */
  readonly fact: string;
  /** What to do about it; null where there is nothing to do. */
  readonly advice: string | null;
}

/**
 * - `options`, `tenant`, `settings`: whether the call, its tenant and the service's settings are right at all.
 * - `key`: whether Stripe accepts it, and lets it read what was looked at.
 * - `customer`: there is one, not deleted, of this tenant and mode.
 * - `returnUrl`: absolute, and on an allowed origin.
 * - `flow`: what it names is the customer's, and can be done to it.
 * - `configuration`: there is one for this account and mode, and it is active.
 * - `features`: the flow's is on.
 * - `products`: those offered are the tenant's to sell, active, of one currency, with metadata that the schema accepts.
 * - `session`: whether one can be opened.
 */
export type PortalCheckName =
  | "options"
  | "tenant"
  | "settings"
  | "key"
  | "customer"
  | "returnUrl"
  | "flow"
  | "configuration"
  | "features"
  | "products"
  | "session";

export function ok(check: PortalCheckName, fact: string): PortalCheck {
  return Object.freeze({ check, status: "ok", fact, advice: null });
}

export function warning(check: PortalCheckName, fact: string, advice: string): PortalCheck {
  return Object.freeze({ check, status: "warning", fact, advice });
}

export function failure(check: PortalCheckName, fact: string, advice: string): PortalCheck {
  return Object.freeze({ check, status: "failure", fact, advice });
}

/** What an error says of a check: messages begin with what happened, and go on with what to do. */
export function toFailedCheck(check: PortalCheckName, error: unknown): PortalCheck {
  if (!isBillingError(error)) {
    return failure(
      check,
      "A function of the application's threw an error.",
      "Look at the functions in the settings, and at the directory of the tenancy.",
    );
  }
  const [, fact = error.message, advice = ADVICE[check] ?? "Correct it and look again."] =
    /^(.+?\.) (.+)$/s.exec(error.message) ?? [];
  return NOT_SEEN.has(error.code)
    ? warning(check, `Could not be looked at. ${fact}`, advice)
    : failure(check, fact, advice);
}

/** Errors that say nothing of what was to be looked at. */
const NOT_SEEN: ReadonlySet<AnyBillingError["code"]> = new Set<AnyBillingError["code"]>([
  "authentication",
  "permission",
  "stripe_unavailable",
  "not_implemented",
  "rate_limited",
  "deadline",
  "aborted",
]);

const ADVICE: Partial<Record<PortalCheckName, string>> = {
  returnUrl: "Use a URL on an allowed origin, or add its origin to portal.allowedReturnOrigins.",
  flow: "Correct the flow.",
  settings: "Correct the service's settings.",
};
