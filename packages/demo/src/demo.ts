import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import type { LocalStripeOptions } from "@repo/local-stripe";
import { createApp } from "./app.js";
import { backfill } from "./backfill.js";
import { createBilling, createWebhooks } from "./billing.js";
import { connectTestMode, startLocalMode, type TestModeKeys } from "./connect-stripe.js";
import { Effects } from "./effects.js";
import { DeliveryLog } from "./office/delivery-log.js";
import { RequestLog } from "./office/request-log.js";
import { Trouble } from "./office/trouble.js";
import { ReadModel } from "./read-model.js";
import { seed } from "./seed/seed.js";
import { Sessions } from "./sessions.js";
import { createStartingApp, type Fetch, onlyWebhooks } from "./starting.js";
import { openStorage } from "./storage.js";
import { Watchers } from "./watchers.js";
import { Workspaces } from "./workspaces.js";

export interface DemoOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** Runs against Stripe's test mode. Default: starts a local Stripe. */
  readonly testMode?: TestModeKeys;
  /** Options of the local Stripe. */
  readonly localStripe?: LocalStripeOptions;
  /** The SQLite file of the webhook inbox. Default: a new one, deleted at the end. */
  readonly databaseFile?: string;
  /** Opens the back office. Default: made up at each start. */
  readonly operatorPassword?: string;
}

export interface Demo {
  readonly url: string;
  /** Which Stripe it runs against, for the person who started it. */
  readonly stripe: string;
  readonly workspaces: Workspaces;
  readonly operatorPassword: string;
  close(): Promise<void>;
}

/** Starts the application on 127.0.0.1, with three tenants in it. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { port, testMode, localStripe, databaseFile } = options;
  const operatorPassword = options.operatorPassword ?? randomBytes(9).toString("base64url");
  const starting = createStartingApp();
  // Answers from the moment the port is open: a request that nobody takes would wait for ever.
  let answer: Fetch = starting.fetch;
  const server = await listen(port, (request) => answer(request));
  const running = [() => stop(server)];
  const close = async (): Promise<void> => {
    for (const end of running.splice(0)) await end();
  };
  try {
    const url = readUrl(server);
    const webhookUrl = `${url}/webhooks/stripe`;
    const stripe = testMode
      ? connectTestMode(testMode, webhookUrl)
      : await startLocalMode(webhookUrl, localStripe);
    running.push(() => stripe.close());

    const storage = openStorage(databaseFile);
    running.push(async () => storage.close());

    const workspaces = new Workspaces();
    const readModel = new ReadModel();
    const effects = new Effects(storage.database);
    const changes = new Watchers();
    const deliveries = new DeliveryLog(changes);
    const requests = new RequestLog(changes);
    const trouble = stripe.local === undefined ? undefined : new Trouble(stripe.local);
    const billing = createBilling({
      stripe: stripe.client,
      url,
      workspaces,
      onRequest: (record) => {
        requests.note(record);
        trouble?.renew(record.call);
      },
    });
    const webhooks = createWebhooks({
      signingSecret: stripe.signingSecret,
      billing,
      readModel,
      database: storage.database,
      effects,
      onOutcome: (outcome) => deliveries.note(outcome),
      beforeCommit: (eventId) => trouble?.crash(eventId),
    });
    const app = createApp({
      billing,
      webhooks,
      readModel,
      workspaces,
      sessions: new Sessions(),
      log,
      password: operatorPassword,
      effects,
      deliveries,
      requests,
      trouble,
      changes,
    });
    answer = onlyWebhooks(app.fetch, starting.fetch);
    await seed(stripe.client, workspaces);
    await backfill(billing, workspaces, readModel);
    answer = app.fetch;
    return { url, stripe: stripe.description, workspaces, operatorPassword, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

const HOST = "127.0.0.1";

async function listen(port: number, answer: Fetch): Promise<Server> {
  const listener = getRequestListener(answer);
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new Error(`Port ${port} is taken. Set PORT to a free one.`, { cause: error }) : error);
    });
    server.listen(port, HOST, resolve);
  });
  return server;
}

function readUrl(server: Server): string {
  // A server that listens on a port has an AddressInfo; a string is the address of a pipe.
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

/** Closes open connections: a page that listens to updates would hold its own for ever. */
async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
