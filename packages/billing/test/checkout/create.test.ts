import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ConflictError,
  InvalidArgumentError,
  NotFoundError,
  ReservedMetadataError,
  ReturnUrlNotAllowedError,
  type StripeBillingService,
} from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { RETURN_URL, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addMeteredPrice, addPlan, addPrice, type Plan } from "../subscriptions/plans.js";
import { payOnPage } from "./checkout-page.js";

const HOUR_MS = 3_600_000;

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let plan: Plan;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  plan = await addPlan(world, "acme");
});

beforeEach(async () => {
  billing = world.service().forTenant("acme");
  plan = await addPlan(world, "acme");
  world.takeRequests();
});

afterAll(() => world.close());

type Options = Readonly<Record<string, unknown>>;

function create(options: Options) {
  // Hostile options are of no type that it takes.
  return billing.createCheckoutSession({ customerId: acme.customerId, ...options } as never);
}

/** A price of the plan's product that is paid once. */
function payOnce() {
  return world.stripe.prices.create({ product: plan.productId, currency: "usd", unit_amount: 1500 });
}

function lastCreated() {
  return world.local.requests.findLast(
    ({ method, path }) => method === "POST" && path === "/v1/checkout/sessions",
  )?.params;
}

describe("createCheckoutSession", () => {
  it("opens a page to subscribe on, after it has proved what it names", async () => {
    const session = await create({
      priceId: plan.priceId,
      quantity: 3,
      successUrl: "/done?session={CHECKOUT_SESSION_ID}",
      cancelUrl: "https://app.example.com/plans",
      clientReferenceId: "sub_order-1",
      locale: "de",
      metadata: { campaign: "spring" },
    });

    expect(session).toMatchObject({
      mode: "subscription",
      status: "open",
      paymentStatus: "unpaid",
      customerId: acme.customerId,
      subscriptionId: null,
      amountTotal: 29_700,
      currency: "usd",
      clientReferenceId: "sub_order-1",
      metadata: { campaign: "spring" },
      livemode: false,
    });
    expect(session.url).toContain(world.local.url);
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBe(24 * HOUR_MS);
    expect(lastCreated()).toMatchObject({
      mode: "subscription",
      success_url: "https://app.example.com/done?session={CHECKOUT_SESSION_ID}",
      cancel_url: "https://app.example.com/plans",
      locale: "de",
      metadata: { tenantId: "acme", campaign: "spring" },
      subscription_data: { metadata: { tenantId: "acme", campaign: "spring" } },
    });
    const requests = world.takeRequests();
    expect(requests.slice(0, 4).sort()).toEqual([
      "GET /v1/checkout/sessions",
      `GET /v1/customers/${acme.customerId}`,
      `GET /v1/prices/${plan.priceId}`,
      "GET /v1/subscriptions",
    ]);
    expect(requests[4]).toBe("POST /v1/checkout/sessions");
    // Afterwards: is this the only page, and has nobody subscribed meanwhile?
    expect(requests.slice(5).sort()).toEqual(["GET /v1/checkout/sessions", "GET /v1/subscriptions"]);
  });

  it("goes on to the tenant's own subscription, once its customer has paid", async () => {
    const { id, url } = await create({
      priceId: plan.priceId,
      successUrl: "/done?session={CHECKOUT_SESSION_ID}",
      metadata: { campaign: "spring" },
    });
    expect(await payOnPage(url)).toBe(`https://app.example.com/done?session=${id}`);

    const result = await billing.getCheckoutSession(id);
    expect(result).toMatchObject({ status: "complete", paymentStatus: "paid", url: null });
    const subscription = await billing.getSubscription(result.subscriptionId ?? "");
    expect(subscription).toMatchObject({
      customerId: acme.customerId,
      status: "active",
      metadata: { campaign: "spring" },
      items: [{ price: { id: plan.priceId } }],
    });
    expect((await world.stripe.subscriptions.retrieve(subscription.id)).metadata).toMatchObject({
      tenantId: "acme",
    });
  });

  it("begins with a trial, without a card where none is needed yet", async () => {
    const { id, url, amountTotal } = await create({
      priceId: plan.priceId,
      trialDays: 14,
      trialWithoutPaymentMethod: "cancel",
      paymentMethodCollection: "if_required",
    });
    expect(amountTotal).toBe(0);
    await payOnPage(url);
    const { subscriptionId, paymentStatus } = await billing.getCheckoutSession(id);
    expect(paymentStatus).toBe("no_payment_required");
    expect(await billing.getSubscription(subscriptionId ?? "")).toMatchObject({ status: "trialing" });
  });

  it("takes a discount of the tenant's own, and shows what is due with it", async () => {
    const { id, amountTotal, url } = await create({
      priceId: plan.priceId,
      discount: { promotionCodeId: acme.promotionCodeId },
    });
    expect(amountTotal).toBe(7425);
    await payOnPage(url);
    const { invoiceId } = await billing.getCheckoutSession(id);
    expect((await world.stripe.invoices.retrieve(invoiceId ?? "")).amount_paid).toBe(7425);
  });

  it("takes a payment, and marks it as the tenant's", async () => {
    const once = await payOnce();
    const { id, url } = await create({ mode: "payment", priceId: once.id, metadata: { order: "7" } });
    await payOnPage(url);
    const paid = await billing.getCheckoutSession(id);
    expect(paid).toMatchObject({
      mode: "payment",
      paymentStatus: "paid",
      amountTotal: 1500,
      subscriptionId: null,
    });
    const intent = await world.stripe.paymentIntents.retrieve(paid.paymentIntentId ?? "");
    expect(intent.metadata).toEqual({ tenantId: "acme", order: "7" });
  });

  it("saves a card, and marks its setup as the tenant's", async () => {
    const { id, url, amountTotal } = await create({ mode: "setup", currency: "usd" });
    expect(amountTotal).toBeNull();
    await payOnPage(url, "pm_card_mastercard");
    const { setupIntentId, status } = await billing.getCheckoutSession(id);
    expect(status).toBe("complete");
    const intent = await world.stripe.setupIntents.retrieve(setupIntentId ?? "", {
      expand: ["payment_method"],
    });
    expect(intent).toMatchObject({
      metadata: { tenantId: "acme" },
      payment_method: { customer: acme.customerId, card: { brand: "mastercard" } },
    });
  });

  it("sells shared products too, and several prices at once", async () => {
    const shared = await addPlan(world, "acme", { mark: "*" });
    await create({ items: [{ priceId: shared.priceId }, { priceId: plan.priceId, quantity: 2 }] });
    expect(lastCreated()?.["line_items"]).toEqual([
      { price: shared.priceId, quantity: "1" },
      { price: plan.priceId, quantity: "2" },
    ]);
  });

  it("leads back to the settings' return URL where no other is named", async () => {
    await create({ priceId: plan.priceId });
    expect(lastCreated()).toMatchObject({ success_url: RETURN_URL, cancel_url: RETURN_URL });

    const service = world.service({
      portal: { returnUrl: "https://{tenant}.example.com/billing" },
    });
    await service.forTenant("acme").createCheckoutSession({
      customerId: acme.customerId,
      priceId: plan.priceId,
      successUrl: "/done",
    });
    expect(lastCreated()).toMatchObject({
      success_url: "https://acme.example.com/done",
      cancel_url: "https://acme.example.com/billing",
    });
  });

  it("says which page it has to be led back to, where nothing says so", async () => {
    billing = world
      .service({ portal: { allowedReturnOrigins: ["https://app.example.com"] } })
      .forTenant("acme");
    const successUrl = "https://app.example.com/done";
    for (const [options, name] of [
      [{}, "successUrl"],
      [{ successUrl }, "cancelUrl"],
      [{ uiMode: "embedded" }, "returnUrl"],
    ] as const) {
      await expect(create({ priceId: plan.priceId, ...options })).rejects.toThrow(
        `Give ${name}, or the settings portal.returnUrl.`,
      );
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("needs no customer's id where the directory names the only one", async () => {
    const { memoryDirectory, directoryTenancy } = await import("../../src/index.js");
    const directory = memoryDirectory();
    await directory.link("acme", acme.customerId);
    const service = world.service({ tenancy: directoryTenancy(directory) }).forTenant("acme");
    const session = await service.createCheckoutSession({ priceId: plan.priceId });
    expect(session.customerId).toBe(acme.customerId);
  });

  it("never shows the tenant's mark or its own, and takes neither from a caller", async () => {
    const { metadata } = await create({ priceId: plan.priceId });
    expect(metadata).toEqual({});
    for (const key of ["tenantId", "billingCheckout", "BillingCheckout"]) {
      world.takeRequests();
      const forged = { priceId: plan.priceId, metadata: { [key]: "globex" } };
      await expect(create(forged)).rejects.toThrow(ReservedMetadataError);
      expect(world.takeRequests()).toEqual([]);
    }
  });
});

describe("createCheckoutSession, of what it can be given", () => {
  it.each<[Options, object]>([
    [{ mode: "subscription" }, { mode: "subscription" }],
    [{ billingAddressCollection: "auto" }, { billing_address_collection: "auto" }],
    [{ paymentMethodCollection: "always" }, { payment_method_collection: "always" }],
    [{ customerUpdate: { address: "never" } }, { customer_update: { address: "never" } }],
    [{ automaticTax: true }, { automatic_tax: { enabled: "true" }, customer_update: { address: "auto" } }],
    [{ uiMode: "hosted" }, { success_url: RETURN_URL }],
    [
      { uiMode: "embedded", redirectOnCompletion: "always" },
      { redirect_on_completion: "always", return_url: RETURN_URL },
    ],
    [{ uiMode: "embedded", redirectOnCompletion: "never" }, { redirect_on_completion: "never" }],
  ])("sends %j as Stripe calls it", async (options, sent) => {
    await create({ priceId: plan.priceId, ...options });
    expect(lastCreated()).toMatchObject(sent);
  });

  it("lets the customer change the quantity, within bounds that are given or Stripe's own", async () => {
    const sentLine = async (options: Options) => {
      await create({ priceId: plan.priceId, allowSecond: true, ...options });
      return lastCreated()?.["line_items"];
    };
    const price = plan.priceId;
    expect(await sentLine({ quantity: 5, adjustableQuantity: { minimum: 5, maximum: 5 } })).toEqual([
      { price, quantity: "5", adjustable_quantity: { enabled: "true", minimum: "5", maximum: "5" } },
    ]);
    expect(await sentLine({ adjustableQuantity: { minimum: 0, maximum: 999_999 } })).toEqual([
      { price, quantity: "1", adjustable_quantity: { enabled: "true", minimum: "0", maximum: "999999" } },
    ]);
    expect(await sentLine({ quantity: 99, adjustableQuantity: {} })).toEqual([
      { price, quantity: "99", adjustable_quantity: { enabled: "true" } },
    ]);
    expect(await sentLine({ quantity: 100 })).toEqual([{ price, quantity: "100" }]);
  });

  it("sells a metered price in no quantity", async () => {
    const price = await addMeteredPrice(world, plan);
    await create({ priceId: price });
    expect(lastCreated()?.["line_items"]).toEqual([{ price }]);
  });

  it("takes a key of the caller's for one page alone", async () => {
    const wanted = { priceId: plan.priceId, allowSecond: true, idempotencyKey: `page of ${plan.priceId}` };
    const page = await create(wanted);
    await expect(create({ ...wanted, quantity: 2 })).rejects.toMatchObject({ code: "conflict" });
    expect(await create(wanted)).toEqual(page);
  });

  it("makes a paid invoice of a payment where it is told to, and only there", async () => {
    const { id: once } = await payOnce();
    await create({ mode: "payment", priceId: once, invoiceCreation: true, metadata: { order: "7" } });
    expect(lastCreated()).toMatchObject({
      invoice_creation: { enabled: "true", invoice_data: { metadata: { order: "7" } } },
    });
    await create({ mode: "payment", priceId: once, invoiceCreation: false });
    expect(lastCreated()).not.toHaveProperty("invoice_creation");
  });

  it("is open from half an hour to a day, to the millisecond", async () => {
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const clock = vi.spyOn(Date, "now").mockReturnValue(now);
    try {
      for (const inMs of [HOUR_MS / 2, 24 * HOUR_MS]) {
        await create({ priceId: plan.priceId, allowSecond: true, expiresAt: new Date(now + inMs) });
        expect(lastCreated()).toMatchObject({ expires_at: String((now + inMs) / 1_000) });
      }
      for (const inMs of [HOUR_MS / 2 - 1, 24 * HOUR_MS + 1]) {
        await expect(
          create({ priceId: plan.priceId, allowSecond: true, expiresAt: new Date(now + inMs) }),
        ).rejects.toThrow("expiresAt must be a Date from 30 minutes to 24 hours from now.");
      }
    } finally {
      clock.mockRestore();
    }
  });

  it("has a reference of up to 200 characters", async () => {
    const clientReferenceId = `a-_${"9".repeat(197)}`;
    expect(await create({ priceId: plan.priceId, clientReferenceId })).toMatchObject({ clientReferenceId });
  });

  it("looks for no subscription where nothing is sold by one", async () => {
    const { customerId } = acme;
    const { id: once } = await payOnce();
    world.takeRequests();
    await create({ mode: "payment", priceId: once });
    const list = "GET /v1/checkout/sessions";
    const reads = [list, `GET /v1/customers/${customerId}`, `GET /v1/prices/${once}`];
    const requests = world.takeRequests();
    expect(requests.slice(0, 3).toSorted()).toEqual(reads);
    expect(requests.slice(3)).toEqual(["POST /v1/checkout/sessions", list]);

    await create({ mode: "setup", currency: "usd" });
    expect(world.takeRequests().filter((request) => request.includes("subscriptions"))).toEqual([]);
  });

  it.each(["auto", "de", "en-GB", "fil", "zh-HK", "es-419"])("speaks %s", async (locale) => {
    await create({ priceId: plan.priceId, locale });
    expect(lastCreated()).toMatchObject({ locale });
  });

  it("says that Stripe made a session that cannot be shown", async () => {
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const response = await send();
      if (method !== "POST" || path !== "/v1/checkout/sessions") return response;
      return answer(200, { ...(await response.toJSON()), url: null });
    });
    const { priceId } = plan;
    await expect(
      world
        .service({ stripe })
        .forTenant("acme")
        .createCheckoutSession({ customerId: acme.customerId, priceId }),
    ).rejects.toMatchObject({
      code: "stripe_unavailable",
      message: expect.stringContaining("cannot be shown"),
    });
  });
});

describe("promotion codes that customers type", () => {
  it("are let in where the settings say that they are for all tenants", async () => {
    billing = world.service({ catalog: { promotionCodes: "shared" } }).forTenant("acme");
    await create({ priceId: plan.priceId, allowPromotionCodes: true });
    expect(lastCreated()).toMatchObject({ allow_promotion_codes: "true" });
  });

  it("are let in by no other word of the settings", () => {
    for (const promotionCodes of [true, "all", ""]) {
      expect(() => world.service({ catalog: { promotionCodes } as never })).toThrow(
        'catalog.promotionCodes must be "shared", or left out.',
      );
    }
  });
});

describe("what createCheckoutSession refuses", () => {
  it("a trial that is too short, before any write", async () => {
    const trialEnd = new Date(Date.now() + 47 * HOUR_MS);
    await expect(create({ priceId: "price_1", trialEnd })).rejects.toThrow("at least 48 hours from now");
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("a foreign price, product, coupon and promotion code, as if they were missing", async () => {
    const foreign = await addPlan(world, "globex");
    const unmarked = await world.stripe.coupons.create({ percent_off: 10 });
    for (const options of [
      { priceId: foreign.priceId },
      { priceId: "price_missing" },
      { priceId: plan.priceId, discount: { promotionCodeId: globex.promotionCodeId } },
      { priceId: plan.priceId, discount: { couponId: unmarked.id } },
      { priceId: plan.priceId, customerId: globex.customerId },
    ]) {
      await expect(create(options)).rejects.toThrow(NotFoundError);
    }
    expect(world.takeRequests().filter((request) => request.startsWith("POST /v1/checkout"))).toEqual([]);
  });

  it("a price that is archived, or whose product is", async () => {
    const archived = await addPrice(world, plan);
    await world.stripe.prices.update(archived, { active: false });
    await expect(create({ priceId: archived })).rejects.toThrow(ConflictError);
    const gone = await addPlan(world, "acme");
    await world.stripe.products.update(gone.productId, { active: false });
    await expect(create({ priceId: gone.priceId })).rejects.toThrow(ConflictError);
  });

  it("a price that is paid otherwise than the mode wants", async () => {
    const once = await payOnce();
    await expect(create({ priceId: once.id })).rejects.toThrow(InvalidArgumentError);
    await expect(create({ mode: "payment", priceId: plan.priceId })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("one of these is recurring"),
    });
  });

  it("what comes after the page that it made, and says so", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    await create({ priceId: plan.priceId });
    const stripe = clientThat(world.local, async ({ path }, send) =>
      path.endsWith("/expire") ? answer(403, { error: { type: "invalid_request_error" } }) : send(),
    );
    billing = world.service({ stripe }).forTenant("acme");
    await expect(create({ priceId: yearly })).rejects.toMatchObject({
      code: "indeterminate",
      completed: ["the new page"],
      failed: "the end of the older pages",
    });
  });

  it.each(["successUrl", "cancelUrl"])("a %s that leads elsewhere, before anything is sent", async (name) => {
    for (const url of ["https://evil.example/done", "//evil.example", "javascript:alert(1)", 7]) {
      const refused = create({ priceId: plan.priceId, [name]: url });
      await expect(refused).rejects.toThrow(ReturnUrlNotAllowedError);
      await expect(refused).rejects.toThrow(name);
    }
    expect(world.takeRequests()).toEqual([]);
  });
});
