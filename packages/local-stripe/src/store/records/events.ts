import type Stripe from "stripe";
import type { Wire } from "../wire.js";

export type EventRecord = {
  readonly id: string;
  readonly object: "event";
  readonly account?: string;
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: Wire; readonly previous_attributes?: Wire };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: Stripe.Event["type"];
};

/** A thin event: it names the object that changed and leaves it to the receiver to fetch it. */
export type ThinEventRecord = {
  readonly id: string;
  readonly object: "v2.core.event";
  readonly changes?: { readonly before: Wire; readonly after: Wire };
  /** The connected account that it happened in. */
  readonly context?: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly reason?: {
    readonly type: "request";
    readonly request: { readonly id: string; readonly idempotency_key: string };
  };
  readonly related_object: RelatedObject | null;
  /** The snapshot event that tells of the same change, where there is one. */
  readonly snapshot_event?: string;
  readonly type: string;
};

export type RelatedObject = {
  readonly id: string;
  readonly type: string;
  /** The path at which the API serves it. */
  readonly url: string;
};
