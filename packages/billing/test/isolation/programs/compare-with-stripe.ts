import type Stripe from "stripe";
import { expect } from "vitest";
import { countedUsage } from "../counted-usage.js";
import type { ProductModel, TenantModel } from "./model.js";
import type { Started } from "./program.js";
import { accountOptions } from "./step.js";

/** Looks at Stripe itself: it holds what the model says, and of nobody anything else. */
export async function compareWithStripe({
  model: { tenants, products },
  real: { realm },
}: Started): Promise<void> {
  const { backdoor, markKey } = realm;
  for (const tenant of tenants) {
    const options = accountOptions(realm.accountOf(tenant.tenantId));
    await compareCustomers(backdoor, tenant, options);
    await compareSubscriptions(backdoor, tenant, options);
    await compareSessions(backdoor, tenant, options);
  }
  for (const product of products) {
    // In an account of its own, a product bears no mark, and is its tenant's all the same.
    const account = markKey === undefined ? realm.accountOf(product.mark) : undefined;
    await compareProduct(backdoor, product, accountOptions(account));
  }
}

async function compareCustomers(
  stripe: Stripe,
  tenant: TenantModel,
  options: Stripe.RequestOptions,
): Promise<void> {
  const { customerId: customer, customers, defaultPaymentMethodId: method } = tenant;
  for (const { id, name } of customers) {
    expect(await stripe.customers.retrieve(id, {}, options)).toMatchObject({
      name,
      invoice_settings: { default_payment_method: id === customer ? method : null },
    });
  }
  const numbers = await stripe.customers.listTaxIds(customer, { limit: 100 }, options);
  expect(numbers.data.map(({ id, type, value }) => ({ id, type, value })).reverse()).toEqual(tenant.taxIds);
  const cards = await stripe.paymentMethods.list({ customer, limit: 100 }, options);
  expect(cards.data.map(({ id }) => id).reverse()).toEqual(tenant.paymentMethodIds);
  const used = [...tenant.usage.values()].reduce((sum, value) => sum + value, 0);
  expect(await countedUsage(stripe, customer, options)).toBe(used);
}

async function compareSubscriptions(
  stripe: Stripe,
  { customerId: customer, subscriptions, invoiceIds }: TenantModel,
  options: Stripe.RequestOptions,
): Promise<void> {
  const { data } = await stripe.subscriptions.list(
    { customer, status: "all", limit: 100, expand: ["data.schedule"] },
    options,
  );
  const actual = data.map(({ id, status, cancel_at: cancelAt, ...rest }) => ({
    id,
    items: rest.items.data.map(({ price, quantity }) => [price.id, quantity]),
    ended: status === "canceled",
    cancels: status !== "canceled" && cancelAt !== null,
    isPaused: rest.pause_collection !== null,
    isScheduled: isGoverned(rest.schedule),
    paidWith: rest.default_payment_method,
    note: rest.metadata["note"],
  }));
  const modeled = subscriptions.map(({ id, price, quantity, ended, cancels, scheduled, ...rest }) => ({
    id,
    items: [[price.id, quantity]],
    ended,
    cancels: !ended && cancels !== "never",
    isPaused: rest.isPaused,
    isScheduled: !ended && scheduled !== null,
    paidWith: rest.paymentMethodId,
    note: rest.note,
  }));
  expect(actual.reverse()).toEqual(modeled);
  const invoices = await stripe.invoices.list({ customer, limit: 100 }, options);
  expect(invoices.data.map(({ id }) => id).reverse()).toEqual(invoiceIds);
}

function isGoverned(schedule: Stripe.Subscription["schedule"]): boolean {
  return typeof schedule === "object" && schedule?.status === "active";
}

async function compareSessions(
  stripe: Stripe,
  { customerId: customer, sessions }: TenantModel,
  options: Stripe.RequestOptions,
): Promise<void> {
  const { data } = await stripe.checkout.sessions.list({ customer, limit: 100 }, options);
  expect(data.map(({ id, status }) => [id, status]).reverse()).toEqual(
    sessions.map(({ id, status }) => [id, status]),
  );
}

async function compareProduct(
  stripe: Stripe,
  { id: product, name, active, defaultPrice, prices }: ProductModel,
  options: Stripe.RequestOptions,
): Promise<void> {
  expect(await stripe.products.retrieve(product, {}, options)).toMatchObject({
    name,
    active,
    default_price: defaultPrice?.id ?? null,
  });
  const { data } = await stripe.prices.list({ product, active: true, limit: 100 }, options);
  expect(data.map(({ id }) => id).reverse()).toEqual(
    prices.flatMap((price) => (price.active ? price.id : [])),
  );
  for (const { id, lookup_key: stored } of data) {
    const lookupKey = prices.find((price) => price.id === id)?.lookupKey ?? null;
    expect(stored?.split("//").at(-1) ?? null).toBe(lookupKey);
  }
}
