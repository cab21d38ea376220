import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectTenancy, type StripeBillingService } from "../../../src/index.js";
import {
  type CustomerEntitlements,
  createWebhookReceiver,
  memoryInbox,
  type ReconcileReport,
  type WebhookHandlers,
  type WebhookReceiverOptions,
} from "../../../src/webhooks.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { addPlan } from "../../subscriptions/plans.js";
import { SECRET, twoTenants } from "../signed-delivery.js";

const ACCOUNT = "acct_1";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
/** What the application has: each customer's tenant and lookup keys. */
let rows: Map<string, string>;
let told: string[];

beforeAll(async () => {
  world = await startStripeWorld({ accounts: [ACCOUNT] });
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

const FOLLOWING: WebhookHandlers<StripeBillingService, undefined> = {
  "entitlements.active_entitlement_summary.updated": (event, { tenantId, isSynthetic }) => {
    const { customer, entitlements } = event.data.object;
    rows.set(customer, entitlements.data.map(({ lookup_key }) => lookup_key).join(" "));
    told.push(`${tenantId} ${isSynthetic}`);
  },
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

const isOwn = ({ customerId }: CustomerEntitlements) =>
  [acme, globex].some((tenant) => tenant.customerId === customerId);
/** Compares with the rows those customers that are this test's. */
const findOutdated = (customers: readonly CustomerEntitlements[]) =>
  customers
    .filter(isOwn)
    .filter(
      ({ customerId, entitlements }) =>
        (rows.get(customerId) ?? "") !== entitlements.map(({ lookupKey }) => lookupKey).join(" "),
    )
    .map(({ customerId }) => customerId);

describe("reconcileEntitlements", () => {
  it("hands each customer whose entitlements differ to the handler, with its tenant, and then finds none", async () => {
    const webhooks = receive();
    expect(await webhooks.reconcileEntitlements({ findOutdated })).toMatchObject({
      recovered: 2,
      unsettled: 0,
      dead: 0,
    });
    expect(told.sort()).toEqual([`${acme.tenantId} true`, `${globex.tenantId} true`]);
    expect(rows.get(acme.customerId)).toBe(acme.lookupKey);
    expect(await webhooks.reconcileEntitlements({ findOutdated })).toMatchObject({ recovered: 0 });
    expect(told).toHaveLength(2);
  });

  it("tells of what a customer has lost, with its subscription or itself", async () => {
    const webhooks = receive();
    await webhooks.reconcileEntitlements({ findOutdated });
    await world.stripe.subscriptions.cancel(acme.subscriptionId);
    await world.stripe.customers.del(globex.customerId);
    expect(await webhooks.reconcileEntitlements({ findOutdated })).toMatchObject({
      recovered: 2,
      unsettled: 0,
      dead: 0,
    });
    expect([rows.get(acme.customerId), rows.get(globex.customerId)]).toEqual(["", ""]);
  });

  it("has all entitlements in its event, where Stripe's own has ten", async () => {
    const { productId, priceId } = await addPlan(world, acme.tenantId);
    for (let count = 0; count < 12; count += 1) {
      const feature = await world.stripe.entitlements.features.create({
        lookup_key: `${acme.tenantId}-${count}`,
        name: "x",
      });
      await world.stripe.products.createFeature(productId, { entitlement_feature: feature.id });
    }
    await world.stripe.subscriptions.create({ customer: acme.customerId, items: [{ price: priceId }] });
    await receive().reconcileEntitlements({ findOutdated });
    expect(rows.get(acme.customerId)?.split(" ")).toHaveLength(13);
  });

  it("is one delivery for one difference, however often that is found in a day, and another on the next", async () => {
    let nowMs = Date.now();
    const webhooks = receive(FOLLOWING, { now: () => nowMs });
    const always = (customers: readonly CustomerEntitlements[]) =>
      customers.filter(isOwn).map(({ customerId }) => customerId);
    await webhooks.reconcileEntitlements({ findOutdated: always });
    await webhooks.reconcileEntitlements({ findOutdated: always });
    expect(told).toHaveLength(2);
    nowMs += 86_400_000;
    await webhooks.reconcileEntitlements({ findOutdated: always });
    expect(told).toHaveLength(4);
  });

  it("reads a customer with several subscriptions once a page, and passes over one that is nobody's", async () => {
    await world.stripe.subscriptions.create({ customer: acme.customerId, items: [{ price: acme.priceId }] });
    const { id: customer } = await world.stripe.customers.create({});
    await world.stripe.subscriptions.create({ customer, items: [{ price: acme.priceId }] });
    world.takeRequests();
    const given: string[] = [];
    const report = await receive().reconcileEntitlements({
      findOutdated: (customers) => {
        given.push(...customers.map(({ customerId }) => customerId));
        return [customer];
      },
    });
    expect(report).toMatchObject({ recovered: 0, unsettled: 0, dead: 0 });
    expect(given.filter((id) => id === acme.customerId)).toHaveLength(1);
    expect(given).not.toContain(customer);
    expect(told).toEqual([]);
    const lists = world.takeRequests().filter((request) => request.endsWith("/active_entitlements"));
    expect(lists).toHaveLength(given.length);
  });

  it("keeps the rate over lists and customers", async () => {
    const startedAtMs = performance.now();
    world.takeRequests();
    await receive().reconcileEntitlements({ findOutdated, maxRequestsPerSecond: 20 });
    const lists = world.takeRequests().filter((request) => request.endsWith("/active_entitlements")).length;
    // Of which the first goes at once.
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual((lists - 1) * 50);
  });

  it("counts one whose handler fails, or whose tenant is not known, as unsettled", async () => {
    const broken = receive({
      "entitlements.active_entitlement_summary.updated": () => Promise.reject(new Error("broken")),
    });
    expect(await broken.reconcileEntitlements({ findOutdated })).toMatchObject({ unsettled: 2, dead: 0 });
    const service = world.service();
    const unknown = receive(FOLLOWING, {
      billing: {
        forTenant: (tenantId) => service.forTenant(tenantId),
        listAccountSubscriptions: (query, options) => service.listAccountSubscriptions(query, options),
        resolveTenant: async () => ({ status: "unknown" }),
      },
    });
    const { listed, unsettled } = await unknown.reconcileEntitlements({ findOutdated: () => [] });
    expect(unsettled).toBe(listed);
  });

  it("goes on after a crash, and ends when it is told to", async () => {
    const { id: customer } = await world.stripe.customers.create({ metadata: { tenantId: acme.tenantId } });
    for (let count = 0; count < 120; count += 1) {
      await world.stripe.subscriptions.create({ customer, items: [{ price: acme.priceId }] });
    }
    const webhooks = receive();
    let cursor: string | undefined;
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      throw new Error("crash");
    };
    await expect(webhooks.reconcileEntitlements({ findOutdated, onProgress })).rejects.toThrow("crash");
    await webhooks.reconcileEntitlements({ findOutdated, cursor });
    expect(rows.size).toBe(2);
    const signal = AbortSignal.abort();
    await expect(webhooks.reconcileEntitlements({ findOutdated, signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });

  it.each<[object, string]>([
    [{}, "invalid_argument"],
    [{ findOutdated: "all" }, "invalid_argument"],
    [{ findOutdated, cursor: "next" }, "invalid_argument"],
    [{ findOutdated, since: new Date() }, "configuration"],
  ])("refuses %o", async (options, code) => {
    const run = receive().reconcileEntitlements(options as { findOutdated: typeof findOutdated }); // of no such type
    await expect(run).rejects.toMatchObject({ code });
  });

  it("needs its handler, and a service that lists subscriptions and entitlements", async () => {
    const refused = { code: "configuration" };
    await expect(receive({}).reconcileEntitlements({ findOutdated })).rejects.toMatchObject(refused);
    const bare = (billing: object) =>
      createWebhookReceiver({
        signingSecrets: [SECRET],
        billing: { ...twoTenants(), ...billing },
        inbox: memoryInbox(),
        on: { "entitlements.active_entitlement_summary.updated": () => undefined },
      });
    await expect(bare({}).reconcileEntitlements({ findOutdated })).rejects.toMatchObject(refused);
    const service = world.service();
    const listing = {
      listAccountSubscriptions: service.listAccountSubscriptions.bind(service),
      resolveTenant: service.resolveTenant.bind(service),
    };
    await expect(bare(listing).reconcileEntitlements({ findOutdated })).rejects.toMatchObject(refused);
  });
});

describe("reconcileEntitlements over connected accounts", () => {
  it("finds the customers of the accounts that it is given", async () => {
    const umbrella = await world.addTenant("umbrella", { stripeAccount: ACCOUNT });
    const tenancy = connectTenancy({ accountOf: () => ACCOUNT, tenantOf: () => umbrella.tenantId });
    const webhooks = receive(FOLLOWING, { billing: world.service({ tenancy }) });
    await webhooks.reconcileEntitlements({
      accounts: [ACCOUNT],
      findOutdated: (customers) => customers.map(({ customerId }) => customerId),
    });
    expect(told).toEqual(["umbrella true"]);
    expect(rows.get(umbrella.customerId)).toBe(umbrella.lookupKey);
  });
});
