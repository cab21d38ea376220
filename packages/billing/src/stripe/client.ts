import Stripe from "stripe";
import { createHttpClient, type HttpClient } from "./http-client.js";

/**
 * The one thing this package asks of a Stripe client: to send a request. Any `stripe` 22.6 or 23 instance has it,
 * whichever copy of the SDK made it (ESM and CommonJS copies are different classes, so nothing here asks for one).
 */
export interface StripeClient {
  rawRequest(
    method: string,
    path: string,
    params?: Record<string, unknown>,
    options?: StripeRequestOptions,
  ): Promise<unknown>;
}

/** What the SDK is told beside the parameters. */
export interface StripeRequestOptions {
  readonly idempotencyKey?: string;
  readonly stripeAccount?: string;
  /** Names the account for calls of version 2. */
  readonly stripeContext?: string;
  readonly timeout?: number;
  readonly maxNetworkRetries?: number;
}

/** Live and test data never meet in Stripe; neither do they here. */
export type Mode = "live" | "test";

/** A client with the SDK's defaults, but for telemetry: a server library should not report its own timings. */
export function createStripeClient(secretKey: string, apiBase?: URL): StripeClient {
  const config = { telemetry: false, httpClient: createHttpClient(platformClient()) };
  if (apiBase === undefined) return new Stripe(secretKey, config);
  const { hostname: host, port, protocol } = apiBase;
  const isPlain = protocol === "http:";
  return new Stripe(secretKey, {
    ...config,
    host,
    port: port === "" ? (isPlain ? 80 : 443) : Number(port),
    protocol: isPlain ? "http" : "https",
  });
}

/** The SDK's build for workers has no Node client, and says so by throwing. */
function platformClient(): HttpClient {
  try {
    return Stripe.createNodeHttpClient();
  } catch {
    return Stripe.createFetchHttpClient();
  }
}

/**
 * Reads the mode of a client's key, where the client is the SDK's and shows it: the SDK keeps it on its authenticator.
 * `undefined` for a client with an authenticator of its own.
 */
export function modeOfClient(client: StripeClient): Mode | undefined {
  const authenticator: unknown = Reflect.get(client, "_authenticator");
  const key: unknown =
    typeof authenticator === "function" ? Reflect.get(authenticator, "_apiKey") : undefined;
  return typeof key === "string" ? modeOf(key) : undefined;
}

/** Stripe's secret and restricted keys name their mode; nothing else does. */
export function modeOf(secretKey: string): Mode | undefined {
  const match = /^(?:sk|rk)_(live|test)_\w{8,}$/.exec(secretKey);
  return match?.[1] === "live" || match?.[1] === "test" ? match[1] : undefined;
}
