import { callOptions, checkInput } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type CheckoutSession, toCheckoutSession } from "../../views/checkout-session.js";

export async function getCheckoutSession(
  scope: TenantScope,
  checkoutSessionId: string,
  options: CallOptions,
): Promise<CheckoutSession> {
  const id = parseObjectId("checkout_session", checkoutSessionId, "checkoutSessionId");
  checkInput(callOptions, options);
  // guard (as table): a session to read is of one of the tenant's customers
  return toCheckoutSession(await scope.checkoutSession(id, { onlyReads: true }), scope);
}
