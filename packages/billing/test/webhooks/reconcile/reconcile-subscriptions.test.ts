import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StripeBillingService } from "../../../src/index.js";
import {
  createWebhookReceiver,
  memoryInbox,
  type ReconcileReport,
  type WebhookHandlers,
  type WebhookReceiverOptions,
} from "../../../src/webhooks.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { headerFor, SECRET, twoTenants } from "../signed-delivery.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
/** What the application has: each subscription's tenant and status. */
let rows: Map<string, string>;
let told: string[];

beforeAll(async () => {
  world = await startStripeWorld();
});
afterAll(() => world.close());
let tenants = 0;
beforeEach(async () => {
  tenants += 1;
  acme = await world.addTenant(`acme-${tenants}`);
  globex = await world.addTenant(`globex-${tenants}`);
  rows = new Map();
  told = [];
});

type Event = { readonly type: string; readonly data: { readonly object: Stripe.Subscription } };
type Context = { readonly tenantId: string; readonly isSynthetic: boolean };

const follow = (event: Event, { tenantId, isSynthetic }: Context) => {
  const { id, status } = event.data.object;
  rows.set(id, `${tenantId} ${status}`);
  told.push(`${event.type} ${tenantId} ${isSynthetic}`);
};

const FOLLOWING: WebhookHandlers<StripeBillingService, undefined> = {
  "customer.subscription.updated": follow,
  "customer.subscription.deleted": follow,
};

function receive(on = FOLLOWING, options: Partial<WebhookReceiverOptions<StripeBillingService>> = {}) {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: world.service(),
    inbox: memoryInbox(),
    logger: { warn: () => undefined },
    on,
    ...options,
  });
}

/** Compares with the rows those subscriptions that are this test's. */
const findOutdated = (subscriptions: readonly Stripe.Subscription[]) =>
  subscriptions
    .filter(({ id }) => [acme, globex].some(({ subscriptionId }) => subscriptionId === id))
    .filter(({ id, status }) => !rows.get(id)?.endsWith(` ${status}`))
    .map(({ id }) => id);

