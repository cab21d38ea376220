import { ApiError, invalid } from "../api-error.js";
import { listV2Route } from "../declare/list-v2.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { hash, list, oneOf, required, text, unsupported, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { apiVersion, LATEST_VERSION } from "../declare/versions.js";
import { webUrl } from "../declare/web-url.js";
import { newId } from "../ids.js";
import type { EventDestinationRecord } from "../store/records/webhooks.js";
import type { Wire } from "../store/wire.js";
import { eventType } from "./event-type.js";
import { newSecrets } from "./signing-secrets.js";
import { toDateTime } from "./thin-events.js";

const NAME = "v2.core.event_destination";
const PATH = "/v2/core/event_destinations";
const MAX_DESTINATIONS = 16;

const URL = "webhook_endpoint.url";
const SECRET = "webhook_endpoint.signing_secret";
const INCLUDE = { include: list(oneOf(URL)) };
const ENDPOINT = hash({ url: required(webUrl()) });

const CREATE = {
  description: text(),
  enabled_events: required(list(text())),
  event_payload: required(oneOf("snapshot", "thin")),
  events_from: list(oneOf("@self", "@accounts")),
  include: list(oneOf(URL, SECRET)),
  metadata: metadata(),
  name: required(text()),
  snapshot_api_version: apiVersion(),
  type: required(oneOf("webhook_endpoint")),
  webhook_endpoint: required(ENDPOINT),
  ...unsupported("amazon_eventbridge", "azure_event_grid"),
};

const UPDATE = {
  ...INCLUDE,
  description: text(),
  enabled_events: list(text()),
  metadata: metadata(),
  name: text(),
  webhook_endpoint: ENDPOINT,
};

/** Webhook endpoints of the newer API, which receive snapshot events or thin ones. */
export const eventDestinations: Resource<typeof NAME> = {
  kind: {
    object: NAME,
    noun: "event destination",
    keys: { status: (destination) => [destination.status] },
    render: (destination) => show(destination, []),
  },
  permission: "webhook",
  routes: [
    route(`POST ${PATH}`, CREATE, createDestination),
    listV2Route(
      NAME,
      PATH,
      INCLUDE,
      () => ({}),
      (destination, { params }) => show(destination, params.include ?? []),
    ),
    route(`GET ${PATH}/:id`, INCLUDE, ({ account, id, params }) =>
      show(account.getFromPath(NAME, id), params.include ?? []),
    ),
    route(`POST ${PATH}/:id`, UPDATE, updateDestination),
    route(`POST ${PATH}/:id/disable`, {}, (call) => setStatus(call, "disabled")),
    route(`POST ${PATH}/:id/enable`, {}, (call) => setStatus(call, "enabled")),
    route(`POST ${PATH}/:id/ping`, {}, ({ tx, account, id }) => {
      account.getFromPath(NAME, id);
      const related = { id, type: NAME, url: `${PATH}/${id}` };
      return account.render("v2.core.event", tx.emitThin("v2.core.event_destination.ping", related));
    }),
    route(`DELETE ${PATH}/:id`, {}, ({ tx, id }) => {
      tx.remove(NAME, id);
      return { id, object: NAME };
    }),
  ],
};

function createDestination({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  if (account.of(NAME).size >= MAX_DESTINATIONS) {
    throw new ApiError(400, `You have reached the maximum of ${MAX_DESTINATIONS} event destinations.`);
  }
  const { event_payload: payload, snapshot_api_version: version } = params;
  if (payload === "thin" && version !== undefined) {
    throw invalid("Thin events have no API version.", "snapshot_api_version");
  }
  const destination: EventDestinationRecord = {
    id: newId(account.livemode ? "ed" : "ed_test"),
    object: NAME,
    created: tx.now,
    description: params.description ?? "",
    enabled_events: checkTypes(params.enabled_events, payload),
    event_payload: payload,
    events_from: params.events_from ?? ["@self"],
    livemode: account.livemode,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name,
    snapshot_api_version: payload === "thin" ? null : (version ?? LATEST_VERSION),
    status: "enabled",
    updated: tx.now,
    url: params.webhook_endpoint.url,
    ...newSecrets(),
  };
  return show(tx.insert(NAME, destination), params.include ?? []);
}

function updateDestination({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath(NAME, id);
  const { description, enabled_events: types, metadata: change, name, webhook_endpoint: endpoint } = params;
  const after = tx.change(NAME, id, {
    ...(description !== undefined && { description }),
    ...(types !== undefined && { enabled_events: checkTypes(types, before.event_payload) }),
    ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    ...(name !== undefined && { name }),
    ...(endpoint !== undefined && { url: endpoint.url }),
    updated: tx.now,
  });
  return show(after, params.include ?? []);
}

function setStatus({ tx, id }: Call<unknown>, status: EventDestinationRecord["status"]): Wire {
  return show(tx.change(NAME, id, { status, updated: tx.now }), []);
}

function checkTypes(
  types: readonly string[],
  payload: EventDestinationRecord["event_payload"],
): readonly string[] {
  const param = eventType(payload);
  return types.map((type, at) => param.read(type, `enabled_events[${at}]`));
}

/** The address and the secret travel only where they are asked for. */
function show(destination: EventDestinationRecord, include: readonly string[]): Wire {
  const {
    created,
    previousSecret: _,
    secret,
    snapshot_api_version,
    status,
    updated,
    url,
    ...rest
  } = destination;
  return {
    ...rest,
    created: toDateTime(created),
    ...(snapshot_api_version !== null && { snapshot_api_version }),
    status,
    ...(status === "disabled" && { status_details: { disabled: { reason: "user" } } }),
    type: "webhook_endpoint",
    updated: toDateTime(updated),
    webhook_endpoint: {
      ...(include.includes(SECRET) && { signing_secret: secret }),
      ...(include.includes(URL) && { url }),
    },
  };
}
