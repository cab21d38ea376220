import { callOptions, checkInput } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type CheckoutLineItem, toCheckoutLineItem } from "../../views/checkout-line-item.js";
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

/** As many as a session can have. */
const MOST_ITEMS = 100;

export async function listCheckoutLineItems(
  scope: TenantScope,
  checkoutSessionId: string,
  options: CallOptions,
): Promise<readonly CheckoutLineItem[]> {
  const session = parseObjectId("checkout_session", checkoutSessionId, "checkoutSessionId");
  checkInput(callOptions, options);
  // guard: a session whose items are listed is of one of the tenant's customers
  await scope.proveCheckoutSession(session);
  const call = "GET /v1/checkout/sessions/{session}/line_items";
  const { data } = await scope.list(call, { limit: MOST_ITEMS }, { session });
  return Object.freeze(data.map(toCheckoutLineItem));
}
