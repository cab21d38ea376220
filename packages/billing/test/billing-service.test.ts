import { describe, expect } from "vitest";
import { NotFoundError } from "../src/index.js";
import { itWithTenants as it } from "./in-world.js";
import { RETURN_URL, startStripeWorld } from "./stripe-world.js";

describe("createCustomerPortalSession", () => {
  it("opens the hosted portal for the tenant's customer, returning to the configured page", async ({
    acme,
    billing,
  }) => {
    const session = await billing.forTenant("acme").createCustomerPortalSession(acme.customerId);

    expect(session).toMatchObject({ customerId: acme.customerId, returnUrl: RETURN_URL, livemode: false });
    const page = await fetch(session.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("acme Pro");
  });

  it("takes the tenant, the customer and the return URL in one object", async ({ acme, billing }) => {
    const returnUrl = "https://app.example.com/account?tab=plan";
    const session = await billing.createCustomerPortalSession({
      tenantId: "acme",
      customerId: acme.customerId,
      returnUrl,
    });

    expect(session).toMatchObject({ customerId: acme.customerId, returnUrl });
  });

  it("resolves a path against the configured return URL", async ({ acme, billing }) => {
    const session = await billing
      .forTenant("acme")
      .createCustomerPortalSession(acme.customerId, { returnUrl: "/plans", locale: "de" });

    expect(session.returnUrl).toBe("https://app.example.com/plans");
  });

  it("takes two requests each time: the customer is proved anew", async ({ world, acme, billing }) => {
    const service = billing.forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing_portal/sessions",
    ]);

    await service.createCustomerPortalSession(acme.customerId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing_portal/sessions",
    ]);
  });

  it("takes one request while the proof is remembered, where the settings trust it in writes", async ({
    world,
    acme,
  }) => {
    const service = world.service({ ownership: { trustInWrites: true } }).forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    world.takeRequests();

    await service.createCustomerPortalSession(acme.customerId);
    expect(world.takeRequests()).toEqual(["POST /v1/billing_portal/sessions"]);
  });

  it("never repeats a session: each call has an idempotency key of its own", async ({
    world,
    acme,
    billing,
  }) => {
    const service = billing.forTenant("acme");
    const first = await service.createCustomerPortalSession(acme.customerId);
    const second = await service.createCustomerPortalSession(acme.customerId);

    expect(second.url).not.toBe(first.url);
    const keys = world.local.requests.flatMap(({ method, idempotencyKey }) =>
      method === "POST" ? idempotencyKey : [],
    );
    expect(new Set(keys).size).toBe(2);
  });

  it("asks functions of the tenant for its settings", async ({ world, globex }) => {
    const service = world.service({
      portal: {
        returnUrl: (tenantId) => `https://${tenantId}.example.com/billing`,
        allowedReturnOrigins: async (tenantId) => [
          `https://${tenantId}.example.com`,
          "https://admin.example.com",
        ],
        locale: () => "fr",
      },
    });
    const home = await service.forTenant("globex").createCustomerPortalSession(globex.customerId);
    expect(home.returnUrl).toBe("https://globex.example.com/billing");

    const admin = { returnUrl: "https://admin.example.com/t/globex" };
    const elsewhere = await service.forTenant("globex").createCustomerPortalSession(globex.customerId, admin);
    expect(elsewhere.returnUrl).toBe(admin.returnUrl);

    const foreign = { returnUrl: "https://acme.example.com/billing" };
    await expect(
      service.forTenant("globex").createCustomerPortalSession(globex.customerId, foreign),
    ).rejects.toMatchObject({ code: "return_url_not_allowed" });
  });

  it("says what to do when Stripe has no portal configuration", async () => {
    const bare = await startStripeWorld({ defaultPortalConfiguration: false });
    try {
      const { customerId } = await bare.addTenant("acme");
      await expect(
        bare.service().forTenant("acme").createCustomerPortalSession(customerId),
      ).rejects.toMatchObject({
        name: "PortalNotConfiguredError",
        code: "portal_not_configured",
        message: expect.stringContaining("Dashboard"),
      });
    } finally {
      await bare.close();
    }
  });
});

