import { HTTP_STATUS, type Outcome } from "../outcome.js";

/** An HTTP answer, independent of any framework. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Turns an outcome into an answer. Stripe reads the status only; the body is for people, in Stripe's Dashboard. */
export function toHttpAnswer(outcome: Outcome): HttpAnswer {
  const status = HTTP_STATUS[outcome.status];
  if (status < 300)
    return createAnswer(status, "application/json", { received: true, status: outcome.status });
  // Shows only this library's messages: a handler's error may quote anything.
  const reason =
    outcome.status === "rejected" ? { code: outcome.error.code, detail: outcome.error.message } : {};
  return createAnswer(status, "application/problem+json", {
    title: `Webhook ${outcome.status}`,
    status,
    ...reason,
  });
}

export function methodNotAllowed(): HttpAnswer {
  const { headers, ...rest } = createAnswer(405, "application/problem+json", {
    title: "Method not allowed",
    status: 405,
  });
  return { ...rest, headers: { ...headers, allow: "POST" } };
}

function createAnswer(status: number, type: string, body: object): HttpAnswer {
  return {
    status,
    headers: { "content-type": type, "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}
