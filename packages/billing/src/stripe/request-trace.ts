import type { RequestListener } from "./request-record.js";

/** The part of a tracer that is used, so that nothing has to be imported: tracers of `@opentelemetry/api` 1 fit. */
export interface RequestTracer {
  startSpan(name: string, options: RequestSpanOptions): RequestSpan;
}

export interface RequestSpanOptions {
  readonly kind: number;
  readonly startTime: Date;
  readonly attributes: Record<string, string | number>;
}

export interface RequestSpan {
  setStatus(status: { readonly code: number }): unknown;
  end(endTime: Date): void;
}

/** OpenTelemetry's numbers for `SpanKind.CLIENT` and `SpanStatusCode.ERROR`. */
const CLIENT = 2;
const ERROR = 2;

/**
 * Makes a listener for `onRequest` that records each request to Stripe as a span: named after the call, lasting from
 * the first try to the end of the last, and a child of the span that was active when the service was called.
 *
 * The attributes follow OpenTelemetry's HTTP conventions: `http.request.method`, `url.template`,
 * `http.response.status_code`, `http.request.resend_count` and `error.type` (the error's `code`), and
 * `billing.tenant.id` and `stripe.request.id`.
 *
 * @example
 * import { trace } from "@opentelemetry/api";
 * import { StripeBillingService, traceRequests } from "@repo/billing";
 *
 * new StripeBillingService({ secretKey, onRequest: traceRequests(trace.getTracer("billing")) });
 */
export function traceRequests(tracer: RequestTracer): RequestListener {
  return ({ tenantId, call, startedAt, durationMs, tries, status, requestId, errorCode }) => {
    const [method = "", template = ""] = call.split(" ");
    const attributes = {
      "http.request.method": method,
      "url.template": template,
      ...(tenantId === undefined ? {} : { "billing.tenant.id": tenantId }),
      ...(status === undefined ? {} : { "http.response.status_code": status }),
      ...(tries === 1 ? {} : { "http.request.resend_count": tries - 1 }),
      ...(requestId === undefined ? {} : { "stripe.request.id": requestId }),
      ...(errorCode === undefined ? {} : { "error.type": errorCode }),
    };
    const span = tracer.startSpan(call, { kind: CLIENT, startTime: startedAt, attributes });
    if (errorCode !== undefined) span.setStatus({ code: ERROR });
    span.end(new Date(startedAt.getTime() + durationMs));
  };
}