describe("listCustomerSubscriptions", () => {
  it("lists a customer's subscriptions as views", async ({ acme, billing }) => {
    const page = await billing.forTenant("acme").listCustomerSubscriptions(acme.customerId);

    expect(page).toMatchObject({ hasMore: false, nextCursor: null });
    expect(page.data).toHaveLength(1);
    expect(page.data[0]).toMatchObject({
      id: acme.subscriptionId,
      customerId: acme.customerId,
      status: "active",
      cancelsAt: null,
      metadata: { seatPlan: "team" },
      items: [
        { id: acme.itemId, quantity: 3, price: { id: acme.priceId, unitAmount: 4900, currency: "usd" } },
      ],
    });
    expect(page.data[0]?.currentPeriodEnd).toBeInstanceOf(Date);
    expect(Object.isFrozen(page.data[0])).toBe(true);
  });

  it("pages with a cursor, and is iterated over whole", async ({ world, billing }) => {
    const many = await world.addTenant("initech");
    for (let i = 0; i < 4; i++) {
      await world.stripe.subscriptions.create({
        customer: many.customerId,
        items: [{ price: many.priceId }],
      });
    }
    const initech = billing.forTenant("initech");
    const first = await initech.listCustomerSubscriptions(many.customerId, { limit: 2 });
    expect(first.data).toHaveLength(2);
    expect(first.hasMore).toBe(true);
    const second = await initech.listCustomerSubscriptions(many.customerId, {
      limit: 2,
      after: first.nextCursor ?? "",
    });
    expect(second.data.map(({ id }) => id)).not.toContain(first.data[1]?.id);

    world.takeRequests();
    const ids = new Set<string>();
    for await (const { id } of initech.listCustomerSubscriptions(many.customerId, { limit: 2 })) ids.add(id);
    expect(ids.size).toBe(5);
    expect(world.takeRequests()).toEqual(Array(3).fill("GET /v1/subscriptions"));
  });

  it("leaves out what has ended unless asked for it", async ({ world, billing }) => {
    const lapsed = await world.addTenant("lapsed");
    await world.stripe.subscriptions.cancel(lapsed.subscriptionId);
    const service = billing.forTenant("lapsed");

    expect((await service.listCustomerSubscriptions(lapsed.customerId)).data).toEqual([]);
    for (const status of ["all", "ended", "canceled"] as const) {
      const { data } = await service.listCustomerSubscriptions(lapsed.customerId, { status });
      expect(data.map(({ id }) => id)).toEqual([lapsed.subscriptionId]);
    }
  });
});

describe("getSubscription", () => {
  it("takes one request, cold and warm", async ({ world, acme, billing }) => {
    const service = billing.forTenant("acme");
    const cold = await service.getSubscription(acme.subscriptionId);
    const warm = await service.getSubscription(acme.subscriptionId);

    expect(world.takeRequests()).toEqual(Array(2).fill(`GET /v1/subscriptions/${acme.subscriptionId}`));
    expect(warm).toEqual(cold);
  });

  it("gives the same error for another tenant's subscription and a missing one", async ({
    globex,
    billing,
  }) => {
    const errors = await Promise.all(
      [globex.subscriptionId, "sub_missing"].map((id) =>
        billing
          .forTenant("acme")
          .getSubscription(id)
          .then(undefined, (error: unknown) => error),
      ),
    );

    expect(errors[0]).toBeInstanceOf(NotFoundError);
    expect(JSON.stringify(errors[0])).toBe(JSON.stringify(errors[1]));
    expect(errors[0]).toStrictEqual(errors[1]);
  });
});

