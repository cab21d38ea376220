/**
 * The application around the documentation's code. A block may name every export of this file as if it stood above it.
 * Stripe is a local one, which also answers what is sent to api.stripe.com; the rest is as small as an example's can be.
 */
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { StripeBillingService } from "@repo/billing";
import type { OpenInbox } from "@repo/billing/testing";
import {
  type CustomerEntitlements,
  createWebhookReceiver,
  type DeliveryKey,
  type DurableInbox,
  sqliteInbox,
} from "@repo/billing/webhooks";
import { startLocalStripe } from "@repo/local-stripe";
import express from "express";
import Fastify from "fastify";
import { Redis } from "ioredis";
import Database from "libsql";
import { Pool, type PoolClient } from "pg";
import Stripe from "stripe";

export const local = await startLocalStripe();
export const secretKey = local.liveSecretKey;
export const newSigningSecret = "whsec_abcdefghijdocumentation0123456789";
export const signingSecret = "whsec_0123456789documentation0123456789";

process.env["STRIPE_SECRET_KEY"] = secretKey;
process.env["STRIPE_WEBHOOK_SECRET"] = signingSecret;
Object.assign(https, {
  request: (options: http.RequestOptions) => {
    assert.equal(options.host, "api.stripe.com", "a block sends requests to Stripe alone");
    return http.request({ ...options, host: local.host, port: local.port, agent: undefined });
  },
});

export const billing = new StripeBillingService({
  secretKey,
  portal: { returnUrl: "https://app.example.com/billing" },
});

// Two tenants, and what the first sells and has bought.
export const acme = billing.forTenant("acme");
export const customerId = (await acme.ensureCustomer({ reference: "workspace-1" })).id;
const globex = billing.forTenant("globex");
export const otherCustomerId = (await globex.ensureCustomer({ reference: "workspace-1" })).id;

const stripe = new Stripe(secretKey, { host: local.host, port: local.port, protocol: "http" });
export const paymentMethodId = await addCard("pm_card_visa");
export const oldPaymentMethodId = await addCard("pm_card_mastercard");
// What was made before the library was there.
export const oldCustomerId = (await stripe.customers.create({ email: "old@acme.example" })).id;
const { id: stripeId } = await stripe.customers.create({ email: "old@globex.example" });
export const database = {
  async *workspaces() {
    yield { stripeId, workspace: { id: "workspace-8", tenant: "globex" } };
  },
};
const starterPriceId = await addPlan(acme, "Starter", 1900);
export const priceId = await addPlan(acme, "Team", 4900);
const subscription = await acme.createSubscription({
  customerId,
  priceId: starterPriceId,
  defaultPaymentMethodId: paymentMethodId,
});
export const subscriptionId = subscription.id;
export const invoiceId = (await acme.listInvoices(customerId, { limit: 1 })).data[0]?.id ?? "";
await stripe.billing.meters.create({
  display_name: "Exports of the audit log",
  event_name: "audit_export",
  default_aggregation: { formula: "sum" },
});
export const exportId = "export-1";
const setup = {
  mode: "setup",
  customerId,
  currency: "usd",
  successUrl: "/welcome",
  cancelUrl: "/plans",
} as const;
export const checkoutSessionId = (await acme.createCheckoutSession(setup)).id;

async function addCard(token: string): Promise<string> {
  return (await stripe.paymentMethods.attach(token, { customer: customerId })).id;
}

export const otherSubscriptionId = (
  await globex.createSubscription({
    customerId: otherCustomerId,
    priceId: await addPlan(globex, "Basic", 900),
  })
).id;

async function addPlan(tenant: StripeBillingService, name: string, unitAmount: number): Promise<string> {
  const product = await tenant.createProduct({ name });
  const price = { currency: "usd", unitAmount, recurring: { interval: "month" } } as const;
  return (await tenant.createPrice(product.id, price)).id;
}

// A delivery of Stripe's, and the application that receives it.
const { data: events } = await stripe.events.list({ type: "customer.subscription.created" });
const payload = JSON.stringify(events[0]);
const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: signingSecret });
export const request: Request = aDelivery();

