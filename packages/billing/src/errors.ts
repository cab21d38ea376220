/**
 * One class for each failure that a caller can act on, with a literal `code` to `switch` on.
 *
 * Messages say what happened and what to do. They never hold a key, a secret, a payload or a customer's data, and
 * neither does `cause`: of Stripe's own errors only {@link StripeFailure} is kept.
 */

import { BillingError, type BillingErrorOptions } from "./billing-error.js";

export { BillingError, type BillingErrorOptions, type StripeFailure } from "./billing-error.js";

/** The service or receiver was configured wrongly. Thrown at construction, with one sentence per mistake. */
export class ConfigurationError extends BillingError {
  static override readonly code = "configuration";
  override readonly name = "ConfigurationError";
  override readonly code = "configuration";
}

/** The call has no valid tenant: none is bound, the id is malformed, or it differs from the bound one. */
export class TenantContextError extends BillingError {
  static override readonly code = "tenant_context";
  override readonly name = "TenantContextError";
  override readonly code = "tenant_context";
}

/** An argument was refused before anything was sent. */
export class InvalidArgumentError extends BillingError {
  static override readonly code = "invalid_argument";
  override readonly name = "InvalidArgumentError";
  override readonly code = "invalid_argument";
}

/** There is no such object for this tenant. A missing object and another tenant's are the same error on purpose. */
export class NotFoundError extends BillingError {
  static override readonly code = "not_found";
  override readonly name = "NotFoundError";
  override readonly code = "not_found";
}

/** A return URL is not absolute, not https, or not on an origin that this tenant may use. */
export class ReturnUrlNotAllowedError extends BillingError {
  static override readonly code = "return_url_not_allowed";
  override readonly name = "ReturnUrlNotAllowedError";
  override readonly code = "return_url_not_allowed";
}

/** Metadata was given a key that this package writes itself. */
export class ReservedMetadataError extends BillingError {
  static override readonly code = "reserved_metadata";
  override readonly name = "ReservedMetadataError";
  override readonly code = "reserved_metadata";
}

/** Stripe has no usable portal configuration for this account and mode. */
export class PortalNotConfiguredError extends BillingError {
  static override readonly code = "portal_not_configured";
  override readonly name = "PortalNotConfiguredError";
  override readonly code = "portal_not_configured";
}

/** The request contradicts the object's state, or an idempotency key was used again with other parameters. */
export class ConflictError extends BillingError {
  static override readonly code = "conflict";
  override readonly name = "ConflictError";
  override readonly code = "conflict";
  /** The id of the object in the way, if it is a single one, such as the subscription that the customer already has. */
  readonly conflictingId: string | undefined;

  constructor(
    message: string,
    options: BillingErrorOptions & { readonly conflictingId?: string | undefined } = {},
  ) {
    super(message, options);
    this.conflictingId = options.conflictingId;
  }
}

/**
 * What has to happen before a failed payment can succeed.
 *
 * - `authenticate`: the customer confirms the payment with the bank (SCA), on a page.
 * - `correct_details`: the customer enters the card's number, date, check digits or address again.
 * - `try_again`: nothing; the same payment may succeed later.
 * - `use_another_payment_method`: the customer gives another one, or asks the bank. A card that was reported lost,
 *   stolen or misused gets this step too, since the payer must not learn of the report.
 */
export type PaymentStep = "authenticate" | "correct_details" | "try_again" | "use_another_payment_method";

/** A payment was declined, or its customer has to act first. {@link nextStep} says what the customer has to do. */
export class PaymentRequiredError extends BillingError {
  static override readonly code = "payment_required";
  override readonly name = "PaymentRequiredError";
  override readonly code = "payment_required";
  readonly nextStep: PaymentStep;
  /**
   * Stripe's reason, such as `insufficient_funds`. Keep it to yourself: some reasons must not be shown to the payer.
   */
  readonly declineCode: string | undefined;

  constructor(
    message: string,
    options: BillingErrorOptions & {
      readonly nextStep: PaymentStep;
      readonly declineCode: string | undefined;
    },
  ) {
    super(message, options);
    this.nextStep = options.nextStep;
    this.declineCode = options.declineCode;
  }
}

/** Stripe asked to slow down, or the object is locked by another request. */
export class RateLimitedError extends BillingError {
  static override readonly code = "rate_limited";
  override readonly name = "RateLimitedError";
  override readonly code = "rate_limited";
  override readonly retryable = true;
}

/** Stripe does not accept the API key. */
export class AuthenticationError extends BillingError {
  static override readonly code = "authentication";
  override readonly name = "AuthenticationError";
  override readonly code = "authentication";
}

/** The restricted API key lacks a permission; the message names it where Stripe does. */
export class PermissionError extends BillingError {
  static override readonly code = "permission";
  override readonly name = "PermissionError";
  override readonly code = "permission";
}

/** Stripe could not be reached or failed, and nothing was changed. */
export class StripeUnavailableError extends BillingError {
  static override readonly code = "stripe_unavailable";
  override readonly name = "StripeUnavailableError";
  override readonly code = "stripe_unavailable";
  override readonly retryable = true;
}

