import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CreateSubscriptionOptions, NotFoundError, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addCard, addMeteredPrice, addPlan, addPrice, type Plan } from "./plans.js";

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

beforeEach(() => {
  billing = world.service().forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

describe("createSubscription", () => {
  it("subscribes a customer to a price of the tenant's, after it has proved what it names", async () => {
    const made = await create({ priceId: plan.priceId, quantity: 4, metadata: { seats: "team" } });

    expect(made).toMatchObject({
      customerId: acme.customerId,
      status: "active",
      items: [{ quantity: 4, price: { id: plan.priceId, productId: plan.productId } }],
      metadata: { seats: "team" },
      pendingPayment: null,
      scheduledChange: null,
    });
    const [proof, price, subscriptions, ...writes] = world.takeRequests();
    expect([proof, price, subscriptions].sort()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      `GET /v1/prices/${plan.priceId}`,
      "GET /v1/subscriptions",
    ]);
    expect(writes).toEqual([
      "POST /v1/subscriptions",
      // Afterwards: no page is to stay open that sells the same.
      "GET /v1/checkout/sessions",
    ]);
  });

  it("takes as much metadata as may be given", async () => {
    const { customerId, priceId } = await world.addTenant("wordy");
    const metadata = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`key${index}`, "value"]));
    const options = { customerId, priceId, metadata, allowSecond: true };
    const made = await world.service().forTenant("wordy").createSubscription(options);
    expect(made.metadata).toEqual(metadata);
  });

  it("takes three requests for one price where a second is allowed, also once the customer is known", async () => {
    const { customerId, priceId } = await world.addTenant("warm");
    const service = world.service().forTenant("warm");
    await service.getCustomer(customerId);
    world.takeRequests();
    await service.createSubscription({ customerId, priceId, allowSecond: true });
    expect(world.takeRequests()).toEqual([
      `GET /v1/prices/${priceId}`,
      `GET /v1/customers/${customerId}`,
      "POST /v1/subscriptions",
    ]);
  });

  it("sends nothing but what is named", async () => {
    const { priceId } = await newPlan();
    for (const [options, sent] of [
      [{}, {}],
      [{ automaticTax: false }, { automatic_tax: { enabled: "false" } }],
      [{ paymentBehavior: "allow_incomplete" }, { payment_behavior: "allow_incomplete" }],
      [{ daysUntilDue: 0 }, { collection_method: "send_invoice", days_until_due: "0" }],
      [{ daysUntilDue: 365 }, { collection_method: "send_invoice", days_until_due: "365" }],
      [{ metadata: {} }, {}],
    ] as const) {
      world.local.clearRequests();
      await create({ priceId, allowSecond: true, ...options });
      const { expand: _, metadata, ...params } = world.local.requests.at(-1)?.params ?? {};
      expect(params).toEqual({ customer: acme.customerId, items: [{ price: priceId }], ...sent });
      expect(metadata).toEqual({ billingCall: expect.any(String) });
    }
  });

  it("sells shared products too, and several prices at once", async () => {
    const shared = await addPlan(world, "acme", { mark: "*" });
    const other = await addPlan(world, "acme");
    const made = await create({
      items: [{ priceId: shared.priceId }, { priceId: other.priceId, quantity: 2 }],
    });

    expect(made.items.map(({ price, quantity }) => [price.id, quantity])).toEqual([
      [shared.priceId, 1],
      [other.priceId, 2],
    ]);
  });

  it("takes its own result for no second subscription when it is called again with its key", async () => {
    const { customerId, priceId } = await world.addTenant("again");
    await world.stripe.subscriptions.cancel(
      (await world.stripe.subscriptions.list({ customer: customerId })).data[0]?.id ?? "",
    );
    const call = (options: object) =>
      world
        .service()
        .forTenant("again")
        .createSubscription({ customerId, priceId, idempotencyKey: "order-7", ...options });
    const made = await call({ metadata: { seats: "team" } });
    world.takeRequests();

    expect(await call({ metadata: { seats: "team" } })).toEqual(made);
    expect(made.metadata).toEqual({ seats: "team" });
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
    await expect(call({ metadata: { seats: "solo" } })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("used before with other parameters"),
    });
    await expect(call({ idempotencyKey: "order-8" })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: made.id,
    });
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("refuses a second current subscription to the same product, and says which is in the way", async () => {
    const { priceId, productId } = await addPlan(world, "acme");
    const yearly = await addPrice(world, { productId }, { recurring: { interval: "year" } });
    const first = await create({ priceId });
    world.takeRequests();

    await expect(create({ priceId: yearly })).rejects.toMatchObject({
      name: "ConflictError",
      code: "conflict",
      conflictingId: first.id,
    });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
    expect((await create({ priceId: yearly, allowSecond: true })).id).not.toBe(first.id);
  });

  it("finds the one in the way on whichever page it is", async () => {
    const crowded = await world.addTenant("crowded");
    const many = await addPlan(world, "crowded");
    for (let i = 0; i < 101; i++) {
      await world.stripe.subscriptions.create({
        customer: crowded.customerId,
        items: [{ price: many.priceId }],
      });
    }
    const { customerId, priceId, subscriptionId } = crowded;
    await expect(
      world.service().forTenant("crowded").createSubscription({ customerId, priceId }),
    ).rejects.toMatchObject({ code: "conflict", conflictingId: subscriptionId });
  });

  it("sells again what has ended", async () => {
    const { priceId } = await addPlan(world, "acme");
    const first = await create({ priceId });
    await world.stripe.subscriptions.cancel(first.id);

    expect((await create({ priceId })).status).toBe("active");
  });

  it("makes one subscription for one idempotency key, whoever comes first", async () => {
    const { priceId } = await addPlan(world, "acme");
    const options = { priceId, allowSecond: true, idempotencyKey: "order-1" };
    const [one, two] = await Promise.all([create(options), create(options)]);

    expect(two).toEqual(one);
    await expect(create({ ...options, quantity: 2 })).rejects.toMatchObject({ code: "conflict" });
  });

  it("gives one error for another tenant's, nobody's and missing prices, and writes nothing", async () => {
    const nobodys = await addPlan(world, "acme", { mark: "" });
    const errors = await Promise.all(
      [globex.priceId, nobodys.priceId, "price_missing"].map((priceId) =>
        create({ items: [{ priceId: plan.priceId }, { priceId }] }).then(
          undefined,
          (error: unknown) => error,
        ),
      ),
    );
    expect(errors[0]).toBeInstanceOf(NotFoundError);
    expect(errors[1]).toStrictEqual(errors[0]);
    expect(errors[2]).toStrictEqual(errors[0]);
    await expect(
      billing.createSubscription({ customerId: globex.customerId, priceId: plan.priceId }),
    ).rejects.toThrow(NotFoundError);
    expect(world.takeRequests().filter((request) => request === "POST /v1/subscriptions")).toEqual([]);
  });

  it("refuses prices that are archived, of archived products, or paid once", async () => {
    const { productId } = await addPlan(world, "acme");
    const archived = await addPrice(world, { productId });
    await world.stripe.prices.update(archived, { active: false });
    await expect(create({ priceId: archived })).rejects.toMatchObject({ code: "conflict" });

    const once = await world.stripe.prices.create({ currency: "usd", unit_amount: 100, product: productId });
    await expect(create({ priceId: once.id })).rejects.toMatchObject({ code: "invalid_argument" });

    const withdrawn = await addPlan(world, "acme");
    await world.stripe.products.update(withdrawn.productId, { active: false });
    await expect(create({ priceId: withdrawn.priceId })).rejects.toMatchObject({ code: "conflict" });
  });

  it("refuses a quantity for a metered price", async () => {
    const priceId = await addMeteredPrice(world, plan);
    await expect(create({ priceId, quantity: 2 })).rejects.toMatchObject({ code: "invalid_argument" });
  });
});

