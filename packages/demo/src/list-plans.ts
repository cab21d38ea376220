import type { Product, StripeBillingService } from "@repo/billing";

/** The tenant's own products: what all tenants share are extras, bought beside a plan. */
export async function listPlans(billing: StripeBillingService): Promise<readonly Product[]> {
  const plans: Product[] = [];
  for await (const product of billing.listTenantProducts({ limit: 100 }))
    if (!product.shared) plans.push(product);
  return plans;
}
