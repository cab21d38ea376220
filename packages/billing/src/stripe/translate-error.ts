import {
  AuthenticationError,
  type BillingError,
  ConflictError,
  IndeterminateError,
  InvalidArgumentError,
  NotFoundError,
  NotImplementedError,
  PaymentRequiredError,
  PermissionError,
  PortalNotConfiguredError,
  RateLimitedError,
  StripeUnavailableError,
} from "../errors.js";
import type { IdempotencyKey } from "./idempotency.js";
import { paymentStep, STEP_SENTENCES } from "./payment-step.js";
import { hasNoOutcome, isBusy, isNotImplemented, isRateLimited, type SdkError } from "./sdk-error.js";

/**
 * Turns what the SDK threw into this package's errors. Stripe's text is left behind, since it may quote ids, keys and
 * e-mails.
 *
 * @param mayBeDone whether a change may have been made that nobody has heard the end of; `key` is that to repeat it with.
 */
export function translateError(
  failed: SdkError,
  mayBeDone: boolean,
  key: IdempotencyKey | undefined,
): BillingError {
  const { failure, rawType, requestId, message } = failed;
  const details = { cause: failure, ...(requestId === undefined ? {} : { requestId }) };
  const { statusCode, code, param } = failure;

  if (mayBeDone) {
    return new IndeterminateError(`Stripe did not say whether the change was made. ${nextStepAfter(key)}`, {
      ...details,
      ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }),
    });
  }
  if (hasNoOutcome(failed)) {
    return new StripeUnavailableError(
      "Stripe could not be reached or failed. Nothing was changed; try again.",
      details,
    );
  }
  if (isNotImplemented(failed)) return new NotImplementedError(notImplementedSentence(failed), details);
  if (param === "configuration") {
    return new PortalNotConfiguredError(
      "The portal configuration that portal.configuration names is missing, deactivated, or of another account or " +
        "mode. Set it to one that is active there, or to a specification, for which one is created.",
      details,
    );
  }
  if (statusCode === 402 || message.startsWith("This customer has no attached payment source")) {
    const nextStep = paymentStep(failed);
    const declineCode = failure.declineCode ?? code;
    return new PaymentRequiredError(STEP_SENTENCES[nextStep], { ...details, nextStep, declineCode });
  }
  // guard (as Object.assign(notFound(), details)): a missing object's error has no details
  if (code === "resource_missing" || statusCode === 404) return notFound();
  if (statusCode === 401) {
    return new AuthenticationError(
      code === "api_key_expired" || code === "platform_api_key_expired"
        ? "The Stripe API key has expired. Use the key that replaced it."
        : "Stripe refused the API key. Check secretKey, or roll the key in the Dashboard.",
      details,
    );
  }
  if (statusCode === 403) return new PermissionError(permissionSentence(failed), details);
  if (isRateLimited(failed) || isBusy(failed)) return new RateLimitedError(rateSentence(failed), details);
  if (rawType === "idempotency_error") {
    return new ConflictError(
      "This idempotency key was used before with other parameters. Use a new key.",
      details,
    );
  }
  const repeated = /^An event already exists with identifier (billing_[0-9a-f]{64})\.$/.exec(message)?.[1];
  if (repeated !== undefined) {
    return new ConflictError("Usage with this identifier was reported before.", {
      ...details,
      conflictingId: repeated,
    });
  }
  if (message.startsWith("No configuration provided")) {
    return new PortalNotConfiguredError(
      "Stripe has no default portal configuration in this mode. Save the customer portal's settings once in the " +
        "Dashboard, or set portal.configuration.",
      details,
    );
  }
  if (message.includes("feature in the portal configuration is disabled")) {
    return new PortalNotConfiguredError(DISABLED, details);
  }
  return new InvalidArgumentError(
    param === undefined
      ? "Stripe refused the request."
      : `Stripe refused the request's parameter "${param}".`,
    details,
  );
}

export const DISABLED =
  "A feature that this flow needs is disabled in the portal configuration. Enable it, or use another configuration.";

/** The next step after a write of unknown outcome. Stripe takes no idempotency key for a DELETE. */
export function nextStepAfter(key: IdempotencyKey | undefined): string {
  return key === undefined
    ? "Read the object to see whether it was: Stripe keeps no idempotency key for a DELETE."
    : "Retry with the same idempotency key.";
}

/**
 * The one answer for "missing" and "another tenant's". It carries neither cause nor request id: both would tell an
 * object that Stripe does not have from one that it has.
 */
export function notFound(): NotFoundError {
  return new NotFoundError(
    "There is no such object for this tenant. Check the id, the tenant and the mode (live or test).",
  );
}

function notImplementedSentence({ failure: { param } }: SdkError): string {
  const lacking = param === undefined ? "what this request needs" : `the parameter "${param}" as it was sent`;
  return `The server that stands in for Stripe does not implement ${lacking}. The request changed nothing; do not use it with that server.`;
}

function rateSentence({ failure: { statusCode, code } }: SdkError): string {
  if (code === "lock_timeout") return "Stripe has the object locked for another request. Try again.";
  if (statusCode === 409) return "A request with the same idempotency key is still running. Try again.";
  return "Stripe asked to slow down. Try again later.";
}

function permissionSentence({ failure: { code }, message }: SdkError): string {
  if (code === "account_invalid") {
    return "The API key has no access to the tenant's connected account: the account is not, or no longer, connected.";
  }
  const permission = /\brak_[a-z_]{3,60}\b/.exec(message)?.[0];
  const missing =
    permission === undefined ? "a permission that this call needs" : `the permission ${permission}`;
  return `The restricted API key lacks ${missing}. Add it to the key in the Dashboard.`;
}
