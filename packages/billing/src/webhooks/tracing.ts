/** The part of a tracer that is needed; that of `@opentelemetry/api` 1 is one. */
export interface WebhookTracer {
  startActiveSpan<T>(
    name: string,
    options: { readonly attributes: Record<string, string | number | boolean> },
    work: (span: WebhookSpan) => T,
  ): T;
}

export interface WebhookSpan {
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus(status: { readonly code: number }): unknown;
  end(): void;
}

/** OpenTelemetry's number for `SpanStatusCode.ERROR`. */
const ERROR = 2;

/** Runs work in a span of its own, whose children are the spans that begin within it. */
export function inSpan<T>(
  tracer: WebhookTracer | undefined,
  name: string,
  work: (span: WebhookSpan | undefined) => Promise<T>,
): Promise<T> {
  if (tracer === undefined) return work(undefined);
  return tracer.startActiveSpan(name, { attributes: {} }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks the span of a delivery with its outcome. */
export function describeOutcome(
  span: WebhookSpan | undefined,
  outcome: { readonly status: string; readonly eventType?: string; readonly reason?: string },
  isError: boolean,
): void {
  if (span === undefined) return;
  span.setAttribute("billing.webhook.outcome", outcome.status);
  if (outcome.eventType !== undefined) span.setAttribute("stripe.event.type", outcome.eventType);
  if (outcome.reason !== undefined) span.setAttribute("billing.webhook.reason", outcome.reason);
  if (isError) span.setStatus({ code: ERROR });
}
