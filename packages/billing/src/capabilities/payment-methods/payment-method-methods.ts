import type { Pages } from "../../stripe/page.js";
import type { PaymentMethod } from "../../views/payment-method.js";
import type { DetachPaymentMethodOptions } from "./detach.js";
import type { ListPaymentMethodsOptions } from "./list.js";
import type { SetDefaultPaymentMethodOptions } from "./set-default.js";

/** The service's methods for the cards and accounts that a customer pays with. */
export interface PaymentMethodMethods {
  /**
   * Lists a customer's payment methods, newest first, with the default marked. One request a page; one more the first
   * time the customer is used.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/payment_methods/list
   */
  listPaymentMethods(customerId?: string, options?: ListPaymentMethodsOptions): Pages<PaymentMethod>;

  /**
   * Makes a payment method its customer's default, which Stripe charges for every invoice and subscription without a
   * payment method of its own. With `subscriptionId`, that subscription is charged on it as well. Safe to repeat.
   *
   * Two requests; one if it is the default already. With a subscription three more, or four if the subscription was not
   * used recently, and one more for a scheduled change.
   *
   * @throws NotFoundError when it is missing, another tenant's or attached to no customer, or the subscription is not its
   *   customer's.
   * @throws ConflictError when the subscription has ended.
   * @see https://docs.stripe.com/billing/subscriptions/payment-methods-setting
   */
  setDefaultPaymentMethod(
    paymentMethodId: string,
    options?: SetDefaultPaymentMethodOptions,
  ): Promise<PaymentMethod>;

  /**
   * Detaches a payment method from its customer for good: it can be neither charged nor attached again. Four requests,
   * or three with `allowInUse`; one more for each further hundred subscriptions of the customer.
   *
   * A detached payment method no longer names its owner, so a second call throws NotFoundError, unless it is a retry
   * with the same `idempotencyKey`. For legacy cards and sources, whose ids do not begin with `pm_`, such a retry
   * throws NotFoundError too.
   *
   * @throws NotFoundError when it is missing, another tenant's or attached to no customer.
   * @throws ConflictError when a current subscription is charged on it, directly or through the customer's default;
   *   `conflictingId` is that subscription's id.
   * @see https://docs.stripe.com/api/payment_methods/detach
   */
  detachPaymentMethod(paymentMethodId: string, options?: DetachPaymentMethodOptions): Promise<PaymentMethod>;
}
