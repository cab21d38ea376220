import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type WebhookEndpointRecord = Readonly<Omit<Stored<Stripe.WebhookEndpoint>, "deleted" | "secret">> & {
  /** Whether it hears of connected accounts instead of its own. */
  readonly connect: boolean;
} & SigningSecrets;

/** A webhook endpoint of the newer API, which can also receive thin events. */
export type EventDestinationRecord = SigningSecrets & {
  readonly id: string;
  readonly object: "v2.core.event_destination";
  readonly created: number;
  readonly description: string;
  readonly enabled_events: readonly string[];
  readonly event_payload: "snapshot" | "thin";
  readonly events_from: readonly EventsFrom[];
  readonly livemode: boolean;
  readonly metadata: Stripe.Metadata;
  readonly name: string;
  /** The API version of snapshot events; `null` for thin ones, which have none. */
  readonly snapshot_api_version: string | null;
  readonly status: "disabled" | "enabled";
  readonly updated: number;
  readonly url: string;
};

export type EventsFrom = "@self" | "@accounts";

/** The secrets that sign the deliveries to an endpoint. */
export type SigningSecrets = {
  readonly secret: string;
  /** The secret before the last roll, and the Unix time until which it still counts. */
  readonly previousSecret: { readonly secret: string; readonly until: number } | null;
};