/**
 * The server that stands in for Stripe, such as `@repo/local-stripe`, does not implement the call, or one of its
 * parameters or values. The request changed nothing. Stripe itself never answers so.
 */
export class NotImplementedError extends BillingError {
  static override readonly code = "not_implemented";
  override readonly name = "NotImplementedError";
  override readonly code = "not_implemented";
}

/** The application's own record of tenants, its directory, failed or gave no usable answer. Nothing was changed. */
export class DirectoryUnavailableError extends BillingError {
  static override readonly code = "directory_unavailable";
  override readonly name = "DirectoryUnavailableError";
  override readonly code = "directory_unavailable";
  override readonly retryable = true;
}

/**
 * Something may have been changed: a write was sent and its outcome is unknown, or a call that makes several writes
 * stopped after some of them. Retry with {@link idempotencyKey}: each write then takes effect once.
 *
 * `retryable` is false when Stripe refused a later write for good, for example because of a declined card: {@link
 * completed} was done, {@link failed} was not, and `cause` says why. It is also false when the object was assigned to
 * another tenant during the call: the change was made, and `cause` is a `NotFoundError`.
 */
export class IndeterminateError extends BillingError {
  static override readonly code = "indeterminate";
  override readonly name = "IndeterminateError";
  override readonly code = "indeterminate";
  override readonly retryable: boolean;
  /** The caller's key, or the random one that was used without one; pass it as `idempotencyKey` when retrying. */
  readonly idempotencyKey: string | undefined;
  /** Descriptions of the writes that were certainly made; empty if none is certain. */
  readonly completed: readonly string[];
  /** A description of the write that failed, in a call that makes several; `cause` is its error. */
  readonly failed: string | undefined;

  constructor(
    message: string,
    options: BillingErrorOptions & {
      readonly idempotencyKey?: string | undefined;
      readonly completed?: readonly string[] | undefined;
      readonly failed?: string | undefined;
      /** Default: true. */
      readonly retryable?: boolean | undefined;
    } = {},
  ) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.idempotencyKey = options.idempotencyKey;
    this.completed = options.completed ?? [];
    this.failed = options.failed;
  }
}

/**
 * A call took longer than its `timeoutMs`, or a webhook handler longer than its limit. The call changed nothing and is
 * safe to repeat; otherwise it throws {@link IndeterminateError}. A handler may have made changes outside its
 * transaction.
 */
export class DeadlineError extends BillingError {
  static override readonly code = "deadline";
  override readonly name = "DeadlineError";
  override readonly code = "deadline";
  override readonly retryable = true;
}

/** An AbortSignal stopped the work: the call's own, or that of a webhook receiver which stops waiting. */
export class AbortedError extends BillingError {
  static override readonly code = "aborted";
  override readonly name = "AbortedError";
  override readonly code = "aborted";
}

/**
 * The gate stopped a request or an answer that was not proved to be the tenant's. It means a defect in this package,
 * not in the caller's arguments. Nothing was sent, or the answer was withheld.
 */
export class IsolationError extends BillingError {
  static override readonly code = "isolation";
  override readonly name = "IsolationError";
  override readonly code = "isolation";
}

/** A webhook's signature is missing, malformed, too old, too new, or made with another secret. */
export class WebhookSignatureError extends BillingError {
  static override readonly code = "webhook_signature";
  override readonly name = "WebhookSignatureError";
  override readonly code = "webhook_signature";
}

/**
 * A webhook's body cannot be used: it is not raw, was already read, is too large, did not arrive in time, or is not a
 * Stripe event even though its signature may be valid.
 */
export class WebhookPayloadError extends BillingError {
  static override readonly code = "webhook_payload";
  override readonly name = "WebhookPayloadError";
  override readonly code = "webhook_payload";
}

/** A test-mode object or event reached a live-mode service or secret, or the reverse. */
export class ModeMismatchError extends BillingError {
  static override readonly code = "mode_mismatch";
  override readonly name = "ModeMismatchError";
  override readonly code = "mode_mismatch";
}

/** An event or a tenant names a Stripe account other than the one expected. */
export class AccountMismatchError extends BillingError {
  static override readonly code = "account_mismatch";
  override readonly name = "AccountMismatchError";
  override readonly code = "account_mismatch";
}

/** The union of all error classes, for an exhaustive `switch (error.code)`. */
export type AnyBillingError =
  | ConfigurationError
  | TenantContextError
  | InvalidArgumentError
  | NotFoundError
  | ReturnUrlNotAllowedError
  | ReservedMetadataError
  | PortalNotConfiguredError
  | ConflictError
  | PaymentRequiredError
  | RateLimitedError
  | AuthenticationError
  | PermissionError
  | StripeUnavailableError
  | NotImplementedError
  | DirectoryUnavailableError
  | IndeterminateError
  | DeadlineError
  | AbortedError
  | IsolationError
  | WebhookSignatureError
  | WebhookPayloadError
  | ModeMismatchError
  | AccountMismatchError;

/**
 * Tells if a caught value is one of this package's errors, from any copy of it, like {@link BillingError.is}. Narrows
 * to the union, so that you can `switch` on `code`.
 */
export function isBillingError(error: unknown): error is AnyBillingError {
  return BillingError.is(error);
}
