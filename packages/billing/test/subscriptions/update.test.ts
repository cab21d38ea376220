import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService, type UpdateSubscriptionOptions } from "../../src/index.js";
import { clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addCard, addMeteredPrice, addPlan, addPrice, type Plan } from "./plans.js";

const DAY_MS = 86_400_000;

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let pro: Plan;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  globex = await world.addTenant("globex");
  pro = await addPlan(world, "acme");
});

beforeEach(async () => {
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

describe("updateSubscription, of the only item", () => {
  it("changes the plan and keeps the item and its quantity", async () => {
    const changed = await update({ priceId: pro.priceId });

    expect(changed.items).toMatchObject([{ id: acme.itemId, quantity: 3, price: { id: pro.priceId } }]);
    const [price, subscription, ...writes] = world.takeRequests();
    expect([price, subscription].sort()).toEqual([
      `GET /v1/prices/${pro.priceId}`,
      `GET /v1/subscriptions/${acme.subscriptionId}`,
    ]);
    expect(writes).toEqual([`POST /v1/subscriptions/${acme.subscriptionId}`]);
  });

  it("changes the quantity and keeps the plan, in two requests", async () => {
    const changed = await update({ quantity: 12 });

    expect(changed.items).toMatchObject([{ id: acme.itemId, quantity: 12, price: { id: acme.priceId } }]);
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${acme.subscriptionId}`,
      `POST /v1/subscriptions/${acme.subscriptionId}`,
    ]);
  });

  it("keeps a price that is archived where only the quantity changes, named or not", async () => {
    const legacy = await addPrice(world, acme);
    await world.stripe.subscriptions.update(acme.subscriptionId, {
      items: [{ id: acme.itemId, price: legacy }],
    });
    await world.stripe.prices.update(legacy, { active: false });

    expect((await update({ quantity: 2 })).items[0]?.quantity).toBe(2);
    expect((await update({ priceId: legacy, quantity: 4 })).items[0]?.quantity).toBe(4);
  });

  it("moves between licensed and metered prices, with and without a quantity", async () => {
    const metered = await addMeteredPrice(world, acme);
    expect((await update({ priceId: metered })).items).toMatchObject([{ id: acme.itemId, quantity: null }]);
    await expect(update({ quantity: 2 })).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await update({ priceId: acme.priceId, quantity: 5 })).items).toMatchObject([{ quantity: 5 }]);
  });
});

describe("updateSubscription, of several items", () => {
  let addOn: string;

  beforeEach(async () => {
    addOn = (await addPlan(world, "acme", { unitAmount: 500 })).priceId;
    await update({ items: [{ add: addOn, quantity: 2 }] });
    world.takeRequests();
  });

  it("changes one, by its id or by the price it has, and leaves the others alone", async () => {
    const byId = await update({ items: [{ change: acme.itemId, priceId: pro.priceId }] });
    expect(pricesAndQuantities(byId)).toEqual([
      [pro.priceId, 3],
      [addOn, 2],
    ]);
    const byPrice = await update({ items: [{ change: { priceId: addOn }, quantity: 7 }] });
    expect(pricesAndQuantities(byPrice)).toEqual([
      [pro.priceId, 3],
      [addOn, 7],
    ]);
  });

  it("changes, adds and takes away at once", async () => {
    const other = await addPlan(world, "acme");
    const changed = await update({
      items: [{ change: acme.itemId, quantity: 1 }, { add: other.priceId }, { remove: { priceId: addOn } }],
    });
    expect(pricesAndQuantities(changed)).toEqual([
      [acme.priceId, 1],
      [other.priceId, 1],
    ]);
  });

  it("refuses a plan or quantity that does not say for which item it is", async () => {
    for (const change of [{ priceId: pro.priceId }, { quantity: 2 }]) {
      await expect(update(change)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("several items"),
      });
    }
    expect(writes()).toEqual([]);
  });

  it("refuses to add a price twice, to name one item twice, and to take the last one away", async () => {
    await expect(update({ items: [{ add: addOn }] })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Change its quantity"),
    });
    await expect(update({ items: [{ change: acme.itemId }] })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("needs a priceId or a quantity"),
    });
    const twice = [{ change: acme.itemId, quantity: 1 }, { remove: { priceId: acme.priceId } }];
    await expect(update({ items: twice })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("at most once"),
    });
    const all = [{ remove: acme.itemId }, { remove: { priceId: addOn } }];
    await expect(update({ items: all })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("at least one item"),
    });
    expect(writes()).toEqual([]);
  });

  it("gives one error for an item of another subscription, of another tenant's, and a missing one", async () => {
    const other = await billing.createSubscription({ customerId: acme.customerId, priceId: pro.priceId });
    world.takeRequests();
    const errors = await Promise.all(
      [other.items[0]?.id ?? "", globex.itemId, "si_missing"].map((change) =>
        update({ items: [{ change, quantity: 2 }] }).then(undefined, (error: unknown) => error),
      ),
    );
    expect(errors[0]).toBeInstanceOf(NotFoundError);
    expect(errors[1]).toStrictEqual(errors[0]);
    expect(errors[2]).toStrictEqual(errors[0]);
    expect(writes()).toEqual([]);
  });
});

describe("updateSubscription, of other things", () => {
  it("ends a trial, or makes it end on a date", async () => {
    const trialEnd = new Date(Math.ceil(Date.now() / 1000) * 1000 + 9 * DAY_MS);
    const extended = await update({ trialEnd });
    expect(extended).toMatchObject({ status: "trialing", trialEndsAt: trialEnd });
    expect(extended.items[0]?.quantity).toBe(3);
    expect(await update({ trialEnd: "now" })).toMatchObject({ status: "active" });
  });

  it("merges metadata, in a subscription that has ended too", async () => {
    expect((await update({ metadata: { seats: "9", seatPlan: null } })).metadata).toMatchObject({
      seats: "9",
    });
    await world.stripe.subscriptions.cancel(acme.subscriptionId);
    const ended = await update({ metadata: { seats: "0" } });
    expect(ended).toMatchObject({ status: "canceled", metadata: { seats: "0" } });
    expect(ended.metadata).not.toHaveProperty("seatPlan");
    await expect(update({ quantity: 2 })).rejects.toMatchObject({ code: "conflict" });
  });

  it("sets the payment method to one of its customer's, and to no other", async () => {
    const own = await addCard(world, acme.customerId);
    expect((await update({ defaultPaymentMethodId: own })).defaultPaymentMethodId).toBe(own);

    const sibling = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    const siblings = await addCard(world, sibling.id);
    await expect(update({ defaultPaymentMethodId: siblings })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("of the subscription's customer"),
    });
    await expect(update({ defaultPaymentMethodId: globex.paymentMethodId })).rejects.toThrow(NotFoundError);
  });

  it("sends nothing but what is named", async () => {
    for (const [options, sent] of [
      [{ when: "now", quantity: 2 }, { items: [{ id: acme.itemId, quantity: "2" }] }],
      [
        { metadata: { a: "1" }, proration: "create_prorations" },
        { metadata: { a: "1" }, proration_behavior: "create_prorations" },
      ],
      [
        { defaultPaymentMethodId: acme.paymentMethodId, paymentBehavior: "allow_incomplete" },
        { default_payment_method: acme.paymentMethodId, payment_behavior: "allow_incomplete" },
      ],
      [{ discounts: [] }, { discounts: "" }],
    ] as const) {
      world.local.clearRequests();
      await update(options);
      const { expand: _, ...params } = world.local.requests.at(-1)?.params ?? {};
      expect(params).toEqual(sent);
    }
  });

  it("drops what is scheduled in one write, and writes nothing where nothing is", async () => {
    const { subscriptionId } = acme;
    const read = `GET /v1/subscriptions/${subscriptionId}`;
    await update({ scheduledChange: null });
    expect(world.takeRequests()).toEqual([read]);
    await update({ quantity: 9, when: "period_end" });
    world.takeRequests();
    await update({ scheduledChange: null });
    expect(world.takeRequests()).toEqual([
      read,
      expect.stringMatching(/^POST \/v1\/subscription_schedules\/\w+\/release$/),
    ]);
  });

  it("reads a price beside the subscription that it is for", async () => {
    for (const change of [{ priceId: pro.priceId }, { items: [{ add: pro.priceId }] }]) {
      const { id } = await world.stripe.subscriptions.create({
        customer: acme.customerId,
        items: [{ price: acme.priceId }],
      });
      let priceIsAsked: () => void = () => undefined;
      const asked = new Promise<void>((resolve) => {
        priceIsAsked = resolve;
      });
      const stripe = clientThat(world.local, async ({ method, path }, send) => {
        if (path.startsWith(`/v1/prices/${pro.priceId}`)) priceIsAsked();
        if (method === "GET" && path.startsWith("/v1/subscriptions/")) await asked;
        return send();
      });
      const service = world.service({ stripe }).forTenant("acme");
      await expect(service.updateSubscription(id, { ...change, timeoutMs: 20_000 })).resolves.toBeDefined();
    }
  });

  it("ends a trial at no moment that has passed", async () => {
    await expect(update({ trialEnd: new Date(Date.now() - 1_000) })).rejects.toMatchObject({
      code: "invalid_argument",
      message: 'trialEnd must be a Date in the future. Use "now" to end the trial at once.',
    });
    expect(writes()).toEqual([]);
  });

  it("changes metadata alone of what has ended", async () => {
    await world.stripe.subscriptions.cancel(acme.subscriptionId);
    for (const change of [
      { quantity: 2 },
      { defaultPaymentMethodId: acme.paymentMethodId },
      { metadata: { a: "1" }, when: "period_end" },
    ] as const) {
      await expect(update(change)).rejects.toMatchObject({
        code: "conflict",
        message: "The subscription has ended, so only its metadata can change. Create a new one.",
      });
    }
    expect(writes()).toEqual([]);
  });

  it("refuses prices of others and of nobody, and those archived", async () => {
    const nobodys = await addPlan(world, "acme", { mark: "" });
    for (const priceId of [globex.priceId, nobodys.priceId, "price_missing"]) {
      await expect(update({ priceId })).rejects.toThrow(NotFoundError);
      await expect(update({ items: [{ add: priceId }] })).rejects.toThrow(NotFoundError);
    }
    const archived = await addPrice(world, acme);
    await world.stripe.prices.update(archived, { active: false });
    await expect(update({ priceId: archived })).rejects.toMatchObject({ code: "conflict" });
    expect(writes().filter((request) => request.includes("subscriptions"))).toEqual([]);
  });

  it("refuses another tenant's subscription with the error of a missing one, whatever the change", async () => {
    for (const id of [globex.subscriptionId, "sub_missing"]) {
      await expect(billing.updateSubscription(id, { quantity: 2 })).rejects.toThrow(NotFoundError);
    }
    expect(writes()).toEqual([]);
  });
});

describe("updateSubscription, and its payment", () => {
  // At the very beginning of a period there is nothing to prorate.
  beforeEach(() => world.local.advanceBy(DAY_MS));

  it("bills at once where it is told to, and says what is left to the customer", async () => {
    await world.stripe.subscriptions.update(acme.subscriptionId, {
      default_payment_method: await addCard(world, acme.customerId, "authenticationRequired"),
    });
    const changed = await update({ quantity: 30, proration: "always_invoice" });

    expect(changed).toMatchObject({
      status: "past_due",
      pendingPayment: { kind: "payment", currency: "usd" },
    });
    expect(changed.pendingPayment?.clientSecret).toMatch(/_secret_/);
  });

  it("makes the change only once it is paid, where it is told to wait for that", async () => {
    await world.stripe.subscriptions.update(acme.subscriptionId, {
      default_payment_method: await addCard(world, acme.customerId, "authenticationRequired"),
    });
    const waiting = await update({
      quantity: 30,
      proration: "always_invoice",
      paymentBehavior: "pending_if_incomplete",
    });

    expect(waiting).toMatchObject({
      status: "active",
      items: [{ quantity: 3 }],
      pendingPayment: { kind: "payment" },
    });
    expect(waiting.pendingUpdateExpiresAt).toBeInstanceOf(Date);
  });

  it("changes nothing when it is to fail unless it is paid", async () => {
    const declined = await addCard(world, acme.customerId, "chargeCustomerFail");
    const before = await billing.getSubscription(acme.subscriptionId);
    await expect(
      update({
        quantity: 30,
        defaultPaymentMethodId: declined,
        metadata: { tier: "large" },
        proration: "always_invoice",
        paymentBehavior: "error_if_incomplete",
      }),
    ).rejects.toMatchObject({ code: "payment_required" });
    expect(await billing.getSubscription(acme.subscriptionId)).toEqual(before);
  });

  it("knows its own work again by its key, and no other call does", async () => {
    const change = { items: [{ change: { priceId: acme.priceId }, priceId: pro.priceId, quantity: 4 }] };
    const keyed = { ...change, idempotencyKey: "to-pro" };
    const made = await update(keyed);
    world.takeRequests();
    expect(await update(keyed)).toEqual(made);
    await expect(update(change)).rejects.toThrow(NotFoundError);
    await expect(update({ ...keyed, metadata: { a: "1" } })).rejects.toThrow(NotFoundError);
    expect(writes()).toEqual([]);
  });

  it("makes one change for one idempotency key, kept apart from cancellations under the same", async () => {
    const idempotencyKey = "change-1";
    const [one, two] = await Promise.all([
      update({ quantity: 8, idempotencyKey }),
      update({ quantity: 8, idempotencyKey }),
    ]);
    expect(two).toEqual(one);
    await expect(update({ quantity: 9, idempotencyKey })).rejects.toMatchObject({ code: "conflict" });
    await billing.cancelSubscription(acme.subscriptionId, { idempotencyKey });
    await billing.resumeSubscription(acme.subscriptionId, { idempotencyKey });
  });
});

describe("updateSubscription, before anything is sent", () => {
  it("refuses both a price and items once it has read the subscription, which it needs for that", async () => {
    const both = { priceId: "price_1", items: [{ remove: "si_1" }] };
    await expect(update(both)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("not both"),
    });
    expect(world.takeRequests()).toHaveLength(1);
  });

  it("refuses metadata that names the tenant", async () => {
    await expect(update({ metadata: { tenantId: "globex" } })).rejects.toMatchObject({
      code: "reserved_metadata",
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

function update(options: UpdateSubscriptionOptions) {
  return billing.updateSubscription(acme.subscriptionId, options);
}

function writes(): string[] {
  return world.takeRequests().filter((request) => request.startsWith("POST"));
}

function pricesAndQuantities({
  items,
}: {
  items: readonly { price: { id: string }; quantity: number | null }[];
}) {
  return items.map(({ price, quantity }) => [price.id, quantity]);
}
