import type { LocalStripe } from "../local-stripe.js";
import { type Flags, readUrl } from "./read-flags.js";
import type { Flag } from "./start-flags.js";
import { UsageError } from "./usage-error.js";

export const FORWARD_FLAGS: readonly Flag[] = [
  flag("forward-to", "url", "deliver snapshot events to this endpoint"),
  flag("forward-connect-to", "url", "deliver snapshot events of connected accounts to this endpoint"),
  flag("forward-thin-to", "url", "deliver thin events to this endpoint"),
  flag("events", "types", "the types of snapshot events, with commas between (default: all)"),
  flag("thin-events", "types", "the types of thin events, with commas between (default: all)"),
];

/** An endpoint that events are delivered to. */
export interface Forwarding {
  readonly url: string;
  readonly secret: string;
}

/** Finds the endpoints that the flags name, before anything is started. */
export function readForwards(flags: Flags): readonly ((local: LocalStripe) => Promise<Forwarding>)[] {
  const read = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === "string" ? readUrl(name, value) : undefined;
  };
  const own = read("forward-to");
  const connected = read("forward-connect-to");
  const thin = read("forward-thin-to");
  const types = listed(flags["events"]);
  return [
    ...(own === undefined ? [] : [(local: LocalStripe) => forward(local, own, types, false)]),
    ...(connected === undefined ? [] : [(local: LocalStripe) => forward(local, connected, types, true)]),
    ...(thin === undefined
      ? []
      : [(local: LocalStripe) => forwardThin(local, thin, listed(flags["thin-events"]))]),
  ];
}

async function forward(
  local: LocalStripe,
  url: string,
  types: readonly string[],
  connect: boolean,
): Promise<Forwarding> {
  const form = new URLSearchParams({ url, connect: String(connect) });
  for (const type of types) form.append("enabled_events[]", type);
  const { secret } = await create(local, "/v1/webhook_endpoints", form);
  return { url, secret: String(secret) };
}

async function forwardThin(local: LocalStripe, url: string, types: readonly string[]): Promise<Forwarding> {
  const body = JSON.stringify({
    name: "local-stripe --forward-thin-to",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: types,
    webhook_endpoint: { url },
    include: ["webhook_endpoint.signing_secret"],
  });
  const { webhook_endpoint: endpoint } = await create(local, "/v2/core/event_destinations", body);
  return { url, secret: String(endpoint?.signing_secret) };
}

interface Created {
  readonly secret?: string;
  readonly webhook_endpoint?: { readonly signing_secret?: string };
  readonly error?: { readonly message: string };
}

async function create(local: LocalStripe, path: string, body: URLSearchParams | string): Promise<Created> {
  const response = await fetch(local.url + path, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${local.secretKey}`,
      ...(typeof body === "string" && { "Content-Type": "application/json" }),
    },
    body,
  });
  // These calls answer with the endpoint, or with an error that says what is wrong with it.
  const created = (await response.json()) as Created;
  if (created.error !== undefined) throw new UsageError(created.error.message.replace(/\.$/, ""));
  return created;
}

function listed(types: Flags[string]): readonly string[] {
  return typeof types === "string" ? types.split(",") : ["*"];
}

function flag(name: string, value: string, help: string): Flag {
  return { name, type: "string", value, help };
}
