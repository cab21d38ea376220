import { notify } from "../notify.js";

/** The part of a tracer that is used; tracers of `@opentelemetry/api` 1 fit. */
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
  const begun: { work?: Promise<T> } = {};
  const workIn = (span: WebhookSpan) => (begun.work ??= endWith(toUnfailing(span), work));
  attempt(() => {
    // What a tracer makes of the work's failure is its own; the caller gets the failure itself.
    Promise.resolve(tracer.startActiveSpan(name, { attributes: {} }, workIn)).catch(() => undefined);
  });
  begun.work ??= work(undefined);
  return begun.work;
}

/** A span that begins with the work in it, and lasts until it is closed. */
export interface LastingSpan {
  /** Absent before the work has begun, and without a tracer. */
  readonly span: WebhookSpan | undefined;
  /** Runs work whose spans are children of this one. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => void;
  /** Closes it as that of a failure. */
  readonly fail: (error: unknown) => void;
}

/** For what is only known to be worth a span once something was found to do, and goes on when that is done. */
export function lastingSpan(tracer: WebhookTracer | undefined, name: string): LastingSpan {
  let begun: WebhookSpan | undefined;
  let end: Pick<LastingSpan, "close" | "fail"> = { close: () => undefined, fail: () => undefined };
  return {
    get span() {
      return begun;
    },
    run: (work) =>
      new Promise((resolve) => {
        const ended = new Promise<void>((close, fail) => {
          end = { close, fail };
        });
        const spanned = inSpan(tracer, name, (span) => {
          begun = span;
          resolve(work());
          return ended;
        });
        // Whoever says that it failed has the error.
        spanned.catch(() => undefined);
      }),
    close: () => end.close(),
    fail: (error) => end.fail(error),
  };
}

async function endWith<T>(span: WebhookSpan, work: (span: WebhookSpan) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    span.setStatus({ code: ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** A tracer that fails must change no outcome. */
function toUnfailing(span: WebhookSpan): WebhookSpan {
  return {
    setAttribute: (name, value) => attempt(() => span.setAttribute(name, value)),
    setStatus: (status) => attempt(() => span.setStatus(status)),
    end: () => attempt(() => span.end()),
  };
}

/** The process is warned of the first failure. */
function attempt(call: () => unknown): void {
  notify(callTracer, call, "tracer");
}

const callTracer = (call: () => unknown): unknown => call();

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
