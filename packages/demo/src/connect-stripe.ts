import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "@repo/local-stripe";
import Stripe from "stripe";
import { FOLLOWED_EVENTS } from "./billing.js";

export interface StripeConnection {
  readonly client: Stripe;
  readonly signingSecret: string;
  /** Which Stripe it is, for the person who started the demo. */
  readonly description: string;
  /** The local Stripe, where it is one. */
  readonly local?: LocalStripe;
  close(): Promise<void>;
}

export interface TestModeKeys {
  readonly secretKey: string;
  readonly webhookSecret: string;
}

/** Starts a local Stripe that delivers its webhooks to the application. */
export async function startLocalMode(
  webhookUrl: string,
  options?: LocalStripeOptions,
): Promise<StripeConnection> {
  const local = await startLocalStripe({ businessName: "Lumen", ...options });
  const client = new Stripe(local.secretKey, {
    host: local.host,
    port: local.port,
    protocol: "http",
    telemetry: false,
  });
  const endpoint = await client.webhookEndpoints.create({
    url: webhookUrl,
    enabled_events: [...FOLLOWED_EVENTS],
  });
  if (endpoint.secret === undefined)
    throw new Error("The local Stripe made a webhook endpoint without a secret.");
  return {
    client,
    signingSecret: endpoint.secret,
    local,
    description: `${local.url} (local, starts empty each time)`,
    close: () => local.close(),
  };
}

/** Connects to Stripe's test mode. The Stripe CLI forwards its webhooks and prints their secret. */
export function connectTestMode(keys: TestModeKeys, webhookUrl: string): StripeConnection {
  return {
    client: new Stripe(keys.secretKey, { telemetry: false }),
    signingSecret: keys.webhookSecret,
    description: `Stripe's test mode; forward its webhooks with: stripe listen --forward-to ${webhookUrl}`,
    close: () => Promise.resolve(),
  };
}
