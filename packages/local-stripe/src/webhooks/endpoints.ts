import { LATEST_VERSION } from "../declare/versions.js";
import type { AccountData } from "../store/account-data.js";
import type { EventRecord, ThinEventRecord } from "../store/records/events.js";
import type {
  EventDestinationRecord,
  EventsFrom,
  SigningSecrets,
  WebhookEndpointRecord,
} from "../store/records/webhooks.js";

/** A webhook endpoint or an event destination, as far as deliveries need to know it. */
export interface Endpoint extends SigningSecrets {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly from: readonly EventsFrom[];
  /** The API version of the snapshot events that it receives; `null` where it receives thin events. */
  readonly version: string | null;
}

export type AnyEvent = EventRecord | ThinEventRecord;

/** The endpoints of an account that ask for an event which happened in it (`@self`) or in a connected account. */
export function findEndpoints(owner: AccountData, event: AnyEvent, from: EventsFrom): readonly Endpoint[] {
  return enabledEndpoints(owner).filter((endpoint) => {
    if (event.type === PING) return endpoint.id === event.related_object?.id;
    const isOfFamily = (endpoint.version === null) === (event.object === "v2.core.event");
    const isAskedFor = endpoint.types.includes("*") || endpoint.types.includes(event.type);
    return isOfFamily && isAskedFor && endpoint.from.includes(from);
  });
}

const PING = "v2.core.event_destination.ping";

/** `undefined` for an endpoint that was deleted or disabled. */
export function findEndpoint(owner: AccountData, id: string): Endpoint | undefined {
  return enabledEndpoints(owner).find((endpoint) => endpoint.id === id);
}

function enabledEndpoints(owner: AccountData): readonly Endpoint[] {
  const enabled = { status: "enabled" };
  return [
    ...owner.of("webhook_endpoint").all(enabled).map(fromWebhookEndpoint),
    ...owner.of("v2.core.event_destination").all(enabled).map(fromDestination),
  ];
}

function fromWebhookEndpoint(record: WebhookEndpointRecord): Endpoint {
  const { id, url, secret, previousSecret, connect, enabled_events: types } = record;
  const version = record.api_version ?? LATEST_VERSION;
  return { id, url, secret, previousSecret, types, version, from: [connect ? "@accounts" : "@self"] };
}

function fromDestination(record: EventDestinationRecord): Endpoint {
  const { id, url, secret, previousSecret, enabled_events: types, events_from: from } = record;
  return { id, url, secret, previousSecret, types, from, version: record.snapshot_api_version };
}
