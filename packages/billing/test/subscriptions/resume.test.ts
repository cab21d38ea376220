import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, sdkFor, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
});

beforeEach(async () => {
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

describe("resumeSubscription", () => {
  it("takes back the flag of a subscription in classic billing", async () => {
    const classic = await inClassicBilling();
    await billing.cancelSubscription(classic);
    const raw = await world.stripe.subscriptions.retrieve(classic);
    expect([raw.cancel_at_period_end, raw.cancel_at === null]).toEqual([true, false]);
    await expectKept(classic);
  });

  it("takes back the flag in flexible billing", async () => {
    await billing.cancelSubscription(acme.subscriptionId);
    await expectKept(acme.subscriptionId);
  });

  it.each(["classic", "flexible"])("takes back a date in %s billing", async (mode) => {
    const subscriptionId = mode === "classic" ? await inClassicBilling() : acme.subscriptionId;
    await billing.cancelSubscription(subscriptionId, { when: new Date(Date.now() + 5 * 86_400_000) });
    await expectKept(subscriptionId);
  });

  it("takes back what the portal leaves in flexible billing, a date without the flag", async () => {
    await world.stripe.subscriptions.update(acme.subscriptionId, { cancel_at: "max_period_end" });
    const raw = await world.stripe.subscriptions.retrieve(acme.subscriptionId);
    expect([raw.cancel_at_period_end, raw.cancel_at === null]).toEqual([false, false]);
    await expectKept(acme.subscriptionId);
  });

  it("never names the flag and the date in one request", async () => {
    await billing.cancelSubscription(acme.subscriptionId);
    await billing.resumeSubscription(acme.subscriptionId);
    await billing.cancelSubscription(acme.subscriptionId, { when: new Date(Date.now() + 86_400_000) });
    await billing.resumeSubscription(acme.subscriptionId);
    for (const { params } of world.local.requests) {
      expect("cancel_at" in params && "cancel_at_period_end" in params).toBe(false);
    }
  });

  it("succeeds and writes nothing when it is not going to end", async () => {
    const kept = await billing.resumeSubscription(acme.subscriptionId);

    expect(kept).toEqual(await billing.getSubscription(acme.subscriptionId));
    expect(world.takeRequests()).toEqual(Array(2).fill(`GET /v1/subscriptions/${acme.subscriptionId}`));
  });

  it("refuses what has ended, and says what to do", async () => {
    await billing.cancelSubscription(acme.subscriptionId, { when: "now" });
    await expect(billing.resumeSubscription(acme.subscriptionId)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("createSubscription"),
    });
  });

  it("refuses it too when it ends between the look and the write", async () => {
    await billing.cancelSubscription(acme.subscriptionId);
    const raced = world.service({
      stripe: {
        rawRequest: async (method, path, params, options) => {
          if (method === "POST") await world.stripe.subscriptions.cancel(acme.subscriptionId);
          return world.stripe.rawRequest(method, path, params, options);
        },
      },
    });
    await expect(raced.forTenant("acme").resumeSubscription(acme.subscriptionId)).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("gives one error for another tenant's and a missing one, and writes nothing", async () => {
    const globex = await world.addTenant("globex");
    await world.stripe.subscriptions.update(globex.subscriptionId, { cancel_at_period_end: true });
    for (const id of [globex.subscriptionId, "sub_missing"]) {
      await expect(billing.resumeSubscription(id)).rejects.toThrow(NotFoundError);
    }
    expect((await world.stripe.subscriptions.retrieve(globex.subscriptionId)).cancel_at_period_end).toBe(
      true,
    );
  });

  async function expectKept(subscriptionId: string): Promise<void> {
    world.takeRequests();
    const kept = await billing.resumeSubscription(subscriptionId);

    expect(kept).toMatchObject({ status: "active", cancelsAt: null });
    expect(world.local.requests.at(-1)?.params).toMatchObject({ expand: ["schedule"] });
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${subscriptionId}`,
      `POST /v1/subscriptions/${subscriptionId}`,
    ]);
    const raw = await world.stripe.subscriptions.retrieve(subscriptionId);
    expect([raw.cancel_at, raw.cancel_at_period_end]).toEqual([null, false]);
  }

  async function inClassicBilling(): Promise<string> {
    const { id } = await sdkFor(world.local).subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.priceId }],
      billing_mode: { type: "classic" },
    });
    return id;
  }
});
