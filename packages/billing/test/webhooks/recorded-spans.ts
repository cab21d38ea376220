import type { WebhookSpan, WebhookTracer } from "../../src/webhooks.js";

/** A span that has ended, with the names of those around it. */
export interface RecordedSpan {
  readonly path: string;
  readonly attributes: Record<string, unknown>;
}

/** A tracer for one delivery at a time, and the spans that have ended, in that order. */
export function recordSpans(): { readonly tracer: WebhookTracer; readonly spans: RecordedSpan[] } {
  const open: string[] = [];
  const spans: RecordedSpan[] = [];
  const tracer: WebhookTracer = {
    startActiveSpan(name, _options, work) {
      open.push(name);
      const attributes: Record<string, unknown> = {};
      const path = open.join(" > ");
      const span: WebhookSpan = {
        setAttribute: (key, value) => (attributes[key] = value),
        setStatus: ({ code }) => (attributes["status"] = code),
        end: () => {
          open.pop();
          spans.push({ path, attributes });
        },
      };
      return work(span);
    },
  };
  return { tracer, spans };
}
