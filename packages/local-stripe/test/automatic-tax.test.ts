import fc from "fast-check";
import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "./support/browser.js";
import { it } from "./support/it.js";
import { idOf, monthly, refusal, startLocal } from "./support/local.js";

const RATES = { taxRates: { DE: 19, FR: 20 } };

describe("a subscription with automatic tax", () => {
  it("is invoiced with the tax of its customer's country on top", async () => {
    const { stripe } = await startLocal(RATES);
    const invoice = await firstInvoice(stripe, { country: "DE" });
    expect(invoice).toMatchObject({
      subtotal: 2000,
      total_excluding_tax: 2000,
      total: 2380,
      amount_paid: 2380,
      automatic_tax: { enabled: true, status: "complete" },
      total_taxes: [{ amount: 380, tax_behavior: "exclusive", taxable_amount: 2000 }],
    });
    expect(invoice.lines.data[0]?.taxes).toMatchObject([{ amount: 380 }]);
  });

  it("contains the tax where the price includes it", async () => {
    const { stripe } = await startLocal(RATES);
    expect(await firstInvoice(stripe, { country: "DE" }, "inclusive")).toMatchObject({
      total: 2000,
      total_excluding_tax: 1681,
      subtotal_excluding_tax: 1681,
      total_taxes: [{ amount: 319, tax_behavior: "inclusive", taxable_amount: 1681 }],
    });
  });

  it("is not taxed in a country without a rate, nor where the customer is exempt", async () => {
    const { stripe } = await startLocal(RATES);
    expect(await firstInvoice(stripe, { country: "US" })).toMatchObject({
      total: 2000,
      total_taxes: [{ amount: 0, taxability_reason: "not_collecting" }],
    });
    expect((await firstInvoice(stripe, { country: "DE", exempt: "reverse" })).total).toBe(2000);
  });

  it("is refused while the customer's country is not known, also when it is turned on later", async () => {
    const { stripe } = await startLocal(RATES);
    const customer = await stripe.customers.create({});
    const price = await monthly(stripe);
    const params = { customer: customer.id, items: [{ price: price.id }] };
    const taxed = { automatic_tax: { enabled: true } };
    expect(await refusal(stripe.subscriptions.create({ ...params, ...taxed }))).toMatchObject({
      statusCode: 400,
      code: "customer_tax_location_invalid",
    });
    const { id, automatic_tax: tax } = await stripe.subscriptions.create(params);
    expect(tax.enabled).toBe(false);
    expect((await refusal(stripe.subscriptions.update(id, taxed))).code).toBe(
      "customer_tax_location_invalid",
    );
    await stripe.customers.update(customer.id, { address: { country: "FR" } });
    expect((await stripe.subscriptions.update(id, taxed)).automatic_tax.enabled).toBe(true);
  });

  it("asks for nothing where it is turned off", async ({ stripe }) => {
    const customer = await stripe.customers.create({});
    const price = await monthly(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      automatic_tax: { enabled: false },
    });
    expect(made.automatic_tax.enabled).toBe(false);
  });

  it("always adds up: lines, discounts and taxes make the total", async () => {
    const { stripe } = await startLocal({ ...RATES, recordedRequests: 0 });
    const customer = await stripe.customers.create({ address: { country: "DE" } });
    const product = await stripe.products.create({ name: "Gold" });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 51, max: 9_999_999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("exclusive", "inclusive"),
        async (unit_amount, quantity, tax_behavior) => {
          const price = await stripe.prices.create({
            product: product.id,
            currency: "usd",
            unit_amount,
            tax_behavior,
            recurring: { interval: "month" },
          });
          const { latest_invoice, id } = await stripe.subscriptions.create({
            customer: customer.id,
            items: [{ price: price.id, quantity }],
            automatic_tax: { enabled: true },
          });
          const invoice = await stripe.invoices.retrieve(idOf(latest_invoice));
          await stripe.subscriptions.cancel(id);
          const taxes = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
          expect((invoice.total_excluding_tax ?? 0) + taxes).toBe(invoice.total);
          expect(invoice.total).toBe(
            tax_behavior === "inclusive"
              ? unit_amount * quantity
              : unit_amount * quantity + Math.round((unit_amount * quantity * 19) / 100),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe("a Checkout session with automatic tax", () => {
  it("adds the tax of the customer's country, and so does what it makes", async () => {
    const { stripe } = await startLocal(RATES);
    const customer = await stripe.customers.create({ address: { country: "DE" } });
    const session = await checkout(stripe, customer.id);
    expect(session).toMatchObject({
      amount_subtotal: 2000,
      amount_total: 2380,
      total_details: { amount_tax: 380 },
      automatic_tax: { enabled: true, status: "complete" },
    });
    const page = await Browser.open(String(session.url));
    expect(page.text).toContain("$23.80");
    await page.submit("Subscribe", { card: "pm_card_visa" });
    const { invoice } = await stripe.checkout.sessions.retrieve(session.id);
    expect((await stripe.invoices.retrieve(idOf(invoice))).amount_paid).toBe(2380);
  });

  it("asks for a country that is not known before it takes a card, and keeps it", async () => {
    const { stripe } = await startLocal(RATES);
    const customer = await stripe.customers.create({});
    const session = await checkout(stripe, customer.id, { customer_update: { address: "auto" } });
    expect(session).toMatchObject({
      amount_total: 2000,
      automatic_tax: { status: "requires_location_inputs" },
    });
    const page = await Browser.open(String(session.url));
    expect(page.text).not.toContain("Subscribe</button>");
    await page.submit("Continue", { country: "FR" });
    expect(page.text).toContain("$24.00");
    await page.submit("Subscribe", { card: "pm_card_visa" });
    expect((await stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(2400);
    const changed = await stripe.customers.retrieve(customer.id);
    expect(changed).toMatchObject({ address: { country: "FR" } });
  });

  it("is refused where the country could never become known", async () => {
    const { stripe } = await startLocal(RATES);
    const customer = await stripe.customers.create({});
    const error = await refusal(checkout(stripe, customer.id));
    expect(error.code).toBe("customer_tax_location_invalid");
    expect(error.message).toContain("customer_update[address]");
  });
});

async function firstInvoice(
  stripe: Stripe,
  where: { readonly country: string; readonly exempt?: "reverse" },
  tax_behavior: "exclusive" | "inclusive" = "exclusive",
): Promise<Stripe.Invoice> {
  const customer = await stripe.customers.create({
    address: { country: where.country },
    ...(where.exempt && { tax_exempt: where.exempt }),
  });
  const product = await stripe.products.create({ name: "Gold" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 2000,
    tax_behavior,
    recurring: { interval: "month" },
  });
  const { latest_invoice } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    automatic_tax: { enabled: true },
  });
  return stripe.invoices.retrieve(idOf(latest_invoice));
}

async function checkout(
  stripe: Stripe,
  customer: string,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  const price = await monthly(stripe);
  return stripe.checkout.sessions.create({
    mode: "subscription",
    customer,
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: "https://app.example.com",
    automatic_tax: { enabled: true },
    ...params,
  });
}
