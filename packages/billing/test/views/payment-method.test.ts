import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toPaymentMethod } from "../../src/views/payment-method.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

describe("a payment method's view", () => {
  let world: StripeWorld;
  let card: Stripe.PaymentMethod;
  let customer: Stripe.Customer;

  beforeAll(async () => {
    world = await startStripeWorld();
    const { paymentMethodId, customerId } = await world.addTenant("acme");
    card = await world.stripe.paymentMethods.retrieve(paymentMethodId);
    const found = await world.stripe.customers.retrieve(customerId);
    if (found.deleted) throw new Error("The customer was just made.");
    customer = found;
  });

  afterAll(() => world.close());

  it.each([
    ["us_bank_account", { bank_name: "Stripe Test Bank", last4: "6789" }, "Stripe Test Bank", "6789"],
    ["acss_debit", { bank_name: "Royal", last4: "0123" }, "Royal", "0123"],
    ["sepa_debit", { bank_code: "37040044", country: "DE", last4: "3000" }, null, "3000"],
    ["bacs_debit", { sort_code: "108800", last4: "2345" }, null, "2345"],
    ["au_becs_debit", { bsb_number: "000000", last4: null }, null, null],
  ])("tells a bank account of the kind %s by its bank and last digits", (type, account, bankName, last4) => {
    const view = toPaymentMethod(of({ type, card: undefined, [type]: { fingerprint: "Uq1", ...account } }));

    expect(view).toMatchObject({ type, card: null, bankAccount: { bankName, last4 } });
    expect(Object.keys(view.bankAccount ?? {}).sort()).toEqual(["bankName", "last4"]);
  });

  it("tells a card in a wallet from a plain one", () => {
    const wallet = { type: "apple_pay", dynamic_last4: "9999", apple_pay: {} };
    const view = toPaymentMethod(of({ card: { ...card.card, wallet } }));

    expect(view.card?.wallet).toBe("apple_pay");
    expect(JSON.stringify(view)).not.toContain("9999");
  });

  it("has nothing but its kind to show where it is neither", () => {
    const view = toPaymentMethod(of({ type: "link", card: undefined, link: { email: "ada@example.com" } }));

    expect(view).toMatchObject({ type: "link", card: null, bankAccount: null });
    expect(JSON.stringify(view)).not.toContain("ada@");
  });

  it("is the default that the customer's invoices name, before a source of old", () => {
    const paying = (method: unknown, source: unknown) =>
      ({
        ...customer,
        invoice_settings: { ...customer.invoice_settings, default_payment_method: method },
        default_source: source,
      }) as Stripe.Customer; // ids or whole objects, as they were asked for
    const isDefault = (method: unknown, source: unknown) =>
      toPaymentMethod({ ...card, customer: paying(method, source) }).isDefault;

    expect(isDefault(card.id, null)).toBe(true);
    expect(isDefault(card, "card_old")).toBe(true);
    expect(isDefault(null, card.id)).toBe(true);
    expect(isDefault(null, { id: card.id, object: "card" })).toBe(true);
    expect(isDefault("pm_other", card.id)).toBe(false);
    expect(isDefault(null, null)).toBe(false);
  });

  it("has no customer and is nobody's default once it is detached", () => {
    expect(toPaymentMethod({ ...card, customer: null })).toMatchObject({
      customerId: null,
      isDefault: false,
    });
  });

  it("is frozen to its depths", () => {
    const view = toPaymentMethod(card);
    expect([view, view.card].every(Object.isFrozen)).toBe(true);
  });

  function of(fields: object): Stripe.PaymentMethod {
    return { ...card, ...fields } as Stripe.PaymentMethod; // kinds that the local Stripe does not make
  }
});