describe("createSubscription, with a trial", () => {
  it("begins one of so many days, or to a date", async () => {
    const days = await create({ ...(await newPlan()), trialDays: 14, trialWithoutPaymentMethod: "pause" });
    expect(days.status).toBe("trialing");
    expect(days.trialEndsAt?.getTime()).toBeCloseTo(Date.now() + 14 * 86_400_000, -4);
    const raw = await world.stripe.subscriptions.retrieve(days.id);
    expect(raw.trial_settings?.end_behavior.missing_payment_method).toBe("pause");

    const trialEnd = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000);
    expect((await create({ ...(await newPlan()), trialEnd })).trialEndsAt).toEqual(trialEnd);
  });
});

describe("createSubscription, with a payment method", () => {
  it("charges the one that is given, when it is the customer's", async () => {
    const defaultPaymentMethodId = await addCard(world, acme.customerId);
    const made = await create({ ...(await newPlan()), defaultPaymentMethodId });

    expect(made).toMatchObject({ status: "active", defaultPaymentMethodId });
  });

  it("refuses those of another customer, of another tenant, of nobody, and missing ones", async () => {
    const sibling = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    const siblings = await addCard(world, sibling.id);
    await expect(create({ ...(await newPlan()), defaultPaymentMethodId: siblings })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    const foreign = await addCard(world, globex.customerId);
    const detached = await addCard(world, acme.customerId);
    await world.stripe.paymentMethods.detach(detached);
    for (const defaultPaymentMethodId of [foreign, detached, "pm_missing"]) {
      await expect(create({ ...(await newPlan()), defaultPaymentMethodId })).rejects.toThrow(NotFoundError);
    }
  });

  it("begins no discount of another tenant's, nor one that is nobody's or missing", async () => {
    const unmarked = await world.stripe.coupons.create({ percent_off: 10 });
    const priced = await newPlan();
    for (const discount of [
      { couponId: globex.couponId },
      { promotionCodeId: globex.promotionCodeId },
      { couponId: unmarked.id },
      { promotionCodeId: "promo_missing" },
    ]) {
      await expect(create({ ...priced, discounts: [discount] })).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(create({ ...priced, discounts: [{ couponId: acme.couponId }] })).resolves.toBeDefined();
  });

  it("leaves it incomplete when the bank wants the customer's word, and says how to go on", async () => {
    const defaultPaymentMethodId = await addCard(world, acme.customerId, "authenticationRequired");
    const made = await create({ ...(await newPlan()), defaultPaymentMethodId });

    expect(made.status).toBe("incomplete");
    expect(made.pendingPayment).toMatchObject({ kind: "payment", amountDue: 9900, currency: "usd" });
    expect(made.pendingPayment?.clientSecret).toMatch(/_secret_/);
  });

  it("waits for the customer's browser where it is told to", async () => {
    const made = await create({ ...(await newPlan()), paymentBehavior: "default_incomplete" });

    expect(made).toMatchObject({ status: "incomplete", pendingPayment: { kind: "payment" } });
    const raw = await world.stripe.subscriptions.retrieve(made.id);
    expect(raw.payment_settings?.save_default_payment_method).toBe("on_subscription");
  });

  it("shows the client secret to whoever asks for it by name, and in no log, JSON or copy", async () => {
    const made = await create({ ...(await newPlan()), paymentBehavior: "default_incomplete" });
    const secret = made.pendingPayment?.clientSecret ?? "";

    expect(secret).not.toBe("");
    for (const shown of [
      JSON.stringify(made),
      inspect(made, { depth: 9 }),
      JSON.stringify({ ...made.pendingPayment }),
    ]) {
      expect(shown).not.toContain(secret);
    }
    expect(Object.isFrozen(made.pendingPayment)).toBe(true);
  });

  it("makes none when it is to fail unless it is paid", async () => {
    const defaultPaymentMethodId = await addCard(world, acme.customerId, "chargeCustomerFail");
    const { priceId } = await newPlan();
    const paymentBehavior = "error_if_incomplete";
    await expect(create({ priceId, defaultPaymentMethodId, paymentBehavior })).rejects.toMatchObject({
      code: "payment_required",
    });
    expect((await create({ priceId })).status).toBe("active");
  });

  it("sends invoices in place of charging, with days to pay them in", async () => {
    const made = await create({ ...(await newPlan()), daysUntilDue: 30 });
    const raw = await world.stripe.subscriptions.retrieve(made.id);
    expect(raw).toMatchObject({ collection_method: "send_invoice", days_until_due: 30 });
  });
});

describe("createSubscription, before anything is sent", () => {
  const priceId = "price_1";
  it("refuses metadata that names the tenant", async () => {
    await expect(create({ priceId, metadata: { tenantId: "globex" } })).rejects.toMatchObject({
      code: "reserved_metadata",
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

function create(options: CreateSubscriptionOptions) {
  return billing.createSubscription({ customerId: acme.customerId, ...options });
}

async function newPlan(): Promise<{ priceId: string }> {
  const { priceId } = await addPlan(world, "acme");
  return { priceId };
}
