import type Stripe from "stripe";
import type { StripeWorld, TenantWorld } from "../stripe-world.js";

/** Something else that a tenant sells. */
export interface Plan {
  readonly productId: string;
  readonly priceId: string;
}

export interface PlanOptions {
  readonly unitAmount?: number;
  readonly interval?: Stripe.PriceCreateParams.Recurring.Interval;
  /** Whose it is; `"*"` for everyone's. */
  readonly mark?: string;
}

export async function addPlan(
  { stripe }: StripeWorld,
  tenantId: string,
  options: PlanOptions = {},
): Promise<Plan> {
  const { unitAmount = 9900, interval = "month", mark = tenantId } = options;
  const product = await stripe.products.create({
    name: `${tenantId} plan`,
    metadata: { tenantId: mark },
    default_price_data: { currency: "usd", unit_amount: unitAmount, recurring: { interval } },
  });
  return {
    productId: product.id,
    priceId: typeof product.default_price === "string" ? product.default_price : "",
  };
}

/** Another price of a tenant's own product. */
export async function addPrice(
  { stripe }: StripeWorld,
  { productId: product }: Pick<TenantWorld, "productId">,
  params: Partial<Stripe.PriceCreateParams> = {},
): Promise<string> {
  const recurring = { interval: "month" as const };
  return (await stripe.prices.create({ currency: "usd", unit_amount: 9900, recurring, product, ...params }))
    .id;
}

/** A card that does as its name says, such as `visa` or `authenticationRequired`; see the local Stripe's test cards. */
export async function addCard({ stripe }: StripeWorld, customer: string, card = "visa"): Promise<string> {
  return (await stripe.paymentMethods.attach(`pm_card_${card}`, { customer })).id;
}

/** A price that bills what was used, by a meter of its own. */
export async function addMeteredPrice(
  world: StripeWorld,
  plan: Pick<TenantWorld, "productId">,
): Promise<string> {
  const { id: meter } = await world.stripe.billing.meters.create({
    display_name: "API calls",
    event_name: `api_call_${plan.productId}`,
    default_aggregation: { formula: "sum" },
  });
  return addPrice(world, plan, { recurring: { interval: "month", usage_type: "metered", meter } });
}