describe("reconcileSubscriptions", () => {
  it("hands each subscription that differs to the handler, with its tenant, and then finds none", async () => {
    await world.stripe.subscriptions.cancel(globex.subscriptionId);
    const webhooks = receive();
    expect(await webhooks.reconcileSubscriptions({ findOutdated })).toMatchObject({
      recovered: 2,
      unsettled: 0,
      dead: 0,
    });
    expect(told.sort()).toEqual([
      `customer.subscription.deleted ${globex.tenantId} true`,
      `customer.subscription.updated ${acme.tenantId} true`,
    ]);
    expect(rows.get(globex.subscriptionId)).toBe(`${globex.tenantId} canceled`);
    expect(await webhooks.reconcileSubscriptions({ findOutdated })).toMatchObject({ recovered: 0 });
    expect(told).toHaveLength(2);
  });

  it("is one delivery for one difference, however often that is found in a day", async () => {
    const webhooks = receive();
    const always = (subscriptions: readonly Stripe.Subscription[]) =>
      subscriptions.filter(({ id }) => id === acme.subscriptionId).map(({ id }) => id);
    await webhooks.reconcileSubscriptions({ findOutdated: always });
    await webhooks.reconcileSubscriptions({ findOutdated: always });
    expect(told).toHaveLength(1);
    await world.stripe.subscriptions.update(acme.subscriptionId, { metadata: { changed: "yes" } });
    await webhooks.reconcileSubscriptions({ findOutdated: always });
    expect(told).toHaveLength(2);
  });

  it("tells a difference again on another day, should it come back", async () => {
    let nowMs = Date.now();
    const webhooks = receive(FOLLOWING, { now: () => nowMs });
    await webhooks.reconcileSubscriptions({ findOutdated });
    rows.clear();
    nowMs += 86_400_000;
    await webhooks.reconcileSubscriptions({ findOutdated });
    expect(told).toHaveLength(4);
  });

  it("tells of it as a thin event where those alone have a handler", async () => {
    const webhooks = receive({
      "v1.customer.subscription.updated": async (event, { tenantId, isSynthetic, fetchObject }) =>
        void told.push(`${event.type} ${tenantId} ${isSynthetic} ${(await fetchObject()).status}`),
      "v1.customer.subscription.deleted": () => undefined,
    });
    await webhooks.reconcileSubscriptions({ findOutdated });
    expect(told).toContain(`v1.customer.subscription.updated ${acme.tenantId} true active`);
  });

  it("counts one whose handler fails as unsettled, and finds it again", async () => {
    let isBroken = true;
    const on = {
      "customer.subscription.updated": (event: Event, context: Context) => {
        if (isBroken) throw new Error("broken");
        follow(event, context);
      },
      "customer.subscription.deleted": follow,
    };
    const webhooks = receive(on);
    expect(await webhooks.reconcileSubscriptions({ findOutdated })).toMatchObject({
      recovered: 0,
      unsettled: 2,
      dead: 0,
    });
    isBroken = false;
    expect(await webhooks.reconcileSubscriptions({ findOutdated })).toMatchObject({
      recovered: 2,
      unsettled: 0,
      dead: 0,
    });
  });

  it("ignores what another application made in the account", async () => {
    const customer = await world.stripe.customers.create({});
    const { id } = await world.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: acme.priceId }],
    });
    const report = await receive().reconcileSubscriptions({ findOutdated: () => [id] });
    expect(report).toMatchObject({ recovered: 0, unsettled: 0, dead: 0 });
    expect(told).toEqual([]);
  });

  it("goes on after a crash", async () => {
    for (let count = 0; count < 120; count += 1)
      await world.stripe.subscriptions.create({
        customer: acme.customerId,
        items: [{ price: acme.priceId }],
      });
    const webhooks = receive();
    let cursor: string | undefined;
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      throw new Error("crash");
    };
    await expect(webhooks.reconcileSubscriptions({ findOutdated, onProgress })).rejects.toThrow("crash");
    world.takeRequests();
    await webhooks.reconcileSubscriptions({ findOutdated, cursor });
    expect(rows.size).toBe(2);
    expect(world.takeRequests()[0]).toBe("GET /v1/subscriptions");
  });

  it("cannot be imitated: a delivery needs Stripe's signature whatever its id says", async () => {
    const body = JSON.stringify({
      id: "reconciled_sub_1",
      object: "event",
      type: "customer.subscription.updated",
      created: Math.floor(Date.now() / 1000),
      livemode: false,
      data: { object: { id: "sub_1", object: "subscription", customer: acme.customerId } },
    });
    const outcome = await receive().receive(body, headerFor(body, { secret: `${SECRET}0` }));
    expect(outcome.status).toBe("rejected");
  });

  it.each<[object, string]>([
    [{}, "invalid_argument"],
    [{ findOutdated: "all" }, "invalid_argument"],
    [{ findOutdated, cursor: "next" }, "invalid_argument"],
    [{ findOutdated, since: new Date() }, "configuration"],
  ])("refuses %o", async (options, code) => {
    const run = receive().reconcileSubscriptions(options as { findOutdated: typeof findOutdated }); // of no such type
    await expect(run).rejects.toMatchObject({ code });
  });

  it("needs both handlers, and a service that lists subscriptions", async () => {
    const alone = receive({ "customer.subscription.updated": follow });
    await expect(alone.reconcileSubscriptions({ findOutdated })).rejects.toMatchObject({
      code: "configuration",
    });
    const without = createWebhookReceiver({
      signingSecrets: [SECRET],
      billing: twoTenants(),
      inbox: memoryInbox(),
      on: {},
    });
    await expect(without.reconcileSubscriptions({ findOutdated })).rejects.toMatchObject({
      code: "configuration",
    });
  });
});
