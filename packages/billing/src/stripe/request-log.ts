import type { RequestListener } from "./request-record.js";

/** As much of a logger as is needed: pino's, winston's and the console are such. */
export interface RequestLogger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/**
 * Writes one line for each request to Stripe, for `onRequest`: at `debug` where the first try succeeded, at `info` where
 * a later one did, else at `warn`.
 *
 * `stripe call="GET /v1/customers/{customer}" tenant=acme status=200 tries=1 ms=124 request=req_123`, with `error=` and
 * the error's `code` at its end where there is one. What is not known is left out.
 *
 * @example
 * import { logRequests, StripeBillingService } from "@repo/billing";
 *
 * new StripeBillingService({ secretKey, onRequest: logRequests(console) });
 */
export function logRequests(logger: RequestLogger): RequestListener {
  return ({ tenantId, call, durationMs, tries, status, requestId, errorCode }) => {
    const ms = Math.round(durationMs);
    const named = { tenant: tenantId, status, tries, ms, request: requestId, error: errorCode };
    const known = Object.entries(named).filter(([, value]) => value !== undefined);
    const line = [`stripe call="${call}"`, ...known.map(([name, value]) => `${name}=${value}`)].join(" ");
    if (errorCode !== undefined) logger.warn(line);
    else if (tries > 1) logger.info(line);
    else logger.debug(line);
  };
}
