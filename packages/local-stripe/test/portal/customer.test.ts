import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, idOf, monthly, subscribe } from "../support/local.js";

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features;

async function enter(stripe: Stripe, customer: string, features: Features): Promise<Browser> {
  const { id } = await stripe.billingPortal.configurations.create({ features });
  return Browser.open((await stripe.billingPortal.sessions.create({ customer, configuration: id })).url);
}

const CARDS: Features = { payment_method_update: { enabled: true } };

describe("a payment method in the portal", () => {
  it("is attached and becomes the customer's default", async ({ stripe }) => {
    const { id } = await cardholder(stripe);
    const browser = await enter(stripe, id, CARDS);
    await browser.follow("Update payment method");
    await browser.submit("Save card", { card: "mastercard" });
    const customer = await retrieve(stripe, id);
    expect(customer.invoice_settings.default_payment_method).toMatchObject({
      customer: id,
      card: { brand: "mastercard", last4: "4444" },
    });
    const events = (await stripe.events.list({ limit: 4 })).data;
    expect(events.map(({ type }) => type)).toEqual([
      "customer.updated",
      "setup_intent.succeeded",
      "payment_method.attached",
      "setup_intent.created",
    ]);
    expect(events[0]?.data.previous_attributes).toMatchObject({
      invoice_settings: { default_payment_method: expect.stringMatching(/^pm_/) },
    });
  });

  it("is not kept when the card is declined", async ({ stripe }) => {
    const { id } = await stripe.customers.create({});
    const browser = await enter(stripe, id, CARDS);
    await browser.follow("Add payment method");
    await browser.submit("Save card", { card: "chargeDeclinedInsufficientFunds" });
    expect([browser.status, browser.alert]).toEqual([422, "Your card has insufficient funds."]);
    const [failed] = (await stripe.events.list({ limit: 1 })).data;
    expect(failed?.type).toBe("setup_intent.setup_failed");
    await browser.submit("Save card", { card: "4242" });
    expect(browser.alert).toBe("Choose a card.");
    expect((await stripe.customers.listPaymentMethods(id)).data).toEqual([]);
  });

  it("is kept only once its holder has answered the bank", async ({ stripe }) => {
    const { id } = await stripe.customers.create({});
    const browser = await enter(stripe, id, CARDS);
    await browser.follow("Add payment method");
    await browser.submit("Save card", { card: "authenticationRequiredOnSetup" });
    expect(browser.heading).toBe("Confirm that it is you");
    await browser.submit("Fail authentication", { outcome: "fail" });
    expect(browser.alert).toContain("We are unable to authenticate your payment method.");
    expect((await stripe.customers.listPaymentMethods(id)).data).toEqual([]);
    await browser.submit("Complete authentication", { outcome: "complete" });
    expect((await retrieve(stripe, id)).invoice_settings.default_payment_method).toMatchObject({
      card: { last4: "3155" },
    });
  });

  it("is made the default, or removed unless it is the one that is charged", async ({ stripe }) => {
    const { id: subscription, customer } = await subscribe(stripe);
    const id = idOf(customer);
    const first = await stripe.paymentMethods.attach("pm_card_visa", { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: first.id } });
    const second = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: id });
    const browser = await enter(stripe, id, CARDS);
    const home = browser.url;
    await browser.visit(`${home}/payment-methods/${first.id}/remove`);
    expect(browser.status).toBe(404);
    await browser.visit(`${home}/payment-methods/${second.id}/default`);
    await browser.submit("Make default");
    expect((await retrieve(stripe, id)).invoice_settings.default_payment_method).toMatchObject({
      id: second.id,
    });
    await browser.visit(`${home}/payment-methods/${first.id}/remove`);
    await browser.submit("Remove card");
    expect((await stripe.customers.listPaymentMethods(id)).data.map((one) => one.id)).toEqual([second.id]);
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe("active");
  });

  it("of another customer is out of reach", async ({ stripe }) => {
    const { id } = await stripe.customers.create({});
    const other = await cardholder(stripe);
    const foreign = (await stripe.customers.listPaymentMethods(other.id)).data[0]?.id ?? "";
    const browser = await enter(stripe, id, CARDS);
    const home = browser.url;
    for (const action of ["default", "remove"]) {
      await browser.visit(`${home}/payment-methods/${foreign}/${action}`);
      expect(browser.status).toBe(404);
    }
  });
});

