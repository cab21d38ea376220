import { type AnyBillingError, isBillingError } from "../../errors.js";

/** The result of one check. */
export interface PortalCheck {
  readonly check: PortalCheckName;
  readonly status: "ok" | "warning" | "failure";
  /** The finding; never names another tenant's data. */
  readonly fact: string;
  /** The next step; null if there is nothing to do. */
  readonly advice: string | null;
}

/**
 * - `options`, `tenant`, `settings`: the call, its tenant and the service's settings are valid.
 * - `key`: Stripe accepts the key, and the key may read what the checks need.
 * - `customer`: it exists, is not deleted, and is of this tenant and mode.
 * - `returnUrl`: absolute, and on an allowed origin.
 * - `flow`: it names the customer's own objects, and their state allows the flow.
 * - `configuration`: there is one for this account and mode, and it is active.
 * - `features`: the feature that the flow needs is enabled.
 * - `products`: the tenant may sell those offered, and they are active, of one currency, and have metadata that the
 *   schema accepts.
 * - `session`: a session can be opened.
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

/** Turns an error into a check's result: the first sentence says what happened, the rest what to do. */
export function toFailedCheck(check: PortalCheckName, error: unknown): PortalCheck {
  if (!isBillingError(error)) {
    return failure(
      check,
      "One of the application's functions threw an error.",
      "Check the functions in the settings, and the tenancy's directory.",
    );
  }
  const [, fact = error.message, advice = ADVICE[check] ?? "Correct it and try again."] =
    /^(.+?\.) (.+)$/s.exec(error.message) ?? [];
  return NOT_SEEN.has(error.code)
    ? warning(check, `Could not be checked. ${fact}`, advice)
    : failure(check, fact, advice);
}

/** Errors that say nothing about the checked object. */
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
