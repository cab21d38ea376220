import Stripe from "stripe";
import { ConfigurationError } from "../errors.js";
import { createHttpClient, type HttpClient } from "./http-client.js";

/**
 * The one thing this package asks of a Stripe client: to send a request. An instance of `stripe` 17 to 23 has it, whichever
 * copy of the SDK made it (ESM and CommonJS copies are different classes, so nothing here asks for one).
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
  readonly apiVersion?: string;
  readonly timeout?: number;
  readonly maxNetworkRetries?: number;
  /** Signs each sending of the request in the client's place. */
  readonly authenticator?: Authenticator;
}

/** Signs what the SDK is about to send, in its headers. Not the SDK's own type, which `stripe` 17 lacks. */
type Authenticator = (request: object) => Promise<void>;

/** Live and test data never meet in Stripe; neither do they here. */
export type Mode = "live" | "test";

/**
 * Makes a client without telemetry: a server library should not report its own timings. Retries are set for each
 * request as well, but `stripe` before 22 takes them from here alone.
 *
 * @throws ConfigurationError where the installed `stripe` is too old.
 */
export function createStripeClient(secretKey: string, apiBase?: URL): StripeClient {
  const client = new Stripe(secretKey, {
    telemetry: false,
    httpClient: createHttpClient(platformClient()),
    maxNetworkRetries: 0,
    ...(apiBase === undefined ? {} : addressOf(apiBase)),
  });
  const sends: unknown = Reflect.get(client, "rawRequest");
  if (typeof sends !== "function") {
    throw new ConfigurationError(
      `The installed stripe ${versionOf(client) ?? "package"} is too old: @repo/billing needs stripe 17 or newer.`,
    );
  }
  return client;
}

function addressOf({ hostname: host, port, protocol }: URL): {
  readonly host: string;
  readonly port: number;
  readonly protocol: "http" | "https";
} {
  const isPlain = protocol === "http:";
  return {
    host,
    port: port === "" ? (isPlain ? 80 : 443) : Number(port),
    protocol: isPlain ? "http" : "https",
  };
}

/**
 * Refuses a client that would repeat requests by itself. `stripe` 17 to 21 pays no heed to what a request says of retries, so
 * that its own would multiply with those made here, and repeat a DELETE.
 *
 * @throws ConfigurationError
 */
export function assertNoOwnRetries(client: StripeClient): void {
  const version = versionOf(client);
  if (version === undefined || Number.parseInt(version, 10) >= 22) return;
  const read: unknown = Reflect.get(client, "getMaxNetworkRetries");
  const retries: unknown = typeof read === "function" ? read.call(client) : 0;
  if (retries === 0) return;
  throw new ConfigurationError(
    `A client of stripe ${version} retries requests itself. Make it with maxNetworkRetries: 0; the service retries instead, as maxRetries says.`,
  );
}

/** Reads the SDK's own version; undefined for clients of another make. */
function versionOf(client: object): string | undefined {
  const version: unknown = Reflect.get(client, "VERSION");
  return typeof version === "string" && /^\d{1,4}\.[\w.-]{1,40}$/.test(version) ? version : undefined;
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
 * Has each sending of a request counted, the SDK's own repeats among them. The SDK signs right before it sends, so the
 * client's own authenticator is called and `onSend` with it. Counts nothing where the client shows none.
 */
export function countSends(
  client: StripeClient,
  onSend: () => void,
): Pick<StripeRequestOptions, "authenticator"> {
  const authenticator = authenticatorOf(client);
  if (authenticator === undefined) return {};
  return {
    authenticator: (request) => {
      onSend();
      return authenticator(request);
    },
  };
}

/** The SDK keeps it on the client under this name; clients of another make do not. */
function authenticatorOf(client: StripeClient): Authenticator | undefined {
  const authenticator: unknown = Reflect.get(client, "_authenticator");
  return typeof authenticator === "function" ? (authenticator as Authenticator) : undefined;
}

/**
 * Reads the mode of a client's key, where the client is the SDK's and shows it: the SDK keeps it on its authenticator.
 * `undefined` for a client with an authenticator of its own.
 */
export function modeOfClient(client: StripeClient): Mode | undefined {
  const authenticator = authenticatorOf(client);
  const key: unknown = authenticator && Reflect.get(authenticator, "_apiKey");
  return typeof key === "string" ? modeOf(key) : undefined;
}

/** Stripe's secret and restricted keys name their mode; nothing else does. */
export function modeOf(secretKey: string): Mode | undefined {
  const match = /^(?:sk|rk)_(live|test)_\w{8,}$/.exec(secretKey);
  return match?.[1] === "live" || match?.[1] === "test" ? match[1] : undefined;
}
