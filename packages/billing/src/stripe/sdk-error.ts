import type { StripeFailure } from "../errors.js";

/** What is read of an error that the SDK throws, and nothing else of it. */
export interface SdkError {
  readonly failure: StripeFailure;
  readonly rawType: string | undefined;
  /** Whether the error's body is Stripe's own; a gateway's is of another shape, whatever its status says. */
  readonly isStripes: boolean;
  readonly adviceCode: string | undefined;
  readonly requestId: string | undefined;
  /** Stripe's text. It may quote ids, keys and e-mails, so it is looked at and left behind. */
  readonly message: string;
  /** What Stripe says of another try; undefined where it says nothing. */
  readonly shouldRetry: boolean | undefined;
  /** How long Stripe asks to wait at least. */
  readonly retryAfterMs: number;
  /** Whether the SDK has sent it twice: it does so when a connection is closed on it, and cannot be told not to. */
  readonly wasRepeated: boolean;
}

/**
 * Told apart by fields, never by `instanceof`: the SDK's ESM and CommonJS copies have different classes, and the class
 * of the same answer changed in version 21.
 *
 * @param path the request's: the errors of `/v2/` have a code and, for most, no type.
 */
export function readSdkError(error: unknown, path = ""): SdkError {
  const fields = fieldsOf(error);
  const headers = fieldsOf(fields["headers"]);
  const statusCode = fields["statusCode"];
  const shouldRetry = headers["stripe-should-retry"];
  const requestId = word(fields["requestId"]);
  const rawType = word(fields["rawType"]);
  const failure = Object.freeze({
    type: word(fields["type"]) ?? "Error",
    statusCode: typeof statusCode === "number" ? statusCode : undefined,
    code: word(fields["code"]),
    declineCode: word(fields["decline_code"]),
    param: word(fields["param"]),
  });
  return {
    failure,
    rawType,
    isStripes: STRIPES_TYPES.has(rawType) || (path.startsWith("/v2/") && failure.code !== undefined),
    // A property of the SDK's error since 22.3.2; before that, only in what Stripe answered.
    adviceCode: word(fields["advice_code"]) ?? word(fieldsOf(fields["raw"])["advice_code"]),
    requestId,
    // Before stripe 21 an error has none where Stripe's answer has none.
    message: error instanceof Error && typeof error.message === "string" ? error.message : "",
    shouldRetry: shouldRetry === "true" ? true : shouldRetry === "false" ? false : undefined,
    retryAfterMs: milliseconds(headers["retry-after"]),
    // Not where the answer had begun: then there is an id.
    wasRepeated: CLOSED.has(fieldsOf(fields["detail"])["code"]) && requestId === undefined,
  };
}

/**
 * Whether nobody knows what became of the request: no answer, one that says no more than that Stripe failed, or one of a
 * gateway in Stripe's place, which may have passed the request on.
 */
export function hasNoOutcome(failed: SdkError): boolean {
  const { statusCode } = failed.failure;
  if (!failed.isStripes || statusCode === undefined) return true;
  if (isNotImplemented(failed)) return false;
  return statusCode < 400 || statusCode >= 500 || OPEN_STATUSES.has(statusCode);
}

/**
 * Whether a stand-in for Stripe said that it lacks the call, or something in it. Stripe itself never answers 501, and a
 * proxy's 501 is not in the form of Stripe's errors.
 */
export function isNotImplemented({ isStripes, failure: { statusCode } }: SdkError): boolean {
  return isStripes && statusCode === 501;
}

/** Whether the request was turned away before Stripe looked at what it was for. */
export function wasTurnedAway(failed: SdkError): boolean {
  const { statusCode } = failed.failure;
  return (
    failed.isStripes &&
    (statusCode === 401 || statusCode === 403 || statusCode === 409 || isRateLimited(failed))
  );
}

/** Whether Stripe asked to slow down: by the status, or by a 400 with the code, which the SDK knows as the same error. */
export function isRateLimited({ isStripes, failure: { statusCode, code } }: SdkError): boolean {
  return isStripes && (statusCode === 429 || (statusCode === 400 && code === "rate_limit"));
}

/** Whether Stripe is busy with another request for the same object or under the same key, so that waiting helps. */
export function isBusy({ isStripes, failure: { statusCode, code } }: SdkError): boolean {
  return isStripes && (statusCode === 409 || code === "lock_timeout");
}

/** Stripe's codes, parameter names and request ids are short words; anything else is not kept. */
export function word(value: unknown): string | undefined {
  // guard (operand 2): Stripe's texts are kept only where they are words
  return typeof value === "string" && /^[\w.[\]-]{1,100}$/.test(value) ? value : undefined;
}

/** `error.type` in Stripe's errors, of today and of older versions. @see https://docs.stripe.com/api/errors */
const STRIPES_TYPES: ReadonlySet<string | undefined> = new Set([
  "api_error",
  "authentication_error",
  "card_error",
  "idempotency_error",
  "invalid_request_error",
  "rate_limit_error",
]);

/**
 * The statuses of requests that did not reach their end: a timeout, a request to the wrong or to an early connection, a
 * failure behind Stripe, and a client that hung up.
 */
const OPEN_STATUSES: ReadonlySet<number> = new Set([408, 421, 424, 425, 499]);

const CLOSED: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE"]);

function milliseconds(retryAfter: unknown): number {
  return typeof retryAfter === "string" && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : 0;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
