import type Stripe from "stripe";
import { type ProductSpec, SHARED_PRODUCT, SHARED_PROMOTION, TENANTS, type TenantSpec } from "./tenants.js";
import type { Workspaces } from "./workspaces.js";

/** Creates what the demo needs in Stripe, or finds it there from an earlier start. */
export async function seed(stripe: Stripe, workspaces: Workspaces): Promise<void> {
  await findOrCreateProduct(stripe, SHARED_PRODUCT, "*");
  await findOrCreatePromotion(stripe);
  for (const tenant of TENANTS) {
    const plans = await Promise.all(
      tenant.products.map((product) => findOrCreateProduct(stripe, product, tenant.id)),
    );
    const customer = await findOrCreateCustomer(stripe, tenant);
    const subscription = await findOrCreateSubscription(stripe, tenant, customer, plans[0]);
    const configuration = await findOrCreatePortalConfiguration(stripe, tenant, plans);
    workspaces.add({
      tenantId: tenant.id,
      name: tenant.name,
      person: tenant.person,
      customerId: customer.id,
      subscriptionId: subscription.id,
      portalConfigurationId: configuration.id,
    });
  }
}

/** Gives the product a fixed id, so that a later start finds it. */
async function findOrCreateProduct(
  stripe: Stripe,
  spec: ProductSpec,
  tenantId: string,
): Promise<Stripe.Product> {
  const { id, name, description, features, unitAmount, interval, yearlyAmount, unitLabel } = spec;
  const { data } = await stripe.products.list({ ids: [id] });
  if (data[0] !== undefined) return data[0];
  const product = await stripe.products.create({
    id,
    name,
    description,
    marketing_features: features.map((feature) => ({ name: feature })),
    default_price_data: { currency: "usd", unit_amount: unitAmount, recurring: { interval } },
    ...(unitLabel !== undefined && { unit_label: unitLabel }),
    metadata: { tenantId },
  });
  if (yearlyAmount !== undefined) {
    const recurring = { interval: "year" } as const;
    await stripe.prices.create({ product: id, currency: "usd", unit_amount: yearlyAmount, recurring });
  }
  return product;
}

async function findOrCreatePromotion(stripe: Stripe): Promise<void> {
  const { couponId, name, percentOff, code } = SHARED_PROMOTION;
  const { data } = await stripe.promotionCodes.list({ code, active: true, limit: 1 });
  if (data[0] !== undefined) return;
  const metadata = { tenantId: "*" };
  const { data: coupons } = await stripe.coupons.list({ limit: 100 });
  if (!coupons.some(({ id }) => id === couponId)) {
    await stripe.coupons.create({ id: couponId, name, percent_off: percentOff, duration: "once", metadata });
  }
  await stripe.promotionCodes.create({ code, promotion: { type: "coupon", coupon: couponId }, metadata });
}

/** Matches by the tenant in the metadata; the e-mail address proves nothing and only shortens the list. */
async function findOrCreateCustomer(stripe: Stripe, tenant: TenantSpec): Promise<Stripe.Customer> {
  const { name, email, id: tenantId, card } = tenant;
  const { data } = await stripe.customers.list({ email, limit: 100 });
  return (
    data.find(({ metadata }) => metadata["tenantId"] === tenantId) ??
    stripe.customers.create({
      name,
      email,
      metadata: { tenantId },
      ...(card && { payment_method: card, invoice_settings: { default_payment_method: card } }),
    })
  );
}

async function findOrCreateSubscription(
  stripe: Stripe,
  tenant: TenantSpec,
  customer: Stripe.Customer,
  plan: Stripe.Product | undefined,
): Promise<Stripe.Subscription> {
  const { data } = await stripe.subscriptions.list({ customer: customer.id, limit: 1 });
  if (data[0] !== undefined) return data[0];
  if (plan === undefined) throw new Error(`There is no product of ${tenant.id} to subscribe to.`);
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: readPriceId(plan.default_price) }],
    // A tenant without a card starts with a trial, when nothing is due yet.
    ...(tenant.trialDays !== undefined && { trial_period_days: tenant.trialDays }),
  });
  return tenant.unpaidSeats === undefined
    ? subscription
    : addUnpaidSeats(stripe, subscription, tenant.unpaidSeats);
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

async function findOrCreatePortalConfiguration(
  stripe: Stripe,
  tenant: TenantSpec,
  plans: readonly Stripe.Product[],
): Promise<Stripe.BillingPortal.Configuration> {
  const { data } = await stripe.billingPortal.configurations.list({ active: true, limit: 100 });
  return (
    data.find(({ metadata }) => metadata?.["tenantId"] === tenant.id) ??
    stripe.billingPortal.configurations.create({
      business_profile: { headline: `Billing for ${tenant.name}` },
      features: {
        customer_update: { enabled: true, allowed_updates: ["email", "name", "address", "tax_id"] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: {
          enabled: true,
          mode: "at_period_end",
          cancellation_reason: {
            enabled: true,
            options: ["too_expensive", "missing_features", "unused", "other"],
          },
        },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ["price"],
          // An upgrade is charged at once; a downgrade starts with the next period.
          proration_behavior: "always_invoice",
          schedule_at_period_end: { conditions: [{ type: "decreasing_item_amount" }] },
          products: plans.map(({ id, default_price }) => ({
            product: id,
            prices: [readPriceId(default_price)],
          })),
        },
      },
      metadata: { tenantId: tenant.id },
    })
  );
}

function readPriceId(price: Stripe.Product["default_price"]): string {
  if (!price) throw new Error("A product of the demo has no default price.");
  return typeof price === "string" ? price : price.id;
}
