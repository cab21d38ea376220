import { invalid } from "../api-error.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { bool, clearable, list, required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { apiVersion } from "../declare/versions.js";
import { webUrl } from "../declare/web-url.js";
import { newId } from "../ids.js";
import type { WebhookEndpointRecord } from "../store/records/webhooks.js";
import type { Wire } from "../store/wire.js";
import { eventType } from "./event-type.js";
import { newSecrets } from "./signing-secrets.js";

const MOST_ENDPOINTS = 16;

const CREATE = {
  api_version: apiVersion(),
  connect: bool(),
  description: clearable(text()),
  enabled_events: required(list(eventType("snapshot"))),
  metadata: metadata(),
  url: required(webUrl()),
};

const UPDATE = {
  description: clearable(text()),
  disabled: bool(),
  enabled_events: list(eventType("snapshot")),
  metadata: metadata(),
  url: webUrl(),
};

export const webhookEndpoints: Resource<"webhook_endpoint"> = {
  kind: {
    object: "webhook_endpoint",
    noun: "webhook endpoint",
    keys: { status: (endpoint) => [endpoint.status] },
    render: ({ secret: _secret, connect: _connect, previousSecret: _previous, ...endpoint }) => endpoint,
  },
  permission: "webhook",
  routes: [
    route("POST /v1/webhook_endpoints", CREATE, createEndpoint),
    listRoute("webhook_endpoint", "/v1/webhook_endpoints", {}, () => ({})),
    retrieveRoute("webhook_endpoint", "/v1/webhook_endpoints"),
    route("POST /v1/webhook_endpoints/:id", UPDATE, updateEndpoint),
    route("DELETE /v1/webhook_endpoints/:id", {}, ({ tx, id }) => {
      tx.remove("webhook_endpoint", id);
      return { id, object: "webhook_endpoint", deleted: true };
    }),
  ],
};

function createEndpoint({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  if (account.of("webhook_endpoint").size >= MOST_ENDPOINTS) {
    throw invalid(`You have reached the maximum of ${MOST_ENDPOINTS} test webhook endpoints.`);
  }
  const endpoint: WebhookEndpointRecord = {
    id: newId("we"),
    object: "webhook_endpoint",
    api_version: params.api_version ?? null,
    application: null,
    connect: params.connect ?? false,
    created: tx.now,
    description: params.description ?? null,
    enabled_events: params.enabled_events,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params.metadata),
    ...newSecrets(),
    status: "enabled",
    url: params.url,
  };
  tx.insert("webhook_endpoint", endpoint);
  return { ...account.render("webhook_endpoint", endpoint), secret: endpoint.secret };
}

function updateEndpoint({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("webhook_endpoint", id);
  const { metadata: change, disabled, ...fields } = params;
  const after = tx.change("webhook_endpoint", id, {
    ...fields,
    ...(disabled !== undefined && { status: disabled ? "disabled" : "enabled" }),
    ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
  });
  return account.render("webhook_endpoint", after);
}
