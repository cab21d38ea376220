import * as z from "zod/mini";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type PaymentMethod, toPaymentMethod } from "../../views/payment-method.js";

export interface SetDefaultPaymentMethodOptions extends CallOptions, IdempotencyOptions {
  /**
   * A subscription of the customer that is charged on this payment method from now on. A subscription with a payment
   * method of its own, for example one whose first payment was made in the browser, ignores the customer's default.
   */
  readonly subscriptionId?: string | undefined;
}

const setDefaultOptions = onFirstUse(() =>
  optionsObject({ ...writeFields(), subscriptionId: z.optional(z.unknown()) }),
);

/** Changes the payment method of a subscription and of its scheduled changes. */
export type ChargeOn = (subscriptionId: string, paymentMethodId: string, key: string) => Promise<unknown>;

export async function setDefaultPaymentMethod(
  scope: TenantScope,
  paymentMethod: string,
  options: SetDefaultPaymentMethodOptions,
  chargeOn: ChargeOn,
): Promise<PaymentMethod> {
  const paymentMethodId = parseObjectId("payment_method", paymentMethod, "paymentMethodId");
  const { subscriptionId, idempotencyKey } = checkInput(setDefaultOptions, options);
  const subscription =
    subscriptionId === undefined
      ? undefined
      : parseObjectId("subscription", subscriptionId, "subscriptionId");
  // guard (as table): a payment method is proved before it becomes the default
  const method = await scope.paymentMethods.attached(paymentMethodId);
  const { customer } = method;
  const steps = new Steps(idempotencyKey);
  if (subscription !== undefined) {
    // guard: a payment method becomes the default of a subscription of its own customer
    await scope.proveCustomersSubscription(customer.id, subscription);
    await steps.take("the payment method of the subscription", () =>
      chargeOn(subscription, paymentMethodId, steps.key),
    );
  }
  const { default_payment_method: current } = customer.invoice_settings;
  if (referencedId(current) === paymentMethodId) return toPaymentMethod(method);
  const params = { invoice_settings: { default_payment_method: paymentMethodId } };
  const after = await steps.take("the customer's default", () =>
    scope.write(
      "POST /v1/customers/{customer}",
      { customer: customer.id },
      params,
      steps.key,
      "default payment method",
    ),
  );
  return toPaymentMethod({ ...method, customer: after });
}
