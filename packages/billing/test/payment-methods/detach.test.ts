import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService } from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addCard } from "../subscriptions/plans.js";

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

describe("detachPaymentMethod", () => {
  it("takes it away from its customer, once it is seen that nothing is charged on it", async () => {
    const detached = await billing.detachPaymentMethod(acme.paymentMethodId);

    expect(world.takeRequests()).toEqual([
      `GET /v1/payment_methods/${acme.paymentMethodId}`,
      "GET /v1/subscriptions",
      `POST /v1/payment_methods/${acme.paymentMethodId}`,
      `POST /v1/payment_methods/${acme.paymentMethodId}/detach`,
    ]);
    expect(detached).toMatchObject({ id: acme.paymentMethodId, customerId: null, isDefault: false });
    expect((await billing.listPaymentMethods(acme.customerId)).data).toEqual([]);
  });

  it("refuses one that a subscription is charged on, and names the subscription", async () => {
    await world.stripe.subscriptions.update(acme.subscriptionId, {
      default_payment_method: acme.paymentMethodId,
    });
    await expectInUse();
  });

  it("refuses the customer's default, where a subscription is charged on that", async () => {
    await billing.setDefaultPaymentMethod(acme.paymentMethodId);
    await expectInUse();
  });

  it("takes the customer's default away where every subscription has its own, is invoiced or has ended", async () => {
    await billing.setDefaultPaymentMethod(acme.paymentMethodId);
    const own = await addCard(world, acme.customerId);
    await world.stripe.subscriptions.update(acme.subscriptionId, { default_payment_method: own });
    const items = [{ price: acme.otherPriceId }];
    const { customerId: customer } = acme;
    const gone = await world.stripe.subscriptions.create({ customer, items });
    await world.stripe.subscriptions.cancel(gone.id);
    await world.stripe.subscriptions.create({
      customer,
      items,
      collection_method: "send_invoice",
      days_until_due: 30,
    });

    expect(await billing.detachPaymentMethod(acme.paymentMethodId)).toMatchObject({ customerId: null });
    expect((await billing.getCustomer(customer)).defaultPaymentMethodId).toBeNull();
  });

  it.each([
    [1, { code: "not_found" }],
    [2, { code: "indeterminate", failed: "the detachment", cause: { code: "not_found" } }],
  ])(
    "tells of one that another call has detached before its write %i as if it had been so",
    async (nth, told) => {
      const paymentMethodId = await addCard(world, acme.customerId);
      let writes = 0;
      const stripe = clientThat(world.local, async ({ method }, send) => {
        if (method === "POST" && ++writes === nth) await world.stripe.paymentMethods.detach(paymentMethodId);
        return send();
      });
      const overtaken = world.service({ stripe }).forTenant("acme");
      await expect(overtaken.detachPaymentMethod(paymentMethodId)).rejects.toMatchObject(told);
    },
  );

  it("detaches what is in use when told to, in three requests", async () => {
    await billing.setDefaultPaymentMethod(acme.paymentMethodId);
    world.takeRequests();
    await billing.detachPaymentMethod(acme.paymentMethodId, { allowInUse: true });

    expect(world.takeRequests()).toEqual([
      `GET /v1/payment_methods/${acme.paymentMethodId}`,
      `POST /v1/payment_methods/${acme.paymentMethodId}`,
      `POST /v1/payment_methods/${acme.paymentMethodId}/detach`,
    ]);
  });

  it("finds one that is detached for the retry of the same call, and for nobody else", async () => {
    const idempotencyKey = "the key";
    const detached = await billing.detachPaymentMethod(acme.paymentMethodId, { idempotencyKey });
    const later = (tenantId: string, key?: string) =>
      world
        .service()
        .forTenant(tenantId)
        .detachPaymentMethod(acme.paymentMethodId, key === undefined ? {} : { idempotencyKey: key });
    await world.addTenant("globex");
    world.takeRequests();

    expect(await later("acme", idempotencyKey)).toEqual(detached);
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
    await expect(later("acme", "another key")).rejects.toBeInstanceOf(NotFoundError);
    await expect(later("acme")).rejects.toBeInstanceOf(NotFoundError);
    await expect(later("globex", idempotencyKey)).rejects.toBeInstanceOf(NotFoundError);
    expect(world.takeRequests().filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("takes no payment method for the tenant's that only claims to be, and leaves an attached one's mark alone", async () => {
    const { metadata } = await detachedWith("a key");
    const own = await world.stripe.paymentMethods.create({
      type: "card",
      card: { token: "tok_visa" },
      metadata,
    });
    const retry = billing.detachPaymentMethod(own.id, { idempotencyKey: "a key" });
    await expect(retry).rejects.toMatchObject({ code: "conflict" });

    const globex = await world.addTenant("globex");
    const theirs = await world.stripe.paymentMethods.update(globex.paymentMethodId, { metadata });
    const theft = billing.detachPaymentMethod(theirs.id, { idempotencyKey: "a key" });
    await expect(theft).rejects.toBeInstanceOf(NotFoundError);
  });

  /** A payment method of acme's that is detached, with what the call left in its metadata. */
  async function detachedWith(idempotencyKey: string) {
    await billing.detachPaymentMethod(acme.paymentMethodId, { idempotencyKey });
    return world.stripe.paymentMethods.retrieve(acme.paymentMethodId) as Promise<{
      metadata: Record<string, string>;
    }>;
  }

  it("says that its mark was left, where the detachment is refused after it", async () => {
    const refusal = { type: "invalid_request_error", message: "Not now." };
    const stripe = clientThat(world.local, async ({ path }, send) =>
      path.endsWith("/detach") ? answer(400, { error: refusal }) : send(),
    );
    const refused = world.service({ stripe }).forTenant("acme").detachPaymentMethod(acme.paymentMethodId);
    await expect(refused).rejects.toMatchObject({
      code: "indeterminate",
      completed: ["the mark of this call on the payment method"],
      failed: "the detachment",
    });
  });

  it("names the argument that is wrong, before anything is sent", async () => {
    const refused = (name: string) => ({ code: "invalid_argument", message: expect.stringContaining(name) });
    await expect(billing.detachPaymentMethod(acme.customerId)).rejects.toMatchObject(
      refused("paymentMethodId must be"),
    );
    const options = { allowInUse: "yes" as never };
    await expect(billing.detachPaymentMethod(acme.paymentMethodId, options)).rejects.toMatchObject(
      refused("allowInUse must be"),
    );
    expect(world.takeRequests()).toEqual([]);
  });

  it.each(["cold", "warm"])("finds no other tenant's, missing or detached one, %s", async (temperature) => {
    const globex = await world.addTenant("globex");
    const service = world.service();
    if (temperature === "warm") await service.forTenant("globex").listPaymentMethods(globex.customerId);
    const bound = service.forTenant("acme");
    if (temperature === "warm") await bound.listPaymentMethods(acme.customerId);
    await world.stripe.paymentMethods.detach(acme.paymentMethodId);
    world.takeRequests();
    const errors: unknown[] = [];
    for (const id of [globex.paymentMethodId, "pm_missing", acme.paymentMethodId]) {
      errors.push(await bound.detachPaymentMethod(id).catch((error: unknown) => error));
      expect(world.takeRequests()).toEqual([`GET /v1/payment_methods/${id}`]);
    }
    expect(errors[0]).toBeInstanceOf(NotFoundError);
    expect(errors[1]).toStrictEqual(errors[0]);
    expect(errors[2]).toStrictEqual(errors[0]);
    expect((await world.stripe.paymentMethods.retrieve(globex.paymentMethodId)).customer).toBe(
      globex.customerId,
    );
  });

  async function expectInUse(): Promise<void> {
    await expect(billing.detachPaymentMethod(acme.paymentMethodId)).rejects.toMatchObject({
      code: "conflict",
      conflictingId: acme.subscriptionId,
      message: expect.stringContaining("allowInUse"),
    });
    expect((await world.stripe.paymentMethods.retrieve(acme.paymentMethodId)).customer).toBe(acme.customerId);
  }
});
