import { describe, expect } from "vitest";
import { NotFoundError } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";

const NEXT_WEEK = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7 * 86_400_000);

describe("pauseSubscription, of collection", () => {
  it("voids invoices until it is told to go on, and leaves the status as it is", async ({
    world,
    acme,
    billing,
  }) => {
    const paused = await billing.pauseSubscription(acme.subscriptionId);

    expect(paused).toMatchObject({
      status: "active",
      collectionPause: { invoices: "void", resumesAt: null },
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${acme.subscriptionId}`,
      `POST /v1/subscriptions/${acme.subscriptionId}`,
    ]);
  });

  it("goes on by itself on a date", async ({ acme, billing }) => {
    const paused = await billing.pauseSubscription(acme.subscriptionId, {
      invoices: "keep_as_draft",
      until: NEXT_WEEK,
    });
    expect(paused.collectionPause).toEqual({ invoices: "keep_as_draft", resumesAt: NEXT_WEEK });
  });

  it("succeeds and writes nothing when it is paused so already, and changes how when it is not", async ({
    world,
    acme,
    billing,
  }) => {
    const once = await billing.pauseSubscription(acme.subscriptionId, { until: NEXT_WEEK });
    world.takeRequests();
    expect(await billing.pauseSubscription(acme.subscriptionId, { until: NEXT_WEEK })).toEqual(once);
    expect(world.takeRequests()).toEqual([`GET /v1/subscriptions/${acme.subscriptionId}`]);

    expect((await billing.pauseSubscription(acme.subscriptionId)).collectionPause).toEqual({
      invoices: "void",
      resumesAt: null,
    });
  });
});

describe("pauseSubscription, of the subscription itself", () => {
  it("gives it the status paused, and unpausing a new period", async ({ world, acme, billing }) => {
    expect(await billing.pauseSubscription(acme.subscriptionId, { pause: "subscription" })).toMatchObject({
      status: "paused",
      collectionPause: null,
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${acme.subscriptionId}`,
      `POST /v1/subscriptions/${acme.subscriptionId}/pause`,
    ]);
    expect((await billing.unpauseSubscription(acme.subscriptionId)).status).toBe("active");
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${acme.subscriptionId}`,
      `POST /v1/subscriptions/${acme.subscriptionId}/resume`,
    ]);
  });

  it("succeeds and writes nothing when it is paused already", async ({ world, acme, billing }) => {
    const once = await billing.pauseSubscription(acme.subscriptionId, {
      pause: "subscription",
      settle: "invoice",
    });
    world.takeRequests();
    expect(await billing.pauseSubscription(acme.subscriptionId, { pause: "subscription" })).toEqual(once);
    expect(world.takeRequests()).toEqual([`GET /v1/subscriptions/${acme.subscriptionId}`]);
  });

  it("says that classic billing cannot be paused so, before anything is written", async ({
    world,
    acme,
    billing,
  }) => {
    const classic = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.priceId }],
      billing_mode: { type: "classic" },
    });
    world.takeRequests();
    await expect(billing.pauseSubscription(classic.id, { pause: "subscription" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("collection"),
    });
    expect(world.takeRequests()).toEqual([`GET /v1/subscriptions/${classic.id}`]);
  });

  it("says that a schedule stands in its way, before anything is written", async ({
    world,
    acme,
    billing,
  }) => {
    await billing.updateSubscription(acme.subscriptionId, { quantity: 9, when: "period_end" });
    world.takeRequests();
    await expect(
      billing.pauseSubscription(acme.subscriptionId, { pause: "subscription" }),
    ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("schedule") });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it("says so when the client's API version does not know the call", async ({ world, acme }) => {
    const old = world.service({
      stripe: {
        rawRequest: (method, path, params, options) =>
          world.stripe.rawRequest(
            method,
            path.endsWith("/pause") ? "/v1/customers/cus_none" : path,
            params,
            options,
          ),
      },
    });
    const paused = old.forTenant("acme").pauseSubscription(acme.subscriptionId, { pause: "subscription" });
    await expect(paused).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("stripe 23"),
      cause: { code: "not_found" },
    });
  });

  it("takes a subscription of an older API version, which names no billing mode, for classic", async ({
    world,
    acme,
  }) => {
    const stripe = clientThat(world.local, async (_request, send) => {
      const { billing_mode: _, ...older } = Object(await (await send()).toJSON());
      return answer(200, older);
    });
    const old = world.service({ stripe }).forTenant("acme");
    await expect(old.pauseSubscription(acme.subscriptionId, { pause: "subscription" })).rejects.toMatchObject(
      {
        code: "conflict",
        message: expect.stringContaining("only in flexible billing mode"),
      },
    );
  });

  it("settles the unused time as it is told, and as Stripe does where nothing is said", async ({
    world,
    acme,
    billing,
  }) => {
    const { subscriptionId } = acme;
    for (const [settle, sent] of [
      [undefined, { expand: ["schedule"] }],
      ["pending_invoice_item", { expand: ["schedule"], invoicing_behavior: "pending_invoice_item" }],
      ["invoice", { expand: ["schedule"], invoicing_behavior: "invoice" }],
    ] as const) {
      await billing.pauseSubscription(subscriptionId, { pause: "subscription", settle });
      expect(world.local.requests.at(-1)?.params).toEqual(sent);
      await billing.unpauseSubscription(subscriptionId);
      expect(world.local.requests.at(-1)?.params).toEqual({ expand: ["schedule"] });
    }
  });
});

describe("unpauseSubscription", () => {
  it("takes the key of the pause that it ends", async ({ acme, billing }) => {
    const { subscriptionId } = acme;
    const idempotencyKey = "holiday";
    const wanted = { pause: "collection", invoices: "mark_uncollectible", idempotencyKey } as const;
    expect((await billing.pauseSubscription(subscriptionId, wanted)).collectionPause).toMatchObject({
      invoices: "mark_uncollectible",
    });
    await billing.updateSubscription(subscriptionId, { quantity: 5, idempotencyKey });
    const ended = await billing.unpauseSubscription(subscriptionId, { idempotencyKey });
    expect(ended.collectionPause).toBeNull();
  });

  it("ends the pause of collection", async ({ acme, billing }) => {
    await billing.pauseSubscription(acme.subscriptionId, { until: NEXT_WEEK });
    expect((await billing.unpauseSubscription(acme.subscriptionId)).collectionPause).toBeNull();
  });

  it("ends both pauses at once", async ({ acme, billing }) => {
    await billing.pauseSubscription(acme.subscriptionId);
    await billing.pauseSubscription(acme.subscriptionId, { pause: "subscription" });
    expect(await billing.unpauseSubscription(acme.subscriptionId)).toMatchObject({
      status: "active",
      collectionPause: null,
    });
  });

  it("succeeds and writes nothing when neither is paused", async ({ world, acme, billing }) => {
    await billing.unpauseSubscription(acme.subscriptionId);
    expect(world.takeRequests()).toEqual([`GET /v1/subscriptions/${acme.subscriptionId}`]);
  });
});

describe("pauseSubscription and unpauseSubscription", () => {
  const methods = ["pauseSubscription", "unpauseSubscription"] as const;

  it.for(methods)("%s refuses what has ended", async (method, { world, acme, billing }) => {
    await world.stripe.subscriptions.cancel(acme.subscriptionId);
    await expect(billing[method](acme.subscriptionId)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("ended"),
    });
  });

  it.for(methods)(
    "%s gives one error for another tenant's and a missing one",
    async (method, { world, billing }) => {
      const globex = await world.addTenant("globex");
      world.takeRequests();
      for (const id of [globex.subscriptionId, "sub_missing"]) {
        await expect(billing[method](id)).rejects.toThrow(NotFoundError);
      }
      expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
    },
  );
});
