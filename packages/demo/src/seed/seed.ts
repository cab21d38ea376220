import type Stripe from "stripe";
import { startBranding } from "../portal-branding.js";
import { REPORTS, SHARED_PRODUCT, SHARED_PROMOTION, TENANTS, type TenantSpec } from "../tenants.js";
import type { Workspaces } from "../workspaces.js";
import { findOrCreateProduct, readPriceId } from "./products.js";
import { findOrCreatePlan, findOrCreateReports } from "./subscriptions.js";

/** Creates what the demo needs in Stripe, or finds it there from an earlier start. */
export async function seed(stripe: Stripe, workspaces: Workspaces): Promise<void> {
  await findOrCreateProduct(stripe, SHARED_PRODUCT, "*");
  const reports = await findOrCreateProduct(stripe, REPORTS, "*");
  await findOrCreatePromotion(stripe);
  for (const tenant of TENANTS) {
    const plans = await Promise.all(
      tenant.products.map((product) => findOrCreateProduct(stripe, product, tenant.id)),
    );
    const customer = await findOrCreateCustomer(stripe, tenant);
    const { data } = await stripe.subscriptions.list({ customer: customer.id, limit: 100 });
    if (tenant.buysReports) await findOrCreateReports(stripe, customer, reports, data);
    const subscription = await findOrCreatePlan(stripe, tenant, customer, plans, data);
    workspaces.save({
      tenantId: tenant.id,
      name: tenant.name,
      person: tenant.person,
      customerId: customer.id,
      subscriptionId: subscription.id,
      plans: plans.map((plan) => ({ productId: plan.id, priceIds: [readPriceId(plan)] })),
      branding: startBranding(tenant.name),
    });
  }
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
