import * as z from "zod/mini";
import { checkInput, listFields, onFirstUse } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { assertCursor } from "../../stripe/page-cursor.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type PaymentMethod, toPaymentMethod } from "../../views/payment-method.js";

export interface ListPaymentMethodsOptions extends CallOptions, ListOptions {}

const listOptions = onFirstUse(() => z.strictObject(listFields(), "The options must be an object."));

export async function listPaymentMethods(
  scope: TenantScope,
  customer: string | undefined,
  options: ListPaymentMethodsOptions,
): Promise<Page<PaymentMethod>> {
  const { limit = 10, after } = checkInput(listOptions, options);
  const cursor = after === undefined ? undefined : parseObjectId("payment_method", after, "after");
  const customerId = await scope.customerId(customer);
  // guard: payment methods are listed for a proved customer
  await scope.proveCustomer(customerId);
  // guard: a cursor is a payment method of the customer's
  if (cursor !== undefined) await assertCursor(scope.provePaymentMethodOf(customerId, cursor));
  const { data, has_more: hasMore } = await scope.list("GET /v1/payment_methods", {
    customer: customerId,
    limit,
    // Which of them is the default stands in the customer alone, and changes.
    expand: ["data.customer"],
    ...(cursor && { starting_after: cursor }),
  });
  return Object.freeze({
    data: Object.freeze(data.map(toPaymentMethod)),
    hasMore,
    nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null,
  });
}
