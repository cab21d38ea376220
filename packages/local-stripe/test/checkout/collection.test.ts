import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { monthly, refusal } from "../support/local.js";

const SUCCESS = { success_url: "https://app.example.com/done" };
const VISA = { card: "pm_card_visa" };

async function once(stripe: Stripe, amount = 1500): Promise<string> {
  const product = await stripe.products.create({ name: "Handbook" });
  return (await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: amount })).id;
}

describe("a Checkout session that collects", () => {
  it("saves the address, the name and the tax id that are typed, where it was told to", async ({
    stripe,
  }) => {
    const { id: customer } = await stripe.customers.create({ email: "ada@example.com" });
    const { id: price } = await monthly(stripe);
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price, quantity: 1 }],
      billing_address_collection: "required",
      customer_update: { address: "auto", name: "auto" },
      tax_id_collection: { enabled: true },
      allowed_payment_method_types: ["card"],
      ...SUCCESS,
    });
    const browser = await Browser.open(url ?? "");
    await browser.submit("Subscribe", { ...VISA, name: "Acme GmbH" });
    expect(browser.status).toBe(402);
    expect(browser.alert).toBe("A billing address is needed.");
    const address = { line1: "Weg 1", postal_code: "10115", city: "Berlin", country: "DE" };
    const taxId = { tax_id_type: "eu_vat", tax_id: "DE123456789" };
    await browser.submit("Subscribe", { ...VISA, name: "Acme GmbH", ...address, ...taxId });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: "Acme GmbH", address });
    expect((await stripe.customers.listTaxIds(customer)).data).toMatchObject([
      { type: "eu_vat", value: "DE123456789" },
    ]);
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
      status: "complete",
      allowed_payment_method_types: ["card"],
      billing_address_collection: "required",
      tax_id_collection: { enabled: true, required: "never" },
      customer_details: {
        name: "Acme GmbH",
        address,
        tax_ids: [{ type: "eu_vat", value: "DE123456789" }],
      },
    });
  });

  it("saves nothing that it was not told to", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({ name: "Ada" });
    const { url } = await stripe.checkout.sessions.create({
      mode: "payment",
      customer,
      line_items: [{ price: await once(stripe), quantity: 1 }],
      ...SUCCESS,
    });
    const browser = await Browser.open(url ?? "");
    expect(browser.text).not.toContain("Billing address");
    await browser.post(browser.url, {
      ...VISA,
      csrf_token: /name="csrf_token" value="([^"]*)"/.exec(browser.text)?.[1] ?? "",
      name: "Eve",
      country: "FR",
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: "Ada", address: null });
  });

  it("lets the quantity be changed within its bounds, and bills what was chosen", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer,
      line_items: [{ price, quantity: 2, adjustable_quantity: { enabled: true, maximum: 5 } }],
      ...SUCCESS,
    });
    const browser = await Browser.open(url ?? "");
    await browser.submit("Update", { quantity: "6" });
    expect(browser.status).toBe(422);
    await browser.submit("Update", { quantity: "5" });
    await browser.submit("Subscribe", VISA);
    const { data } = await stripe.checkout.sessions.listLineItems(id);
    expect(data).toMatchObject([
      { quantity: 5, adjustable_quantity: { enabled: true, minimum: 0, maximum: 5 } },
    ]);
    const [subscription] = (await stripe.subscriptions.list({ customer })).data;
    expect(subscription?.items.data).toMatchObject([{ quantity: 5 }]);
  });

  it("makes a paid invoice of a payment, with its metadata", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await once(stripe);
    const { id, url } = await stripe.checkout.sessions.create({
      mode: "payment",
      customer,
      line_items: [{ price, quantity: 2 }],
      invoice_creation: { enabled: true, invoice_data: { metadata: { order: "7" }, description: "Thanks" } },
      ...SUCCESS,
    });
    await (await Browser.open(url ?? "")).submit("Pay $30.00", VISA);
    const done = await stripe.checkout.sessions.retrieve(id, { expand: ["invoice"] });
    expect(done.invoice).toMatchObject({
      status: "paid",
      billing_reason: "manual",
      total: 3000,
      amount_paid: 3000,
      customer,
      description: "Thanks",
      metadata: { order: "7" },
      parent: null,
    });
    const types = (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type);
    expect(types.indexOf("invoice.paid")).toBeGreaterThan(types.indexOf("checkout.session.completed"));
  });

  it("refuses what Stripe refuses, and says what it cannot do", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const session = (params: object) =>
      refusal(
        stripe.checkout.sessions.create({
          mode: "subscription",
          customer,
          line_items: [{ price, quantity: 1 }],
          ...SUCCESS,
          ...params,
        }),
      );
    expect((await session({ tax_id_collection: { enabled: true } })).message).toContain(
      "customer_update[name]",
    );
    expect(await session({ invoice_creation: { enabled: true } })).toMatchObject({
      param: "invoice_creation",
    });
    const adjustable_quantity = { enabled: true, maximum: 5 };
    expect(await session({ line_items: [{ price, quantity: 9, adjustable_quantity }] })).toMatchObject({
      statusCode: 400,
      param: "line_items[0][quantity]",
    });
    expect(await session({ allowed_payment_method_types: ["sepa_debit"] })).toMatchObject({
      statusCode: 501,
    });
    const once = { mode: "payment", line_items: undefined, invoice_creation: { enabled: true } };
    expect(await session({ ...once, allow_promotion_codes: true })).toMatchObject({ statusCode: 501 });
  });
});
