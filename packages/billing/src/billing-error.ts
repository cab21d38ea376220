/** The base of this package's errors, and how to recognize one of them. */

/** The part of a Stripe error that is kept: enough to look it up in Stripe's log, and no customer data. */
export interface StripeFailure {
  /** The SDK's class, such as `StripeCardError`. */
  readonly type: string;
  readonly statusCode: number | undefined;
  readonly code: string | undefined;
  readonly declineCode: string | undefined;
  readonly param: string | undefined;
}

export interface BillingErrorOptions {
  readonly cause?: unknown;
  /** Stripe's `req_…`, to find the request in the Dashboard's log. */
  readonly requestId?: string | undefined;
}

/** Shared by all copies of this package in a process, in every realm. */
const BRAND = Symbol.for("@repo/billing BillingError");

/** The base class of every error that this package throws deliberately. */
export abstract class BillingError extends Error {
  /** The `code` of the class's errors; undefined for the base. */
  declare static readonly code: string | undefined;
  /** A stable identifier to `switch` on; see `AnyBillingError`. */
  abstract readonly code: string;
  /** Whether the same call with the same idempotency key may succeed if it is simply repeated later. */
  readonly retryable: boolean = false;
  readonly requestId: string | undefined;

  constructor(message: string, options: BillingErrorOptions = {}) {
    super(message, options);
    this.requestId = options.requestId;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Whether a caught value is an error of this class: `NotFoundError.is(error)`. Unlike `instanceof`, it also
   * recognizes errors of another copy of this package, since bundlers may make one for each entry point, and of another
   * realm, such as a test runner's.
   */
  static is<T extends abstract new (...args: never) => BillingError>(
    this: T & { readonly code: string | undefined },
    error: unknown,
  ): error is InstanceType<T> {
    const known = error as { readonly [BRAND]?: true; readonly code: string } | null | undefined;
    // biome-ignore lint/complexity/noThisInStatic: this is the class that was asked, such as NotFoundError.
    return known?.[BRAND] === true && known.code === (this.code ?? known.code);
  }

  /** Plain data for logs, without stack and cause. */
  toJSON(): {
    name: string;
    code: string;
    message: string;
    retryable: boolean;
    requestId?: string | undefined;
  } {
    const { name, code, message, retryable, requestId } = this;
    return { name, code, message, retryable, ...(requestId && { requestId }) };
  }
}
