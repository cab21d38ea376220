import type { StripeBillingService } from "@repo/billing";
import type { ReadModel } from "./read-model.js";
import type { Workspaces } from "./workspaces.js";

/** Fills the read model at the start; from then on webhooks keep it current. */
export async function backfill(
  billing: StripeBillingService,
  workspaces: Workspaces,
  readModel: ReadModel,
): Promise<void> {
  for (const { tenantId, customerId } of workspaces.list()) {
    const readAt = performance.now();
    const subscriptions = billing
      .forTenant(tenantId)
      .listCustomerSubscriptions(customerId, { status: "all" });
    for await (const subscription of subscriptions) readModel.save(tenantId, subscription, readAt);
  }
}
