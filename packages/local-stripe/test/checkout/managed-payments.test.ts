import type Stripe from "stripe";
import { expect } from "vitest";
import { it } from "../support/it.js";
import { ask, refusal, startLocal } from "../support/local.js";

it("are off unless the account has them on by default", async ({ stripe }) => {
  expect((await checkout(stripe)).managed_payments).toBeNull();
});

it("are on for every session of an account that has them on by default, unless it turns them off", async () => {
  const { stripe } = await startLocal({ managedPayments: true });
  expect((await checkout(stripe)).managed_payments).toEqual({ enabled: true });
  expect((await checkout(stripe, { managed_payments: { enabled: false } })).managed_payments).toBeNull();
});

it("are refused for a connected account, where the request does not turn them off", async () => {
  const { stripe } = await startLocal({ managedPayments: true, accounts: ["acct_1"] });
  const options = { stripeAccount: "acct_1" };
  expect(await refusal(checkout(stripe, {}, options))).toMatchObject({
    statusCode: 400,
    message: "You specified a Stripe-Account header, but Managed Payments cannot be used with Connect.",
  });
  const off = { managed_payments: { enabled: false } };
  expect((await checkout(stripe, off, options)).status).toBe("open");
});

it("are refused with a configuration of payment methods, and on an API version before them", async () => {
  const { local, stripe } = await startLocal({ managedPayments: true });
  const error = await refusal(checkout(stripe, { payment_method_configuration: "pmc_1" }));
  expect(error.message).toContain("cannot be used with Managed Payments");
  const off = { managed_payments: { enabled: false }, payment_method_configuration: "pmc_1" };
  expect((await refusal(checkout(stripe, off))).statusCode).toBe(501);
  const customer = await stripe.customers.create({});
  const old = await ask(local, "POST", "/v1/checkout/sessions", {
    headers: { "Stripe-Version": "2025-02-24.acacia" },
    body: `mode=setup&currency=usd&customer=${customer.id}&success_url=https://app.example.com`,
  });
  expect(old.body).toMatchObject({
    error: { message: expect.stringContaining("not supported on API version 2025-02-24.acacia") },
  });
});

async function checkout(
  stripe: Stripe,
  params: Partial<Stripe.Checkout.SessionCreateParams> = {},
  options: Stripe.RequestOptions = {},
): Promise<Stripe.Checkout.Session> {
  const customer = await stripe.customers.create({}, options);
  const product = await stripe.products.create({ name: "Gold" }, options);
  const price = await stripe.prices.create(
    { product: product.id, currency: "usd", unit_amount: 2000, recurring: { interval: "month" } },
    options,
  );
  return stripe.checkout.sessions.create(
    {
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: "https://app.example.com",
      ...params,
    },
    options,
  );
}
