export type ErrorType =
  | "api_error"
  | "card_error"
  | "idempotency_error"
  | "invalid_request_error"
  | "rate_limit_error";

interface ErrorDetails {
  readonly type?: ErrorType;
  readonly code?: string;
  readonly param?: string;
  readonly declineCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request took effect: its changes stay, and a replay is refused with this error. */
  readonly hadEffect?: true;
}

/** Refuses a request in the shape of Stripe's errors. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(status: number, message: string, details: ErrorDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }

  get body(): { readonly error: Readonly<Record<string, string>> } {
    const { type = "invalid_request_error", code, param, declineCode } = this.details;
    return {
      error: {
        ...(code && { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }),
        ...(declineCode && { decline_code: declineCode }),
        message: this.message,
        ...(param && { param }),
        type,
      },
    };
  }
}

/** A 400 about one parameter. */
export function invalid(message: string, param?: string, code?: string): ApiError {
  return new ApiError(400, message, { ...(param && { param }), ...(code && { code }) });
}

/** A 501 for what Stripe has and this server does not: a guessed answer would let a test pass that fails at Stripe. */
export function notImplemented(what: string, param?: string): ApiError {
  // Without the header, the SDKs would send the request again and wait in between.
  return new ApiError(501, `local-stripe does not know ${what}.`, {
    type: "api_error",
    ...(param !== undefined && { param }),
    headers: { "Stripe-Should-Retry": "false" },
  });
}
