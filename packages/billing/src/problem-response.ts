import { type AnyBillingError, isBillingError } from "./errors.js";

/** What a route handler answers, by error. Total, so that a new error has to be decided on here. */
const STATUS: Record<AnyBillingError["code"], number> = {
  configuration: 500,
  tenant_context: 403,
  invalid_argument: 400,
  not_found: 404,
  return_url_not_allowed: 400,
  reserved_metadata: 400,
  portal_not_configured: 500,
  conflict: 409,
  payment_required: 402,
  rate_limited: 429,
  authentication: 500,
  permission: 500,
  stripe_unavailable: 503,
  not_implemented: 501,
  directory_unavailable: 503,
  indeterminate: 503,
  deadline: 504,
  aborted: 499,
  isolation: 500,
  webhook_signature: 400,
  webhook_payload: 400,
  mode_mismatch: 500,
  account_mismatch: 500,
};

/**
 * The RFC 9457 `application/problem+json` answer for an error, for route handlers to return.
 *
 * What is the server's own fault (5xx) is named by its code and no more: the message is for its operators. An error that
 * is not one of this package's is thrown again.
 *
 * @example
 * import { toProblemResponse } from "@repo/billing";
 *
 * export async function GET(request: Request): Promise<Response> {
 *   const { tenantId, customerId } = await requireSession(request);
 *   try {
 *     return Response.json(await billing.forTenant(tenantId).listEntitlements(customerId));
 *   } catch (error) {
 *     return toProblemResponse(error);
 *   }
 * }
 */
export function toProblemResponse(error: unknown): Response {
  if (!isBillingError(error)) throw error;
  // A change that was refused half-way for good is not helped by coming again.
  const isFinal = error.code === "indeterminate" && !error.retryable;
  const status = isFinal ? 500 : STATUS[error.code];
  const problem = {
    type: "about:blank",
    title: TITLE[status] ?? "Error",
    status,
    code: error.code,
    retryable: error.retryable,
    ...(error.code === "payment_required" ? { nextStep: error.nextStep } : {}),
    ...(status < 500 ? { detail: error.message } : {}),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

const TITLE: Readonly<Record<number, string>> = {
  400: "Bad Request",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  429: "Too Many Requests",
  499: "Client Closed Request",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
