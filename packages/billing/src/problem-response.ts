import { type AnyBillingError, isBillingError } from "./errors.js";
import type { NodeResponse } from "./webhooks/adapters/node.js";

/** The HTTP status for each error code. Total, so that a new error does not compile until its status is decided. */
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
 * Turns an error into an RFC 9457 `application/problem+json` response for a route handler to return.
 *
 * A server error (5xx) shows its code only, since its message is for operators. Throws again any error that is not from
 * this package.
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
  const { status, body } = toProblem(error);
  return new Response(body, { status, headers: HEADERS });
}

/**
 * Sends the response of {@link toProblemResponse} in a Node server: node:http, Express, NestJS or Fastify.
 *
 * Throws again any error that is not from this package, and every error once an answer has begun.
 *
 * @example
 * import { sendProblemResponse } from "@repo/billing";
 * import type { ErrorRequestHandler } from "express";
 *
 * const answerProblem: ErrorRequestHandler = (error, _request, response, _next) => sendProblemResponse(error, response);
 * app.use(answerProblem); // Express: after all routes
 */
export function sendProblemResponse(error: unknown, response: NodeResponse): void {
  const raw = "hijack" in response ? response.raw : response;
  const { status, body } = toProblem(error);
  if (raw.headersSent) throw error;
  if ("hijack" in response) response.hijack();
  raw.writeHead(status, HEADERS);
  raw.end(body);
}

const HEADERS = { "content-type": "application/problem+json", "cache-control": "no-store" };

function toProblem(error: unknown): { readonly status: number; readonly body: string } {
  if (!isBillingError(error)) throw error;
  const status = statusOf(error);
  const problem = {
    type: "about:blank",
    title: TITLE[status] ?? "Error",
    status,
    code: error.code,
    retryable: error.retryable,
    ...(error.code === "payment_required" ? { nextStep: error.nextStep } : {}),
    ...(status < 500 ? { detail: error.message } : {}),
  };
  return { status, body: JSON.stringify(problem) };
}

function statusOf(error: AnyBillingError): number {
  // A change that was refused half-way for good is not helped by coming again.
  if (error.code === "indeterminate" && !error.retryable) return 500;
  // An error of another, later copy of this package may have a code that is not in the table.
  return Object.hasOwn(STATUS, error.code) ? STATUS[error.code] : 500;
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
