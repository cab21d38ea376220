import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toCustomer } from "../../src/views/customer.js";
import { shaped } from "./stripe-shape.js";

const ADDRESS = {
  line1: "Main Street 1",
  line2: "Floor 2",
  city: "Berlin",
  state: "BE",
  postal_code: "10115",
  country: "DE",
};

const ADA = {
  id: "cus_1",
  email: "ada@example.com",
  name: "Ada",
  phone: "+49 30 1",
  description: "A good payer",
  address: ADDRESS,
  preferred_locales: ["de", "en"],
  tax_exempt: "reverse",
  invoice_settings: { default_payment_method: "pm_1" },
  balance: -500,
  currency: "eur",
  delinquent: true,
  created: 1_700_000_000,
  livemode: true,
};

function view(fields: object = {}) {
  const facts = { reference: "org_7", metadata: { plan: "pro" } };
  return toCustomer(shaped<Stripe.Customer>({ ...ADA, ...fields }), facts);
}

describe("a customer's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "cus_1",
      reference: "org_7",
      email: "ada@example.com",
      name: "Ada",
      phone: "+49 30 1",
      description: "A good payer",
      address: {
        line1: "Main Street 1",
        line2: "Floor 2",
        city: "Berlin",
        state: "BE",
        postalCode: "10115",
        country: "DE",
      },
      preferredLocales: ["de", "en"],
      taxExempt: "reverse",
      defaultPaymentMethodId: "pm_1",
      balance: -500,
      currency: "eur",
      delinquent: true,
      metadata: { plan: "pro" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      livemode: true,
    });
  });

  it.each([[null], [undefined]])("has null and none where the answer holds %s", (nothing) => {
    const bare = { name: nothing, phone: nothing, address: nothing, preferred_locales: nothing };
    expect(view({ ...bare, tax_exempt: nothing, currency: nothing, delinquent: nothing })).toMatchObject({
      name: null,
      phone: null,
      address: null,
      preferredLocales: [],
      taxExempt: "none",
      currency: null,
      delinquent: false,
    });
  });

  it.each([
    [null, null],
    [{ id: "pm_2" }, "pm_2"],
  ])("names the default payment method %o as %s", (method, id) => {
    expect(view({ invoice_settings: { default_payment_method: method } }).defaultPaymentMethodId).toBe(id);
  });

  it("is frozen to its depths", () => {
    expect([view(), view().address, view().preferredLocales].every(Object.isFrozen)).toBe(true);
  });
});
