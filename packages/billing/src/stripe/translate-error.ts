import {
  AuthenticationError,
  type BillingError,
  ConflictError,
  IndeterminateError,
  InvalidArgumentError,
  NotFoundError,
  PaymentRequiredError,
  PermissionError,
  PortalNotConfiguredError,
  RateLimitedError,
  type StripeFailure,
  StripeUnavailableError,
} from "../errors.js";
import type { IdempotencyKey } from "./idempotency.js";

/** The request that failed, as far as the meaning of its failure depends on it. */
interface FailedRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/**
 * Turns what the SDK throws into this package's errors.
 *
 * Told apart by fields, never by `instanceof`: the SDK's ESM and CommonJS copies have different classes, and the class
 * of the same answer changed in version 21. Stripe's text is left behind, since it may quote ids, keys and e-mails.
 */
export function translateError(error: unknown, request: FailedRequest): BillingError {
  if (error instanceof URIError) {
    return new InvalidArgumentError("A text holds half of a character, so the request could not be written.");
  }
  const { failure, rawType, requestId, message } = readError(error);
  const details = { cause: failure, ...(requestId === undefined ? {} : { requestId }) };
  const { statusCode, code, param } = failure;

  if (param === "configuration") {
    return new PortalNotConfiguredError(
      "The portal configuration that portal.configuration names is missing, deactivated, or of another account or " +
        "mode. Give one that is active there, or a specification to have one made.",
      details,
    );
  }
  if (code === "resource_missing" || statusCode === 404) return notFound();
  if (statusCode === undefined || statusCode >= 500 || statusCode === 424) return noOutcome(request, details);
  if (statusCode === 401) {
    return new AuthenticationError(
      "Stripe refused the API key. Check secretKey, or roll the key in the Dashboard.",
      details,
    );
  }
  if (statusCode === 403) return new PermissionError(permissionSentence(message), details);
  if (statusCode === 429) {
    const locked = code === "lock_timeout";
    return new RateLimitedError(
      locked
        ? "Stripe has the object locked for another request. Try again."
        : "Stripe asked to slow down. Try again later.",
      details,
    );
  }
  if (statusCode === 409) {
    return new RateLimitedError(
      "A request with the same idempotency key is still running. Try again.",
      details,
    );
  }
  if (rawType === "idempotency_error") {
    return new ConflictError(
      "This idempotency key was used before with other parameters. Use a new key.",
      details,
    );
  }
  if (statusCode === 402) {
    return new PaymentRequiredError("The payment was declined, or its customer has to act first.", details);
  }
  if (message.startsWith("No configuration provided")) {
    return new PortalNotConfiguredError(
      "Stripe has no default portal configuration in this mode. Save the customer portal's settings once in the " +
        "Dashboard, or give the service portal.configuration.",
      details,
    );
  }
  if (message.includes("feature in the portal configuration is disabled")) {
    return new PortalNotConfiguredError(
      "The portal configuration has what this flow needs switched off. Switch the feature on, or use another configuration.",
      details,
    );
  }
  return new InvalidArgumentError(
    param === undefined
      ? "Stripe refused the request."
      : `Stripe refused the request's parameter "${param}".`,
    details,
  );
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

function noOutcome(request: FailedRequest, details: { cause: unknown; requestId?: string }): BillingError {
  if (request.method === "GET") {
    return new StripeUnavailableError(
      "Stripe could not be reached or failed. Nothing was changed; try again.",
      details,
    );
  }
  const idempotencyKey = request.idempotencyKey?.ofCaller;
  return new IndeterminateError(
    "Stripe did not say whether the change was made. Retry with the same idempotency key.",
    { ...details, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
  );
}

function permissionSentence(message: string): string {
  const permission = /\brak_[a-z_]{3,60}\b/.exec(message)?.[0];
  const missing =
    permission === undefined ? "a permission that this call needs" : `the permission ${permission}`;
  return `The restricted API key lacks ${missing}. Add it to the key in the Dashboard.`;
}

function readError(error: unknown) {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === "object" && error !== null ? { ...error } : {};
  const statusCode = fields["statusCode"];
  const failure: StripeFailure = Object.freeze({
    type: word(fields["type"]) ?? "Error",
    statusCode: typeof statusCode === "number" ? statusCode : undefined,
    code: word(fields["code"]),
    declineCode: word(fields["decline_code"]),
    param: word(fields["param"]),
  });
  return {
    failure,
    rawType: word(fields["rawType"]),
    requestId: word(fields["requestId"]),
    message: error instanceof Error ? error.message : "",
  };
}

/** Stripe's codes and parameter names are short words; anything else is not kept. */
function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.[\]-]{1,100}$/.test(value) ? value : undefined;
}
