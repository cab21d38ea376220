import { InvalidArgumentError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/**
 * Proves that a subscription may be charged on a payment method. One request.
 *
 * @throws NotFoundError for a payment method that is missing or another tenant's.
 * @throws InvalidArgumentError for one of another customer of the same tenant.
 */
export async function provePaymentMethod(
  scope: TenantScope,
  paymentMethodId: string,
  customerId: string,
): Promise<void> {
  const { customer } = await scope.paymentMethods.attached(paymentMethodId);
  // guard (if true): a payment method is of the subscription's own customer
  if (customer.id === customerId) return;
  throw new InvalidArgumentError(
    "defaultPaymentMethodId must be a payment method of the subscription's customer.",
  );
}
