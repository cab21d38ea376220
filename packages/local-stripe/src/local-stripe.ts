import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { Clock } from "./clock.js";
import { portalPages } from "./hosted/portal.js";
import { Api } from "./http/api.js";
import { Keys } from "./http/keys.js";
import { type RecordedRequest, Recorder } from "./http/recorder.js";
import { newAccount } from "./resources/accounts.js";
import { RESOURCES } from "./resources/all.js";
import { saveDefaultConfiguration } from "./resources/portal-configurations.js";
import { Act } from "./store/act.js";
import type { ObjectName } from "./store/records.js";
import type { EventType, Kind, Reaction, Surroundings } from "./store/world.js";
import { Worlds } from "./store/worlds.js";
import { Deliveries, type DeliveryAttempt } from "./webhooks/deliveries.js";

/** How a local Stripe is started. Everything may be left out. */
export interface LocalStripeOptions {
  /** The port to listen on, on 127.0.0.1 only. 0, the default, takes a free one. */
  readonly port?: number;
  /** The key of test mode, `sk_test_…`. Made up for each start when left out. */
  readonly secretKey?: string;
  /** The key of live mode, `sk_live_…`. Made up for each start when left out. */
  readonly liveSecretKey?: string;
  /** Ids of connected accounts that are there from the start, for the header `Stripe-Account`. */
  readonly accounts?: readonly string[];
  /** `false` starts as an account does whose portal settings were never saved. Default `true`. */
  readonly defaultPortalConfiguration?: boolean;
  /** How long a new or changed object stays unseen by search. Default 0. */
  readonly searchDelayMs?: number;
  /** The pauses before a failed webhook delivery is tried again. Default 100 ms, 500 ms and 2 s. */
  readonly webhookRetryDelaysMs?: readonly number[];
  /** How long a webhook endpoint may take to answer. Default 10 s. */
  readonly webhookTimeoutMs?: number;
  /** How many of the latest requests are recorded. Default 10,000. */
  readonly recordedRequests?: number;
  /** Reads the time, in milliseconds. Default: the machine's. */
  readonly clock?: () => number;
}

/** A local Stripe that is running. */
export interface LocalStripe {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The key of test mode. */
  readonly secretKey: string;
  /** The key of live mode, whose objects are apart from those of test mode. */
  readonly liveSecretKey: string;
  /** What the API was asked, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Every attempt at a webhook delivery, oldest first. */
  readonly deliveries: readonly DeliveryAttempt[];
  /** Forgets the recorded requests. */
  clearRequests(): void;
  /** Makes new and changed objects show up in searches only after a while. */
  setSearchDelay(milliseconds: number): void;
  /** Connects an account for `Stripe-Account`; the answer is its id. */
  connectAccount(id?: string): string;
  /** Moves the server's time forward. */
  advanceBy(milliseconds: number): void;
  /** Resolves once no webhook delivery is under way or waits to be tried again. */
  settled(): Promise<void>;
  /** Stops listening, ends open connections and gives up deliveries. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a Stripe of your own on this machine.
 *
 * @example
 * const local = await startLocalStripe();
 * const stripe = new Stripe(local.secretKey, { host: local.host, port: local.port, protocol: "http" });
 */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  let searchDelayMs = options.searchDelayMs ?? 0;
  let url = "";
  const clock = new Clock(options.clock);
  const keys = new Keys(options);
  const recorder = new Recorder(options.recordedRequests ?? 10_000);
  const deliveries = new Deliveries({
    retryDelaysMs: options.webhookRetryDelaysMs ?? [100, 500, 2000],
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
  });
  const surroundings: Surroundings = {
    clock,
    origin: () => url,
    indexingDelayMs: () => searchDelayMs,
    kinds: kinds(),
    reactions: reactions(),
    announce: (world, event) => deliveries.announce(event, world, worlds.platform(world.livemode)),
  };
  const worlds = new Worlds(surroundings, (world) => {
    if (options.defaultPortalConfiguration ?? true) Act.run(world, null, saveDefaultConfiguration);
  });
  const connectAccount = (id = `acct_${Math.random().toString(36).slice(2)}`): string => {
    worlds.platform(false).of("account").insert(newAccount(id, clock.now));
    return id;
  };
  options.accounts?.forEach(connectAccount);

  const routes = Object.values(RESOURCES).flatMap((resource) => resource.routes);
  const app = serve(new Api({ keys, worlds, routes, recorder }), worlds);
  const { server, port } = await listen(app, options.port ?? 0);
  url = `http://${HOST}:${port}`;

  const close = async (): Promise<void> => {
    await Promise.all([deliveries.close(), closeServer(server)]);
  };
  return {
    url,
    host: HOST,
    port,
    secretKey: keys.test,
    liveSecretKey: keys.live,
    get requests() {
      return recorder.all;
    },
    get deliveries() {
      return deliveries.attempts;
    },
    clearRequests: () => recorder.clear(),
    setSearchDelay: (milliseconds) => {
      searchDelayMs = milliseconds;
    },
    connectAccount,
    advanceBy: (milliseconds) => clock.advanceBy(milliseconds),
    settled: () => deliveries.settled(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const HOST = "127.0.0.1";

type Server = ReturnType<typeof createAdaptorServer>;

function serve(api: Api, worlds: Worlds): Hono {
  const app = new Hono();
  app.route("/p", portalPages(worlds));
  app.all("*", async (context) => {
    const { req } = context;
    const url = new URL(req.url);
    const answer = api.handle({
      method: req.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: req.header(),
      body: req.method === "GET" ? "" : await req.text(),
    });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  });
  return app;
}

async function listen(app: Hono, port: number): Promise<{ server: Server; port: number }> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  // A server that listens on a port has an address of this kind; a string is that of a pipe.
  return { server, port: (server.address() as AddressInfo).port };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

function kinds(): ReadonlyMap<ObjectName, Kind> {
  const entries = Object.values(RESOURCES).map((resource) => [resource.kind.object, resource.kind] as const);
  // Each kind is held under its own name, by which alone it is asked for.
  return new Map(entries) as ReadonlyMap<ObjectName, unknown> as ReadonlyMap<ObjectName, Kind>;
}

function reactions(): ReadonlyMap<EventType, readonly Reaction[]> {
  const all = new Map<EventType, Reaction[]>();
  for (const { reactions: own } of Object.values(RESOURCES)) {
    for (const [type, react] of Object.entries(own ?? {})) {
      // `Object.entries` forgets that the names are types of events.
      const present = all.get(type as EventType) ?? [];
      all.set(type as EventType, [...present, react]);
    }
  }
  return all;
}