describe("billing information in the portal", () => {
  it("changes only what the configuration allows, whatever is sent", async ({ stripe }) => {
    const { id } = await stripe.customers.create({ name: "Ada", email: "ada@example.com", phone: "1" });
    const browser = await enter(stripe, id, {
      customer_update: { enabled: true, allowed_updates: ["email", "address"] },
    });
    await browser.follow("Update information");
    expect(browser.text).not.toContain("Phone");
    await browser.submit("Save", {
      email: "countess@example.com",
      name: "Eve",
      phone: "2",
      "address[line1]": "12 St James's Square",
      "address[city]": "London",
      "address[country]": "GB",
    });
    expect(await retrieve(stripe, id)).toMatchObject({
      name: "Ada",
      phone: "1",
      email: "countess@example.com",
      address: { line1: "12 St James's Square", city: "London", country: "GB", line2: null },
    });
    const [event] = (await stripe.events.list({ type: "customer.updated" })).data;
    expect(event?.data.previous_attributes).toEqual({ email: "ada@example.com", address: null });
  });

  it("says beside the field what is wrong with it, and changes nothing", async ({ stripe }) => {
    const { id } = await stripe.customers.create({ name: "Ada", email: "ada@example.com" });
    const browser = await enter(stripe, id, {
      customer_update: { enabled: true, allowed_updates: ["email", "name", "shipping", "address"] },
    });
    await browser.follow("Update information");
    for (const [fields, problem] of [
      [{ name: "Eve", email: "nowhere" }, "Enter an email address"],
      [{ name: "x".repeat(257), email: "a@b" }, "Enter at most 256 characters."],
      [{ email: "a@b", "address[country]": "ZZ" }, "Choose one of the countries."],
      [{ email: "a@b", "shipping[name]": "Ada" }, "Enter where it is shipped to."],
    ] as const) {
      await browser.submit("Save", fields);
      expect([browser.status, browser.alert]).toEqual([422, expect.stringContaining(problem)]);
    }
    expect(browser.text.includes('aria-invalid="true"')).toBe(true);
    expect(await retrieve(stripe, id)).toMatchObject({ name: "Ada", email: "ada@example.com" });
  });

  it("holds a tax id, which the next invoice names", async ({ stripe }) => {
    const { id } = await stripe.customers.create({ email: "ada@example.com" });
    const browser = await enter(stripe, id, {
      customer_update: { enabled: true, allowed_updates: ["tax_id"] },
    });
    await browser.follow("Update information");
    await browser.submit("Save", { "tax_id[type]": "eu_vat", "tax_id[value]": "123" });
    expect([browser.status, browser.alert]).toEqual([422, "Invalid value for eu_vat."]);
    await browser.submit("Save", { "tax_id[value]": "DE123456789" });
    expect(browser.alert).toBe("Choose the kind of tax ID.");
    await browser.submit("Save", { "tax_id[type]": "eu_vat", "tax_id[value]": "DE123456789" });
    expect(browser.text).toContain("DE123456789");
    const { tax_ids } = (await stripe.customers.retrieve(id, { expand: ["tax_ids"] })) as Stripe.Customer;
    expect(tax_ids?.data).toMatchObject([
      { type: "eu_vat", value: "DE123456789", country: "DE", customer: id },
    ]);

    const { latest_invoice } = await stripe.subscriptions.create({
      customer: id,
      items: [{ price: (await monthly(stripe)).id }],
      expand: ["latest_invoice"],
    });
    expect(latest_invoice).toMatchObject({ customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }] });

    await browser.follow("Update information");
    await browser.submit("Save", { "tax_id[type]": "gb_vat", "tax_id[value]": "GB123456789" });
    expect((await stripe.customers.listTaxIds(id)).data).toMatchObject([{ type: "gb_vat", country: "GB" }]);
    const events = (
      await stripe.events.list({ types: ["customer.tax_id.created", "customer.tax_id.deleted"] })
    ).data;
    expect(events.map(({ type }) => type.replace("customer.tax_id.", ""))).toEqual([
      "created",
      "deleted",
      "created",
    ]);
  });

  it("is shown and not changed where the configuration switches that off", async ({ stripe }) => {
    const { id } = await stripe.customers.create({ email: "ada@example.com" });
    const browser = await enter(stripe, id, { invoice_history: { enabled: true } });
    expect(browser.text).toContain("ada@example.com");
    const home = browser.url;
    const hidden = browser.hidden();
    for (const page of ["details", "payment-method"]) {
      await browser.visit(`${home}/${page}`);
      expect(browser.status).toBe(404);
      await browser.post(`${home}/${page}`, { ...hidden, email: "eve@example.com", card: "visa" });
      expect(browser.status).toBe(403);
    }
    expect((await retrieve(stripe, id)).email).toBe("ada@example.com");
  });
});

async function retrieve(stripe: Stripe, id: string): Promise<Stripe.Customer> {
  const customer = await stripe.customers.retrieve(id, {
    expand: ["invoice_settings.default_payment_method"],
  });
  if (customer.deleted) throw new Error("the customer was deleted");
  return customer;
}
