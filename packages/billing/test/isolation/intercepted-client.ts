import type { LocalStripe } from "@repo/local-stripe";
import Stripe from "stripe";
import { sdkFor } from "../stripe-world.js";

/** One HTTP request of the SDK's. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly account: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: string;
}

type HttpClient = NonNullable<Stripe.StripeConfig["httpClient"]>;
type Response = Awaited<ReturnType<HttpClient["makeRequest"]>>;

/** Decides about each request: sends it, delays it, changes the world around it, or answers in Stripe's place. */
export type Interceptor = (request: SentRequest, send: () => Promise<Response>) => Promise<Response>;

/** The real SDK over HTTP, with something in between the two. */
export function clientThat(
  local: LocalStripe,
  intercept: Interceptor,
  wire: HttpClient = Stripe.createNodeHttpClient(),
): Stripe {
  const httpClient: HttpClient = {
    getClientName: () => "intercepted",
    makeRequest: (host, port, path, method, headers, body, ...rest) => {
      const named = new Headers(
        Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const account = named.get("stripe-account") ?? undefined;
      const idempotencyKey = named.get("idempotency-key") ?? undefined;
      return intercept({ method, path, account, idempotencyKey, body }, () =>
        wire.makeRequest(host, port, path, method, headers, body, ...rest),
      );
    },
  };
  return sdkFor(local, local.secretKey, { httpClient });
}

/** What Stripe would answer; a text is sent as it is. */
export function answer(
  status: number,
  body: object | string,
  headers: Record<string, string> = {},
): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    getStatusCode: () => status,
    getHeaders: () => ({ "content-type": "application/json", ...headers }),
    getRawResponse: () => ({}),
    toStream: () => {
      throw new Error("No answer is streamed.");
    },
    toJSON: async () => JSON.parse(text),
  };
}
