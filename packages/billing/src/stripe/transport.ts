import type { StripeClient } from "./client.js";
import type { RequestListener } from "./request-record.js";
import { Retries } from "./retries.js";

/** The way to Stripe that all calls of one service share. */
export interface Transport {
  readonly client: StripeClient;
  readonly retries: Retries;
  readonly onRequest: RequestListener | undefined;
}

export interface TransportOptions {
  /** How often a request that failed is sent again at most. Default: 3. */
  readonly maxRetries?: number | undefined;
  readonly onRequest?: RequestListener | undefined;
}

export function createTransport(
  client: StripeClient,
  { maxRetries = 3, onRequest }: TransportOptions = {},
): Transport {
  return Object.freeze({ client, retries: new Retries(maxRetries), onRequest });
}
