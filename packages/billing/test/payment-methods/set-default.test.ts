import { describe, expect } from "vitest";
import { NotFoundError } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { addCard, addPrice } from "../subscriptions/plans.js";

describe("setDefaultPaymentMethod", () => {
  it("makes it the customer's default in two requests, and leaves subscriptions as they are", async ({
    world,
    acme,
    billing,
  }) => {
    const method = await billing.setDefaultPaymentMethod(acme.paymentMethodId);

    expect(world.takeRequests()).toEqual([
      `GET /v1/payment_methods/${acme.paymentMethodId}`,
      `POST /v1/customers/${acme.customerId}`,
    ]);
    expect(method).toMatchObject({ id: acme.paymentMethodId, isDefault: true, customerId: acme.customerId });
    expect((await billing.getCustomer(acme.customerId)).defaultPaymentMethodId).toBe(acme.paymentMethodId);
    expect((await billing.getSubscription(acme.subscriptionId)).defaultPaymentMethodId).toBeNull();
  });

  it("succeeds with the same view and writes nothing when it is the default already", async ({
    world,
    acme,
    billing,
  }) => {
    const first = await billing.setDefaultPaymentMethod(acme.paymentMethodId);
    world.takeRequests();

    expect(await billing.setDefaultPaymentMethod(acme.paymentMethodId)).toEqual(first);
    expect(world.takeRequests()).toEqual([`GET /v1/payment_methods/${acme.paymentMethodId}`]);
  });

  it("keeps the rest of the customer's invoice settings", async ({ world, acme, billing }) => {
    await world.stripe.customers.update(acme.customerId, { invoice_settings: { footer: "Thank you" } });
    await billing.setDefaultPaymentMethod(acme.paymentMethodId);

    const customer = await world.stripe.customers.retrieve(acme.customerId);
    expect(customer).toMatchObject({ invoice_settings: { footer: "Thank you" } });
  });

  it("charges a subscription on it as well, where asked, in place of the one it has of its own", async ({
    world,
    acme,
    billing,
  }) => {
    const old = await addCard(world, acme.customerId);
    await world.stripe.subscriptions.update(acme.subscriptionId, { default_payment_method: old });
    const { subscriptionId } = acme;
    const method = await billing.setDefaultPaymentMethod(acme.paymentMethodId, { subscriptionId });

    expect(method.isDefault).toBe(true);
    expect((await billing.getSubscription(subscriptionId)).defaultPaymentMethodId).toBe(acme.paymentMethodId);
  });

  it("does so in what is scheduled for the subscription, too", async ({ world, acme, billing }) => {
    const { subscriptionId } = acme;
    const old = await addCard(world, acme.customerId);
    await world.stripe.subscriptions.update(subscriptionId, { default_payment_method: old });
    const priceId = await addPrice(world, acme);
    await billing.updateSubscription(subscriptionId, { priceId, when: "period_end" });
    await billing.setDefaultPaymentMethod(acme.paymentMethodId, { subscriptionId });

    const { schedule } = await world.stripe.subscriptions.retrieve(subscriptionId, { expand: ["schedule"] });
    const { phases } = schedule as { phases: { default_payment_method: string }[] } & object;
    expect(phases.map((phase) => phase.default_payment_method)).toEqual(Array(2).fill(acme.paymentMethodId));
  });

  it("changes nothing for a subscription that is another customer's or has ended", async ({
    world,
    acme,
    billing,
  }) => {
    const sibling = await world.addTenant("sibling", { metadata: { tenantId: "acme" } });
    const { subscriptionId } = sibling;
    await expect(billing.setDefaultPaymentMethod(acme.paymentMethodId, { subscriptionId })).rejects.toThrow(
      NotFoundError,
    );
    await world.stripe.subscriptions.cancel(acme.subscriptionId);
    await expect(
      billing.setDefaultPaymentMethod(acme.paymentMethodId, { subscriptionId: acme.subscriptionId }),
    ).rejects.toMatchObject({ code: "conflict" });

    expect((await billing.getCustomer(acme.customerId)).defaultPaymentMethodId).toBeNull();
  });

  it("says what was done, where the customer's default is refused after the subscription was changed", async ({
    world,
    acme,
  }) => {
    const refusal = { type: "invalid_request_error", message: "Not now." };
    const stripe = clientThat(world.local, async ({ method, path }, send) =>
      method === "POST" && path.startsWith("/v1/customers") ? answer(400, { error: refusal }) : send(),
    );
    const { paymentMethodId, subscriptionId } = acme;
    const billing = world.service({ stripe }).forTenant("acme");
    await expect(billing.setDefaultPaymentMethod(paymentMethodId, { subscriptionId })).rejects.toMatchObject({
      code: "indeterminate",
      completed: ["the payment method of the subscription"],
      failed: "the customer's default",
    });
    expect((await billing.getSubscription(subscriptionId)).defaultPaymentMethodId).toBe(paymentMethodId);
  });

  it("names the id that is none, before anything is sent", async ({ world, acme, billing }) => {
    const { customerId, paymentMethodId } = acme;
    const refused = (name: string) => ({ code: "invalid_argument", message: expect.stringContaining(name) });
    await expect(billing.setDefaultPaymentMethod(customerId)).rejects.toMatchObject(
      refused("paymentMethodId must be"),
    );
    await expect(
      billing.setDefaultPaymentMethod(paymentMethodId, { subscriptionId: customerId }),
    ).rejects.toMatchObject(refused("subscriptionId must be"));
    expect(world.takeRequests()).toEqual([]);
  });

  it("finds none that is detached, another tenant's or missing, and writes nothing", async ({
    world,
    acme,
    billing,
  }) => {
    const globex = await world.addTenant("globex");
    await world.stripe.paymentMethods.detach(acme.paymentMethodId);
    const loose = await world.stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    world.takeRequests();
    for (const id of [acme.paymentMethodId, loose.id, globex.paymentMethodId, "pm_missing"]) {
      await expect(billing.setDefaultPaymentMethod(id)).rejects.toThrow(NotFoundError);
      expect(world.takeRequests()).toEqual([`GET /v1/payment_methods/${id}`]);
    }
  });
});
