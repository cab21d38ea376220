import type Stripe from "stripe";
import type { TenantSpec } from "../tenants.js";
import { readPriceId } from "./products.js";

/** The subscription to one of the tenant's own plans; to the first of them where there is none yet. */
export async function findOrCreatePlan(
  stripe: Stripe,
  tenant: TenantSpec,
  customer: Stripe.Customer,
  plans: readonly Stripe.Product[],
  existing: readonly Stripe.Subscription[],
): Promise<Stripe.Subscription> {
  const [first] = plans;
  if (first === undefined) throw new Error(`There is no product of ${tenant.id} to subscribe to.`);
  const known = existing.find((one) => plans.some((plan) => isFor(one, plan)));
  if (known !== undefined) return known;
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: readPriceId(first) }],
    // A tenant without a card starts with a trial, when nothing is due yet.
    ...(tenant.trialDays !== undefined && { trial_period_days: tenant.trialDays }),
  });
  return tenant.unpaidSeats === undefined
    ? subscription
    : addUnpaidSeats(stripe, subscription, tenant.unpaidSeats);
}

/** Apart from the plan, because Stripe's portal changes no subscription of several products. */
export async function findOrCreateReports(
  stripe: Stripe,
  customer: Stripe.Customer,
  reports: Stripe.Product,
  existing: readonly Stripe.Subscription[],
): Promise<void> {
  if (existing.some((one) => isFor(one, reports))) return;
  await stripe.subscriptions.create({ customer: customer.id, items: [{ price: readPriceId(reports) }] });
}

/** Bills more seats at once, to a card that Stripe declines. */
async function addUnpaidSeats(
  stripe: Stripe,
  { id, customer, items }: Stripe.Subscription,
  seats: number,
): Promise<Stripe.Subscription> {
  const [item] = items.data;
  if (item === undefined || typeof customer !== "string") throw new Error(`${id} has no item or customer.`);
  const declined = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: declined.id } });
  return stripe.subscriptions.update(id, {
    items: [{ id: item.id, quantity: 1 + seats }],
    proration_behavior: "always_invoice",
  });
}

function isFor({ items }: Stripe.Subscription, product: Stripe.Product): boolean {
  return items.data.some(({ price }) => price.product === product.id);
}
