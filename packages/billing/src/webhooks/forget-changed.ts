import { isThin, readAccount, type WebhookEvent } from "./events.js";
import type { TenantResolver } from "./resolve-tenant.js";

/**
 * Has the service drop what it remembers of the product, price or customer that an event is about. Done for every delivery,
 * even a duplicate or one without a handler: forgetting twice is harmless.
 */
export async function forgetChanged(billing: TenantResolver<unknown>, event: WebhookEvent): Promise<void> {
  if (isAboutCatalog(event)) {
    const thin = { account: readAccount(event), data: { object: {} } };
    await billing.forgetCatalog?.(isThin(event) ? thin : event);
  }
  forgetChangedCustomer(billing, event);
}

/** Has the service prove anew whose a customer is, which may have changed. */
function forgetChangedCustomer(billing: TenantResolver<unknown>, event: WebhookEvent): void {
  if (!CUSTOMER_CHANGES.has(event.type)) return;
  const id = isThin(event) ? event.related_object?.id : Reflect.get(event.data.object, "id");
  if (typeof id === "string") billing.forgetCustomer?.(id, readAccount(event));
}

/** By both families' names: snapshot events and thin ones. */
const CUSTOMER_CHANGES: ReadonlySet<string> = new Set([
  "customer.updated",
  "customer.deleted",
  "v1.customer.updated",
  "v1.customer.deleted",
]);

function isAboutCatalog({ type }: WebhookEvent): boolean {
  return /^(?:v1\.)?(?:product|price)\./.test(type);
}
