import type Stripe from "stripe";

export type HttpClient = NonNullable<Stripe.StripeConfig["httpClient"]>;
type HttpAnswer = Awaited<ReturnType<HttpClient["makeRequest"]>>;

/** Far above Stripe's largest answers. The SDK would collect one without end until the process dies of it. */
const LARGEST_BODY = 64 * 1024 * 1024;

/**
 * The HTTP client of the SDK clients made here: the SDK's own, which hands on nothing but what the SDK can read as an
 * answer. Of a JSON text, number or boolean, as gateways send them, the SDK makes a rejection that nobody handles, and a
 * call that never ends (stripe 23.1.0, `_jsonResponseHandler`).
 */
export function createHttpClient(inner: HttpClient): HttpClient {
  return {
    getClientName: () => inner.getClientName(),
    makeRequest: async (...request) => toSafeAnswer(await inner.makeRequest(...request)),
  };
}

function toSafeAnswer(answer: HttpAnswer): HttpAnswer {
  return {
    getStatusCode: () => answer.getStatusCode(),
    getHeaders: () => answer.getHeaders(),
    getRawResponse: () => answer.getRawResponse(),
    toStream: (onEnd) => answer.toStream(onEnd),
    toJSON: async () => {
      const reading = answer.toJSON();
      endAtLargest(answer.getRawResponse());
      const body: unknown = await reading;
      // guard: only an object is handed to the SDK
      if (typeof body !== "object" || body === null || Array.isArray(body)) throw new NoObject();
      return body;
    },
  };
}

class NoObject extends Error {
  override readonly name = "NoObject";

  constructor() {
    super("The answer's body is no JSON object.");
  }
}

/** Breaks an answer of Node's off once it is larger than any of Stripe's, which fails its reading. */
function endAtLargest(raw: unknown): void {
  if (!isNodeStream(raw)) return;
  let size = 0;
  raw.on("data", (chunk: string | Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) raw.destroy();
  });
}

function isNodeStream(raw: unknown): raw is NodeJS.ReadableStream & { destroy(): void } {
  return typeof raw === "object" && raw !== null && "destroy" in raw && "on" in raw;
}
