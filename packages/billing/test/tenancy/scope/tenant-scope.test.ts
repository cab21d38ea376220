import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCustomerPortalSession } from "../../../src/capabilities/portal/session.js";
import { resolvePortal } from "../../../src/capabilities/portal/settings.js";
import { cancelSubscription } from "../../../src/capabilities/subscriptions/cancel.js";
import { getSubscription, listCustomerSubscriptions } from "../../../src/capabilities/subscriptions/read.js";
import { Deadline } from "../../../src/deadline.js";
import { metadataTenancy } from "../../../src/index.js";
import { createTransport } from "../../../src/stripe/transport.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { admit, type TenantScope } from "../../../src/tenancy/scope/tenant-scope.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { openGate } from "./open-gate.js";

/**
 * The first wall alone: the real capabilities before a gate that stands open, so that only what the scope itself proves
 * keeps tenants apart.
 */
let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
});

beforeEach(() => {
  world.takeRequests();
});

afterAll(() => world.close());

function scopeOfAcme(): Promise<TenantScope> {
  return admit(
    {
      transport: createTransport(world.stripe),
      tenancy: metadataTenancy(),
      tenantId: "acme",
      mode: "test",
      cache: new OwnershipCache(300_000),
      configurations: new OwnershipCache(300_000),
      deadline: new Deadline(5_000),
      onAudit: () => undefined,
      trusted: [],
    },
    ({ transport }) => openGate(transport.client),
  );
}

describe("behind an open gate, the scope alone", () => {
  const attempts: Readonly<Record<string, (scope: TenantScope, victim: TenantWorld) => Promise<unknown>>> = {
    "opening the portal": async (scope, { customerId }) =>
      createCustomerPortalSession(scope, customerId, {}, await resolvePortal({}, scope.tenantId)),
    "opening the portal at a flow": async (scope, { customerId, subscriptionId }) => {
      const flow = { type: "subscription_cancel", subscriptionId } as const;
      const portal = await resolvePortal({}, scope.tenantId);
      return createCustomerPortalSession(scope, customerId, { flow }, portal);
    },
    "listing subscriptions": (scope, { customerId }) => listCustomerSubscriptions(scope, customerId, {}),
    "reading a subscription": (scope, { subscriptionId }) => getSubscription(scope, subscriptionId, {}),
    "canceling at period end": (scope, { subscriptionId }) => cancelSubscription(scope, subscriptionId, {}),
    "canceling now": (scope, { subscriptionId }) =>
      cancelSubscription(scope, subscriptionId, { when: "now" }),
  };

  it.each(Object.entries(attempts))(
    "refuses %s of another tenant, and reads one object for it, beside the list at most",
    async (_, attempt) => {
      const before = await world.stripe.subscriptions.retrieve(globex.subscriptionId);
      world.takeRequests();

      await expect(attempt(await scopeOfAcme(), globex)).rejects.toMatchObject({ code: "not_found" });
      const requests = world.takeRequests().filter((request) => request !== "GET /v1/subscriptions");
      expect(requests).toEqual([expect.stringMatching(/^GET \/v1\/(customers|subscriptions)\/\w+$/)]);
      expect(await world.stripe.subscriptions.retrieve(globex.subscriptionId)).toEqual(before);
    },
  );

  it.each(Object.entries(attempts))("lets through %s of its own", async (_, attempt) => {
    const own = await world.addTenant("acme");
    await expect(attempt(await scopeOfAcme(), own)).resolves.toBeDefined();
  });

  it("refuses a page cursor of another tenant", async () => {
    const options = { after: globex.subscriptionId };
    await expect(
      listCustomerSubscriptions(await scopeOfAcme(), acme.customerId, options),
    ).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(world.takeRequests()).not.toContain("GET /v1/subscriptions");
  });
});

describe("a scope", () => {
  it("cannot be made from another one's constructor", async () => {
    const scope = await scopeOfAcme();
    const Scope = scope.constructor as new (...parts: unknown[]) => TenantScope;

    expect(() => new Scope(Symbol("admitted"), {}, {})).toThrow(
      expect.objectContaining({
        code: "tenant_context",
        message: "Only the service makes tenant scopes. Call its methods instead.",
      }),
    );
  });

  it("says its tenant and shows nothing else", async () => {
    const scope = await scopeOfAcme();

    expect(scope.tenantId).toBe("acme");
    expect(JSON.stringify(scope)).toBe("{}");
    expect(Object.keys(scope)).toEqual([]);
  });
});
