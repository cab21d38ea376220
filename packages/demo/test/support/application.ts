import { startLocalStripe } from "@repo/local-stripe";
import { startConformity } from "@repo/test-kit/conformity";
import type { Hono } from "hono";
import Stripe from "stripe";
import { expect } from "vitest";
import { createApp } from "../../src/app.js";
import { createBilling, createWebhooks } from "../../src/billing.js";
import { Effects } from "../../src/effects.js";
import { DeliveryLog } from "../../src/office/delivery-log.js";
import { RequestLog } from "../../src/office/request-log.js";
import { ReadModel } from "../../src/read-model.js";
import { seed } from "../../src/seed/seed.js";
import { Sessions } from "../../src/sessions.js";
import type { SignedIn } from "../../src/sign-in.js";
import { openStorage } from "../../src/storage.js";
import { Watchers } from "../../src/watchers.js";
import { Workspaces } from "../../src/workspaces.js";

export const ORIGIN = "http://127.0.0.1:4242";
export const OPERATOR_PASSWORD = "a password of the tests";
export const SIGNING_SECRET = "whsec_0123456789abcdefghijklmnopqrstuv";

/** The application without a server around it, on a local Stripe of its own that delivers no webhooks. */
export async function startApplication(): Promise<Application> {
  const conformity = startConformity();
  const local = await startLocalStripe({ onAnswer: conformity.onAnswer });
  const stripe = new Stripe(local.secretKey, {
    host: local.host,
    port: local.port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  });
  const workspaces = new Workspaces();
  const readModel = new ReadModel();
  await seed(stripe, workspaces);
  const billing = createBilling({ stripe, url: ORIGIN, workspaces });
  const { database } = openStorage(":memory:");
  const effects = new Effects(database);
  const changes = new Watchers();
  const webhooks = createWebhooks({
    signingSecret: SIGNING_SECRET,
    billing,
    readModel,
    database,
    effects,
  });
  const logged: string[] = [];
  const log = (line: string): void => void logged.push(line);
  const stop = async (): Promise<void> => {
    await local.close();
    expect(await conformity.problems()).toEqual([]);
  };
  let stopped: Promise<void> | undefined;
  const app = createApp({
    billing,
    webhooks,
    readModel,
    workspaces,
    sessions: new Sessions(),
    log,
    password: OPERATOR_PASSWORD,
    effects,
    deliveries: new DeliveryLog(changes),
    requests: new RequestLog(changes),
    trouble: undefined,
    changes,
  });
  return {
    app,
    stripe,
    workspaces,
    readModel,
    logged,
    stopStripe: () => (stopped ??= stop()),
    signIn: async (tenantId) => {
      const answer = await postForm(app, "/sign-in", { form: { tenant: tenantId } });
      return (answer.headers.get("set-cookie") ?? "").split(";", 1).join("");
    },
  };
}

export interface Application {
  readonly app: Hono<SignedIn>;
  readonly stripe: Stripe;
  readonly workspaces: Workspaces;
  readonly readModel: ReadModel;
  readonly logged: readonly string[];
  /** All that it answered and accepted must be as Stripe specifies it. */
  stopStripe(): Promise<void>;
  /** The answer is the cookie of the session. */
  signIn(tenantId: string): Promise<string>;
}

interface Post {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Posts a form as a browser does that shows a page of the application, unless other headers say otherwise. */
export async function postForm(app: Hono<SignedIn>, path: string, post: Post = {}): Promise<Response> {
  return app.request(ORIGIN + path, {
    method: "POST",
    body: new URLSearchParams(post.form),
    headers: { origin: ORIGIN, ...post.headers },
  });
}
