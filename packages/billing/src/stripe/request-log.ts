import type { RequestListener, RequestRecord } from "./request-record.js";

/** A logger that takes lines of text, such as the console or a winston logger. */
export interface LineLogger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/** A logger that takes an object and a message, and has `bindings`: pino and its child loggers, Fastify's `log`. */
export interface FieldLogger {
  bindings(): object;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The part of a logger that is used. */
export type RequestLogger = LineLogger | FieldLogger;

/**
 * Makes a listener for `onRequest` that logs each request to Stripe: at `debug` if the first try succeeded, at `info`
 * if a later one did, else at `warn`. Leaves out fields that are unknown.
 *
 * - pino gets an object and the message "Stripe request": `{ call: "GET /v1/customers/{customer}", tenantId: "acme",
 *   status: 200, tries: 1, durationMs: 124, requestId: "req_123" }`, with the error's `code` as `errorCode`.
 * - Any other logger gets a line: `stripe call="GET /v1/customers/{customer}" tenant=acme status=200 tries=1 ms=124
 *   request=req_123`, with `error=` and the `code` at its end.
 *
 * @example
 * import { logRequests, StripeBillingService } from "@repo/billing";
 *
 * new StripeBillingService({ secretKey, onRequest: logRequests(console) });
 */
export function logRequests(logger: RequestLogger): RequestListener {
  return (record) => {
    const level = levelOf(record);
    if ("bindings" in logger) logger[level](toFields(record), "Stripe request");
    else logger[level](toLine(record));
  };
}

function levelOf({ errorCode, tries }: RequestRecord): "debug" | "info" | "warn" {
  if (errorCode !== undefined) return "warn";
  return tries > 1 ? "info" : "debug";
}

function toFields({
  tenantId,
  call,
  durationMs,
  tries,
  status,
  requestId,
  errorCode,
}: RequestRecord): object {
  return known({ call, tenantId, status, tries, durationMs: Math.round(durationMs), requestId, errorCode });
}

function toLine({ tenantId, call, durationMs, tries, status, requestId, errorCode }: RequestRecord): string {
  const ms = Math.round(durationMs);
  const named = known({ tenant: tenantId, status, tries, ms, request: requestId, error: errorCode });
  return [`stripe call="${call}"`, ...Object.entries(named).map(([name, value]) => `${name}=${value}`)].join(
    " ",
  );
}

function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
