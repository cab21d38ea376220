import { checkInput, listOptions } from "../../input.js";
import { sideBySide } from "../../side-by-side.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { type ListOptions, type Page, toPage } from "../../stripe/page.js";
import { assertCursor, listAfter } from "../../stripe/page-cursor.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type PaymentMethod, toPaymentMethod } from "../../views/payment-method.js";

export interface ListPaymentMethodsOptions extends CallOptions, ListOptions {}

export async function listPaymentMethods(
  scope: TenantScope,
  customer: string | undefined,
  options: ListPaymentMethodsOptions,
): Promise<Page<PaymentMethod>> {
  const { limit = 10, after } = checkInput(listOptions, options);
  const cursor = after === undefined ? undefined : parseObjectId("payment_method", after, "after");
  const customerId = await scope.customerId(customer);
  if (cursor !== undefined) {
    await sideBySide(
      scope.proveCustomer(customerId),
      // guard: a cursor is a payment method of the customer's
      assertCursor(scope.paymentMethods.proveFor(customerId, cursor)),
    );
  }
  const list = scope.list("GET /v1/payment_methods", {
    customer: customerId,
    limit,
    // Only the customer names the default, which changes.
    expand: ["data.customer"],
    ...(cursor && { starting_after: cursor }),
  });
  return toPage(await listAfter(cursor, list), toPaymentMethod);
}
