import { describe, expect } from "vitest";
import type { CreateCheckoutSessionOptions } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { RETURN_URL } from "../stripe-world.js";
import { payOnPage } from "./checkout-page.js";

const addressing = {
  billing_address_collection: "required",
  customer_update: { address: "auto", name: "auto" },
};

describe("what a Checkout page asks for", () => {
  it("is sent as Stripe takes it, with what tax ids and taxes need", async ({ world, acme, billing }) => {
    const { customerId, priceId } = acme;
    const sent = async (options: Partial<CreateCheckoutSessionOptions>) => {
      world.local.clearRequests();
      await billing.createCheckoutSession({
        customerId,
        priceId,
        allowSecond: true,
        ...options,
      } as CreateCheckoutSessionOptions); // of one mode
      return world.local.requests.find(({ method }) => method === "POST")?.params;
    };

    expect(
      await sent({ billingAddressCollection: "required", customerUpdate: { address: "auto", name: "auto" } }),
    ).toMatchObject(addressing);
    expect(await sent({ taxIdCollection: true })).toMatchObject({
      tax_id_collection: { enabled: "true" },
      customer_update: { name: "auto" },
    });
    expect(await sent({ automaticTax: true, taxIdCollection: "required" })).toMatchObject({
      automatic_tax: { enabled: "true" },
      tax_id_collection: { enabled: "true", required: "if_supported" },
      customer_update: { address: "auto", name: "auto" },
    });
    expect(await sent({ paymentMethodTypes: ["card", "card"] })).toMatchObject({
      allowed_payment_method_types: ["card"],
    });
    expect((await sent({ taxIdCollection: true, quantity: 2 }))?.["tax_id_collection"]).toEqual({
      enabled: "true",
    });
    const customerUpdate = { name: "never" } as const;
    for (const rest of [{}, { taxIdCollection: false, quantity: 3 }]) {
      expect(await sent({ customerUpdate, ...rest })).toMatchObject({ customer_update: customerUpdate });
    }
  });

  it("is up to fifty types of payment method, in one order however they are named", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId, priceId } = acme;
    const paymentMethodTypes = Array.from({ length: 50 }, (_, at) => `${"x".repeat(38)}_${10 + at}`);
    const backwards = paymentMethodTypes.toReversed();
    const wanted = { customerId, priceId, paymentMethodTypes: backwards, allowSecond: true };
    await billing.createCheckoutSession(wanted).catch(() => undefined); // Stripe knows none of these
    expect(world.local.requests.at(-1)?.params).toMatchObject({
      allowed_payment_method_types: paymentMethodTypes,
    });
  });

  it("is nothing that the call does not name", async ({ world, acme, billing }) => {
    const { customerId, priceId } = acme;
    await billing.createCheckoutSession({ customerId, priceId, allowSecond: true, automaticTax: false });
    const sent = world.local.requests.find(({ method }) => method === "POST")?.params;
    expect(sent).toEqual({
      mode: "subscription",
      customer: customerId,
      success_url: RETURN_URL,
      cancel_url: RETURN_URL,
      metadata: { tenantId: "acme", billingCheckout: expect.any(String) },
      subscription_data: { metadata: { tenantId: "acme" } },
      line_items: [{ price: priceId, quantity: "1" }],
    });
  });

  it.for<[Record<string, unknown>, string]>([
    [{ taxIdCollection: true, customerUpdate: { name: "never" } }, "customerUpdate.name"],
    [{ taxIdCollection: "required", customerUpdate: { name: "never" } }, "customerUpdate.name"],
    [{ taxIdCollection: "yes" }, "taxIdCollection must be true"],
    [{ customerUpdate: { shipping: "auto" } }, "shipping"],
    [{ customerUpdate: true }, "customerUpdate must be"],
    [{ customerUpdate: { address: "always" } }, "customerUpdate must be"],
    [{ billingAddressCollection: true }, 'billingAddressCollection must be "auto" or "required"'],
    ...[
      [],
      Array(51).fill("card"),
      ["Card"],
      ["a card"],
      ["c"],
      ["1card"],
      ["card1!"],
      ["x".repeat(42)],
      [7],
    ].map((paymentMethodTypes): [Record<string, unknown>, string] => [
      { paymentMethodTypes },
      "paymentMethodTypes must be",
    ]),
    [{ invoiceCreation: true }, "invoiceCreation"],
    [{ mode: "payment", adjustableQuantity: { minimum: 5 }, quantity: 2 }, "quantity"],
    [{ quantity: 100, adjustableQuantity: {} }, "99"],
    [{ adjustableQuantity: { maximum: 0 } }, "adjustableQuantity.maximum"],
    [{ mode: "setup", currency: "usd", priceId: undefined, taxIdCollection: true }, "taxIdCollection"],
    [{ mode: "setup", currency: "usd", priceId: undefined, automaticTax: true }, "automaticTax"],
  ])(
    "is refused before anything is sent where Stripe would refuse it: %j",
    async ([options, name], { world, acme, billing }) => {
      const wanted = { customerId: acme.customerId, priceId: acme.priceId, ...options };
      await expect(billing.createCheckoutSession(wanted as never)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(name),
      });
      expect(world.takeRequests()).toEqual([]);
    },
  );

  it("refuses an adjustable quantity beside items, and of a metered price", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId, productId, priceId } = acme;
    await expect(
      billing.createCheckoutSession({ customerId, items: [{ priceId }], adjustableQuantity: {} }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    const { data } = await world.stripe.billing.meters.list();
    const metered = await world.stripe.prices.create({
      product: productId,
      currency: "usd",
      unit_amount: 1,
      recurring: { interval: "month", usage_type: "metered", meter: data[0]?.id ?? "" },
    });
    const items = [{ priceId: metered.id, adjustableQuantity: {} }];
    await expect(
      billing.createCheckoutSession({ customerId, items, allowSecond: true }),
    ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining("metered") });
  });
});

describe("listCheckoutLineItems", () => {
  it("tells what was bought, in the quantity that was paid for, in two requests", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId, productId, couponId } = acme;
    const once = await billing.createPrice(productId, { unitAmount: 1000, currency: "usd" });
    const { id, url } = await billing.createCheckoutSession({
      mode: "payment",
      customerId,
      priceId: once.id,
      quantity: 3,
      discount: { couponId },
    });
    await payOnPage(url);
    world.takeRequests();
    const other = world.service().forTenant("acme");

    expect(await other.listCheckoutLineItems(id)).toEqual([
      {
        id: expect.stringMatching(/^li_/),
        description: "acme Pro",
        priceId: once.id,
        productId,
        quantity: 3,
        currency: "usd",
        amountSubtotal: 3000,
        amountDiscount: 750,
        amountTax: 0,
        amountTotal: 2250,
      },
    ]);
    expect(world.takeRequests()).toEqual([
      `GET /v1/checkout/sessions/${id}`,
      `GET /v1/checkout/sessions/${id}/line_items`,
    ]);
    await other.listCheckoutLineItems(id);
    expect(world.local.requests.at(-1)?.params).toEqual({ limit: "100" });
  });

  it("tells of nothing where a card is saved, and nothing of another tenant's", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId } = acme;
    const setup = await billing.createCheckoutSession({ mode: "setup", customerId, currency: "usd" });
    expect(await billing.listCheckoutLineItems(setup.id)).toEqual([]);
    const { checkoutSessionId } = await world.addTenant("globex");
    await expect(billing.listCheckoutLineItems(checkoutSessionId)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
