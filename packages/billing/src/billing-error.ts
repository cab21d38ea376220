/** The base of this package's errors, and how they are told from all others. */

/** What is kept of an error that Stripe answered: enough to look it up, nothing of the customer's. */
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

/** Shared by all copies of this package in a process, and by all realms of it. */
const BRAND = Symbol.for("@repo/billing BillingError");

/** The base of all errors this package throws on purpose. */
export abstract class BillingError extends Error {
  /** The `code` of the class's errors; undefined for the base. */
  declare static readonly code: string | undefined;
  /** A stable word for `switch`; see `AnyBillingError`. */
  abstract readonly code: string;
  /** Whether the same call, with the same idempotency key, may succeed later without any change. */
  readonly retryable: boolean = false;
  readonly requestId: string | undefined;

  constructor(message: string, options: BillingErrorOptions = {}) {
    super(message, options);
    this.requestId = options.requestId;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Whether a caught value is an error of this class: `NotFoundError.is(error)`. Unlike `instanceof`, it holds for the errors
   * of another copy of this package, as bundlers make one for each entry, and of another realm, such as a test's.
   */
  static is<T extends abstract new (...args: never) => BillingError>(
    this: T & { readonly code: string | undefined },
    error: unknown,
  ): error is InstanceType<T> {
    const known = error as { readonly [BRAND]?: true; readonly code: string } | null | undefined;
    // biome-ignore lint/complexity/noThisInStatic: this is the class that was asked, such as NotFoundError.
    return known?.[BRAND] === true && known.code === (this.code ?? known.code);
  }

  /** A form for logs: no stack, no cause. */
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