function aDelivery(): Request {
  const headers = { "stripe-signature": signature, "content-type": "application/json" };
  return new Request("https://app.example.com/webhooks/stripe", { method: "POST", body: payload, headers });
}

export async function requireSession(
  _request: Request,
): Promise<{ readonly tenantId: string; readonly customerId: string }> {
  return { tenantId: "acme", customerId };
}

export const plans = {
  /** One query, which compares what is stored. */
  async findOutdated(
    _subscriptions: readonly { readonly id: string; readonly status: string }[],
  ): Promise<readonly string[]> {
    return [];
  },
  async save(_tenantId: string, _status: string, _idempotencyKey?: string): Promise<void> {},
};

export const features = {
  /** One query, which compares what is stored. */
  async findOutdated(_customers: readonly CustomerEntitlements[]): Promise<readonly string[]> {
    return [];
  },
};

/** The table of `docs/moving-from-better-auth.md`. */
export async function saveSubscription(
  _tx: PoolClient,
  _tenantId: string,
  _subscription: { readonly id: string; readonly status: string },
): Promise<void> {}
/** The tables of better-auth's plugin. */
export const betterAuth = {
  async *organizations() {
    yield { organizationId: "globex", stripeCustomerId: stripeId };
  },
};

/** A metrics library. */
export const metrics = {
  count(_name: string, _labels?: Readonly<Record<string, string>>): void {},
};

export const credits = {
  async grant(
    _tenantId: string,
    _amount: number,
    _options: { readonly idempotencyKey: string },
  ): Promise<void> {},
};

export const inbox = sqliteInbox({ database: new Database(":memory:") });
/** Connects when it is used. */
export const pool = new Pool();
/** Stands for a recipe of `docs/hand-on.md`, which has tests of its own. */
export async function handOn(
  _tx: PoolClient,
  _change: { readonly tenantId: string; readonly subscriptionId: string; readonly idempotencyKey: string },
): Promise<void> {}
/** As `handOn`: a recipe of `docs/hand-on.md`. */
export function relay<Tx>(
  durable: DurableInbox<Tx>,
  _send: (key: DeliveryKey) => Promise<unknown>,
): DurableInbox<Tx> {
  return { ...durable };
}
/** Of any library. */
export const queue = {
  async add(_name: string, _key: DeliveryKey): Promise<void> {},
};
/** A connection of the application to its file; any client's would do. */
export const sqlite = new Database(":memory:");
sqlite.exec("CREATE TABLE credits (tenant TEXT, amount INTEGER)");
/** Connects when it is used. */
export const redis = new Redis({ lazyConnect: true });
/** A test's own store. */
export function openInbox(settings: { readonly maxAttempts: number }): OpenInbox {
  const database = new Database(":memory:");
  const open = () => sqliteInbox({ ...settings, database });
  return {
    inbox: open(),
    reopen: open,
    expireClaims: () =>
      void database.exec("UPDATE billing_inbox_open SET lease_ends_at_ms = 0, due_at_ms = 0"),
    passTime: (ms) => void database.exec(`UPDATE billing_inbox_open SET due_at_ms = due_at_ms - ${ms}`),
  };
}
export const webhooks = createWebhookReceiver({
  signingSecrets: [signingSecret],
  billing,
  inbox,
  on: {
    "customer.subscription.updated": () => undefined,
    "entitlements.active_entitlement_summary.updated": () => undefined,
    "customer.subscription.deleted": () => undefined,
  },
});
/** Where an application keeps the cursor of its last run. */
export const cursors = {
  async load(): Promise<string | undefined> {
    return undefined;
  },
  async save(_cursor: string): Promise<void> {},
};
export const app = express();
export const fastify = Fastify();

/** Waits for what a block has left at work, and fails where it did. */
export async function settle(): Promise<void> {
  await fastify.ready();
  await local.settled();
}

/** Sends a request to a route that a block exports; a redirect is an answer too. */
export async function assertAnswers(route: (request: Request) => Promise<Response>): Promise<void> {
  const response = await route(aDelivery());
  assert.ok(response.status < 400, `answered ${response.status}: ${await response.text()}`);
}
