import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import type { StripeWorld } from "../stripe-world.js";
import { addCard } from "../subscriptions/plans.js";

describe("listPaymentMethods", () => {
  it("shows of a card what people tell it by, and nothing else", async ({ acme, billing }) => {
    const { data } = await billing.listPaymentMethods(acme.customerId);

    expect(data).toEqual([
      {
        id: acme.paymentMethodId,
        customerId: acme.customerId,
        type: "card",
        isDefault: false,
        card: {
          brand: "visa",
          last4: "4242",
          expMonth: 12,
          expYear: expect.any(Number),
          wallet: null,
        },
        bankAccount: null,
        createdAt: expect.any(Date),
        livemode: false,
      },
    ]);
    expect(JSON.stringify(data)).not.toMatch(/fingerprint|\d{5,}.*number/);
    expect(Object.isFrozen(data[0]?.card)).toBe(true);
  });

  it("marks the default, two requests cold and one warm, whatever the default was before", async ({
    world,
    acme,
    billing,
  }) => {
    const makeDefault = (method: string) => setDefault(world, acme.customerId, method);
    const second = await addCard(world, acme.customerId, "mastercard");
    await makeDefault(acme.paymentMethodId);
    world.takeRequests();
    expect(await defaultIds(billing, acme.customerId)).toEqual([acme.paymentMethodId]);
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${acme.customerId}`, "GET /v1/payment_methods"]);

    await makeDefault(second);
    world.takeRequests();
    expect(await defaultIds(billing, acme.customerId)).toEqual([second]);
    expect(world.takeRequests()).toEqual(["GET /v1/payment_methods"]);
  });

  it("leaves out what was detached", async ({ world, acme, billing }) => {
    await world.stripe.paymentMethods.detach(acme.paymentMethodId);
    expect((await billing.listPaymentMethods(acme.customerId)).data).toEqual([]);
  });

  it("pages with a cursor that is proved by the page before, and with none of another customer's", async ({
    world,
    acme,
    billing,
  }) => {
    for (let i = 0; i < 4; i++) await addCard(world, acme.customerId);
    world.takeRequests();
    const ids: string[] = [];
    for await (const { id } of billing.listPaymentMethods(acme.customerId, { limit: 2 })) ids.push(id);
    expect(new Set(ids).size).toBe(5);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      ...Array(3).fill("GET /v1/payment_methods"),
    ]);

    const sibling = await world.addTenant("sibling", { metadata: { tenantId: "acme" } });
    const globex = await world.addTenant("globex");
    for (const after of [sibling.paymentMethodId, globex.paymentMethodId, "pm_missing"]) {
      await expect(billing.listPaymentMethods(acme.customerId, { after })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
    await expect(billing.listPaymentMethods(acme.customerId, { after: "cus_1" })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("after must be"),
    });
  });
});

async function defaultIds(billing: StripeBillingService, customerId: string): Promise<string[]> {
  const { data } = await billing.listPaymentMethods(customerId);
  return data.filter(({ isDefault }) => isDefault).map(({ id }) => id);
}

async function setDefault(world: StripeWorld, customerId: string, method: string): Promise<void> {
  const invoice_settings = { default_payment_method: method };
  await world.stripe.customers.update(customerId, { invoice_settings });
}
