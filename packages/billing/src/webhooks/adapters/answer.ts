import { HTTP_STATUS, type Outcome } from "../outcome.js";

/** An HTTP answer, before it takes a framework's form. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Stripe reads the status alone; the body is for the person who looks at the delivery in Stripe's Dashboard. */
export function answerTo(outcome: Outcome): Answer {
  const status = HTTP_STATUS[outcome.status];
  if (status < 300) return answer(status, "application/json", { received: true, status: outcome.status });
  // Only our own messages are shown: a handler's error may quote anything.
  const reason =
    outcome.status === "rejected" ? { code: outcome.error.code, detail: outcome.error.message } : {};
  return answer(status, "application/problem+json", {
    title: `Webhook ${outcome.status}`,
    status,
    ...reason,
  });
}

export function methodNotAllowed(): Answer {
  const { headers, ...rest } = answer(405, "application/problem+json", {
    title: "Method not allowed",
    status: 405,
  });
  return { ...rest, headers: { ...headers, allow: "POST" } };
}

function answer(status: number, type: string, body: object): Answer {
  return {
    status,
    headers: { "content-type": type, "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}
