import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import Stripe22 from "stripe-22";
import type { Deadline } from "../../src/deadline.js";
import type { StripeClient } from "../../src/index.js";
import { type StripeRequest, send } from "../../src/stripe/send.js";
import { createTransport } from "../../src/stripe/transport.js";
import { NO_RETRIES, Stripe17 } from "./older-sdk.js";

/** What the server does with one request. */
export type Act =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Cuts the connection without an answer. */
  | "reset"
  /** Sends half of an answer, then cuts the connection. */
  | "cut off"
  /** As a proxy does it, whose answers have no Request-Id. */
  | "cut off without an id"
  /** Takes the request and never answers. */
  | "stall"
  /** Begins to answer and never ends. */
  | "drip";

export interface SentRequest {
  readonly method: string;
  /** The path with its query, as it was sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server in Stripe's place that does what a test says, so that its failures can be had one by one. */
export interface ScriptedStripe {
  readonly requests: readonly SentRequest[];
  /** The acts for the coming requests, in their order; the last one goes on for all after it. */
  script(...acts: readonly Act[]): void;
  /** The real SDKs that are supported, talking to this server. */
  readonly clients: Readonly<Record<SdkVersion, StripeClient>>;
  /** The newest of them, with its typed methods. */
  readonly sdk: Stripe;
  close(): Promise<void>;
}

export const SDK_VERSIONS = ["stripe 23", "stripe 22.6", "stripe 17"] as const;

export type SdkVersion = (typeof SDK_VERSIONS)[number];

export async function startScriptedStripe(maxNetworkRetries = 0): Promise<ScriptedStripe> {
  const requests: SentRequest[] = [];
  let acts: readonly Act[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      requests.push({ method, url, headers, body });
      const [act = method === "DELETE" ? SUBSCRIPTION : CUSTOMER, ...rest] = acts;
      if (rest.length > 0) acts = rest;
      perform(act, response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address of this kind; a string is that of a pipe.
  const { port } = server.address() as AddressInfo;
  const config = { host: "127.0.0.1", port, protocol: "http", telemetry: false, maxNetworkRetries } as const;
  const sdk = new Stripe(SECRET_KEY, config);
  return {
    requests,
    script: (...next) => {
      acts = next;
      requests.length = 0;
    },
    clients: {
      "stripe 23": sdk,
      "stripe 22.6": new Stripe22(SECRET_KEY, config),
      "stripe 17": new Stripe17(SECRET_KEY, { ...config, ...NO_RETRIES }),
    },
    sdk,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** One request of each kind. */
export const READ: StripeRequest = {
  call: "GET /v1/customers/{customer}",
  method: "GET",
  path: "/v1/customers/cus_1",
  params: {},
};
export const WRITE: StripeRequest = {
  call: "POST /v1/customers",
  method: "POST",
  path: "/v1/customers",
  params: {},
  idempotencyKey: { ofCaller: "the caller's key", atStripe: "billing_1" },
};
export const DELETION: StripeRequest = {
  call: "DELETE /v1/subscriptions/{subscription}",
  method: "DELETE",
  path: "/v1/subscriptions/sub_1",
  params: {},
};

/** Without retries of our own. */
export function sendOnce(client: StripeClient, request: StripeRequest, deadline: Deadline): Promise<unknown> {
  return send(createTransport(client, { maxRetries: 0 }), request, deadline);
}

export const CUSTOMER: Act = { status: 200, body: { id: "cus_1", object: "customer" } };
export const SUBSCRIPTION: Act = { status: 200, body: { id: "sub_1", object: "subscription" } };

export const SECRET_KEY = "sk_test_canaryOfTheSecretKey";

function perform(act: Act, response: ServerResponse): void {
  if (act === "stall") return;
  if (act === "reset") {
    response.socket?.destroy();
    return;
  }
  if (act === "drip" || act === "cut off" || act === "cut off without an id") {
    const length = { "Content-Type": "application/json", "Content-Length": "1000" };
    response.writeHead(200, { ...length, ...(act !== "cut off without an id" && { "Request-Id": "req_1" }) });
    response.write('{"id": "cus_1", ');
    if (act !== "drip") setTimeout(() => response.socket?.destroy(), 5);
    return;
  }
  const { status, body, headers } = act;
  response.writeHead(status, { "Content-Type": "application/json", "Request-Id": "req_1", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