describe("cancelSubscription", () => {
  it("keeps it to the end of the period by default, and says when it ends", async ({ world, billing }) => {
    const { subscriptionId } = await world.addTenant("leaver");
    const canceled = await billing
      .forTenant("leaver")
      .cancelSubscription(subscriptionId, { feedback: "too_expensive", comment: "Back next year" });

    expect(canceled).toMatchObject({
      status: "active",
      cancelsAt: canceled.currentPeriodEnd,
      endedAt: null,
      cancellation: {
        reason: "cancellation_requested",
        feedback: "too_expensive",
        comment: "Back next year",
      },
    });
  });

  it("ends it on a date, or now", async ({ world, billing }) => {
    const { subscriptionId } = await world.addTenant("quitter");
    const service = billing.forTenant("quitter");
    const when = new Date(Math.ceil(Date.now() / 1000) * 1000 + 5 * 86_400_000);

    expect((await service.cancelSubscription(subscriptionId, { when })).cancelsAt).toEqual(when);
    const ended = await service.cancelSubscription(subscriptionId, { when: "now" });
    expect(ended).toMatchObject({ status: "canceled", cancelsAt: null, endedAt: expect.any(Date) });
  });

  it("succeeds with the same view when it has ended already", async ({ world, billing }) => {
    const { subscriptionId } = await world.addTenant("gone");
    const service = billing.forTenant("gone");
    const ended = await service.cancelSubscription(subscriptionId, { when: "now" });

    expect(await service.cancelSubscription(subscriptionId, { when: "now" })).toEqual(ended);
    expect(await service.cancelSubscription(subscriptionId)).toEqual(ended);
  });

  it("takes two requests, cold or warm", async ({ world, billing }) => {
    const { subscriptionId } = await world.addTenant("counter");
    world.takeRequests();
    const service = billing.forTenant("counter");
    await service.cancelSubscription(subscriptionId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${subscriptionId}`,
      `POST /v1/subscriptions/${subscriptionId}`,
    ]);
    await service.cancelSubscription(subscriptionId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${subscriptionId}`,
      `POST /v1/subscriptions/${subscriptionId}`,
    ]);
    await service.cancelSubscription(subscriptionId, { when: new Date(Date.now() + 86_400_000) });
    expect(world.takeRequests()).toEqual([
      expect.stringMatching(/^GET \/v1\/customers\/cus_\w+$/),
      `POST /v1/subscriptions/${subscriptionId}`,
    ]);
  });

  it("writes nothing for another tenant's subscription, even one that has ended", async ({
    world,
    billing,
  }) => {
    const { subscriptionId } = await world.addTenant("victim");
    await world.stripe.subscriptions.cancel(subscriptionId);
    world.takeRequests();
    for (const when of ["now", "period_end"] as const) {
      await expect(billing.forTenant("acme").cancelSubscription(subscriptionId, { when })).rejects.toThrow(
        NotFoundError,
      );
    }
    expect(world.takeRequests()).toEqual(Array(2).fill(`GET /v1/subscriptions/${subscriptionId}`));
  });

  it("makes the effect once for one idempotency key, and refuses other parameters under it", async ({
    world,
    billing,
  }) => {
    const { subscriptionId } = await world.addTenant("retrier");
    const service = billing.forTenant("retrier");
    const idempotencyKey = "cancel-1";
    await service.cancelSubscription(subscriptionId, { idempotencyKey });
    await service.cancelSubscription(subscriptionId, { idempotencyKey });
    await expect(
      service.cancelSubscription(subscriptionId, { idempotencyKey, comment: "Other words" }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  it.for([
    { when: "later" },
    { when: new Date(Number.NaN) },
    { prorate: true },
    { when: "now", invoiceNow: "yes" },
    { feedback: "bored" },
    { comment: "x".repeat(501) },
    { idempotencyKey: "" },
    { stripeAccount: "acct_1" },
  ])("refuses %o before anything is sent", async (options, { world, acme, billing }) => {
    await expect(
      billing.forTenant("acme").cancelSubscription(acme.subscriptionId, options as never),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("listTenantProducts", () => {
  it("lists the tenant's own products and the shared ones, with prices, and nobody else's", async ({
    world,
    acme,
    billing,
  }) => {
    const shared = await world.stripe.products.create({ name: "Support", metadata: { tenantId: "*" } });
    await world.stripe.products.create({ name: "Nobody's" });
    const { data } = await billing.forTenant("acme").listTenantProducts();

    expect(data.map(({ id, shared }) => [id, shared])).toEqual([
      [shared.id, true],
      [acme.productId, false],
    ]);
    expect(data[1]).toMatchObject({
      name: "acme Pro",
      metadata: { tier: "pro" },
      defaultPrice: {
        id: acme.priceId,
        unitAmount: 4900,
        recurring: { interval: "month", intervalCount: 1 },
      },
    });
    expect(world.takeRequests().filter((request) => request.startsWith("GET"))).toEqual([
      "GET /v1/products/search",
      "GET /v1/prices/search",
    ]);
  });

  it("drops hits that differ in case, which Stripe's search does not tell apart", async ({
    world,
    billing,
  }) => {
    const twin = await world.addTenant("ACME");
    const { data } = await billing.forTenant("acme").listTenantProducts();

    expect(data.map(({ id }) => id)).not.toContain(twin.productId);
  });

  it("leaves out archived products unless asked for them", async ({ world, billing }) => {
    const shop = await world.addTenant("shop");
    await world.stripe.products.update(shop.productId, { active: false });
    const service = billing.forTenant("shop");
    const own = async (active: boolean | "all") =>
      (await service.listTenantProducts({ active })).data.filter(({ shared }) => !shared).map(({ id }) => id);

    expect([await own(true), await own(false), await own("all")]).toEqual([
      [],
      [shop.productId],
      [shop.productId],
    ]);
  });
});

describe("the bound tenant", () => {
  it.for([undefined, null, "", " ", "a b", "-a", "a'b", "a".repeat(256), "é", "a\n", 7, ["acme"]])(
    "is refused when it is %o",
    (tenantId, { billing }) => {
      expect(() => billing.forTenant(tenantId as never)).toThrow(
        expect.objectContaining({ code: "tenant_context" }),
      );
    },
  );

  it("is needed by every call", async ({ world, acme, billing }) => {
    await expect(billing.getSubscription(acme.subscriptionId)).rejects.toMatchObject({
      code: "tenant_context",
    });
    await expect(billing.listTenantProducts()).rejects.toMatchObject({ code: "tenant_context" });
    expect(world.takeRequests()).toEqual([]);
  });

  it("cannot be exchanged for another", async ({ world, acme, globex }) => {
    const bound = world.service({ tenantId: "acme" });
    expect(() => bound.forTenant("globex")).toThrow(expect.objectContaining({ code: "tenant_context" }));
    await expect(
      bound.createCustomerPortalSession({
        tenantId: "globex",
        customerId: globex.customerId,
        returnUrl: RETURN_URL,
      }),
    ).rejects.toMatchObject({ code: "tenant_context" });
    expect((await bound.forTenant("acme").getSubscription(acme.subscriptionId)).id).toBe(acme.subscriptionId);
  });
});
