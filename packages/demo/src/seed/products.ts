import type Stripe from "stripe";
import { AUDIT_LOG, type ProductSpec } from "../tenants.js";

/** Gives the product a fixed id, so that a later start finds it. */
export async function findOrCreateProduct(
  stripe: Stripe,
  spec: ProductSpec,
  tenantId: string,
): Promise<Stripe.Product> {
  const { id, name, description, features, unitLabel, grants = [] } = spec;
  const { data } = await stripe.products.list({ ids: [id] });
  if (data[0] !== undefined) return data[0];
  await stripe.products.create({
    id,
    name,
    description,
    marketing_features: features.map((feature) => ({ name: feature })),
    ...(unitLabel !== undefined && { unit_label: unitLabel }),
    // The application reads there which plans to offer for a feature; Stripe says who has it.
    metadata: { tenantId, ...(grants.length > 0 && { grants: grants.join(" ") }) },
  });
  for (const lookupKey of grants) {
    const feature = await findOrCreateFeature(stripe, lookupKey);
    await stripe.products.createFeature(id, { entitlement_feature: feature.id });
  }
  const price = await createPrices(stripe, spec);
  return stripe.products.update(id, { default_price: price.id });
}

export function readPriceId({ id, default_price: price }: Stripe.Product): string {
  if (!price) throw new Error(`The demo's product ${id} has no default price.`);
  return typeof price === "string" ? price : price.id;
}

async function createPrices(stripe: Stripe, spec: ProductSpec): Promise<Stripe.Price> {
  const { id: product, unitAmount: unit_amount, interval, yearlyAmount, meter } = spec;
  if (yearlyAmount !== undefined) {
    const recurring = { interval: "year" } as const;
    await stripe.prices.create({ product, currency: "usd", unit_amount: yearlyAmount, recurring });
  }
  const metered =
    meter === undefined
      ? {}
      : { usage_type: "metered" as const, meter: await findOrCreateMeter(stripe, meter) };
  return stripe.prices.create({ product, currency: "usd", unit_amount, recurring: { interval, ...metered } });
}

async function findOrCreateFeature(stripe: Stripe, lookupKey: string): Promise<Stripe.Entitlements.Feature> {
  const { data } = await stripe.entitlements.features.list({ lookup_key: lookupKey });
  return data[0] ?? stripe.entitlements.features.create({ name: AUDIT_LOG.name, lookup_key: lookupKey });
}

async function findOrCreateMeter(stripe: Stripe, eventName: string): Promise<string> {
  const { data } = await stripe.billing.meters.list({ status: "active", limit: 100 });
  const known = data.find(({ event_name }) => event_name === eventName);
  const meter =
    known ??
    (await stripe.billing.meters.create({
      display_name: "Reports",
      event_name: eventName,
      default_aggregation: { formula: "sum" },
    }));
  return meter.id;
}
