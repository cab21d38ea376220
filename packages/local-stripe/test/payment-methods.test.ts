import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { cardholder, idOf, refusal } from "./support/local.js";

describe("payment methods", () => {
  it("are made of the well-known tokens and belong to the customer they are attached to", async ({
    stripe,
  }) => {
    const { id: customer } = await stripe.customers.create({});
    const method = await stripe.paymentMethods.attach("pm_card_mastercard", { customer });
    expect(method).toMatchObject({ customer, type: "card", card: { brand: "mastercard", last4: "4444" } });
    expect(method.id).not.toBe("pm_card_mastercard");
    expect((await stripe.paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([method.id]);
    expect((await stripe.customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual([
      method.id,
    ]);
    expect((await stripe.customers.retrievePaymentMethod(customer, method.id)).id).toBe(method.id);
    const read = await stripe.paymentMethods.retrieve(method.id, { expand: ["customer"] });
    expect(read.customer).toMatchObject({ object: "customer" });
    expect(JSON.stringify(read)).not.toContain("behavior");
  });

  it("are not attached when they are declined at once, nor twice", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const error = await refusal(
      stripe.paymentMethods.attach("pm_card_visa_chargeDeclinedInsufficientFunds", { customer }),
    );
    expect(error).toMatchObject({
      statusCode: 402,
      type: "StripeCardError",
      code: "card_declined",
      decline_code: "insufficient_funds",
    });
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);
    const { id } = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    expect((await refusal(stripe.paymentMethods.attach(id, { customer: other }))).message).toContain(
      "already been attached",
    );
    expect((await refusal(stripe.paymentMethods.attach("pm_card_nonsense", { customer }))).code).toBe(
      "resource_missing",
    );
  });

  it("stop being anyone's default when they are detached", async ({ stripe }) => {
    const { id: customer, invoice_settings } = await cardholder(stripe);
    const method = idOf(invoice_settings.default_payment_method);
    expect(method).toMatch(/^pm_1/);
    expect(await stripe.paymentMethods.detach(method)).toMatchObject({ id: method, customer: null });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    const [event] = (await stripe.events.list({ type: "payment_method.detached" })).data;
    expect(event?.data).toMatchObject({ object: { customer: null }, previous_attributes: { customer } });
    expect((await refusal(stripe.paymentMethods.detach(method))).statusCode).toBe(400);
  });

  it("are a customer's default only when they are its own", async ({ stripe }) => {
    const one = await cardholder(stripe);
    const other = await cardholder(stripe);
    const method = idOf(other.invoice_settings.default_payment_method);
    const error = await refusal(
      stripe.customers.update(one.id, { invoice_settings: { default_payment_method: method } }),
    );
    expect(error.param).toBe("invoice_settings[default_payment_method]");
    await refusal(
      stripe.subscriptions.create({
        customer: one.id,
        items: [{ price: "price_none" }],
        default_payment_method: method,
      }),
    );
  });
});

it("retrieves a well-known payment method as a new one each time", async ({ stripe }) => {
  const one = await stripe.paymentMethods.retrieve("pm_card_mastercard");
  const other = await stripe.paymentMethods.retrieve("pm_card_mastercard");
  expect(one).toMatchObject({ customer: null, card: { brand: "mastercard", last4: "4444" } });
  expect(one.id).not.toBe(other.id);
  const customer = await stripe.customers.create({});
  expect((await stripe.paymentMethods.attach(one.id, { customer: customer.id })).customer).toBe(customer.id);
});

it("retrieves a well-known token, and no other", async ({ stripe }) => {
  expect(await stripe.tokens.retrieve("tok_visa")).toMatchObject({
    object: "token",
    card: { object: "card", brand: "Visa", last4: "4242" },
    used: false,
  });
  expect((await refusal(stripe.tokens.retrieve("tok_nonsense"))).statusCode).toBe(404);
  expect((await refusal(stripe.paymentMethods.retrieve("pm_card_nonsense"))).statusCode).toBe(404);
});
