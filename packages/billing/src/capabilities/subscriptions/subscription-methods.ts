import type { CallOptions } from "../../stripe/deadline.js";
import type { Pages } from "../../stripe/page.js";
import type { ChangedSubscription } from "../../views/pending-payment.js";
import type { Subscription } from "../../views/subscription.js";
import type { CancelSubscriptionOptions } from "./cancel.js";
import type { UpdateSubscriptionOptions } from "./change.js";
import type { CreateSubscriptionOptions } from "./create.js";
import type { PauseSubscriptionOptions, UnpauseSubscriptionOptions } from "./pause.js";
import type { SubscriptionPreview } from "./preview.js";
import type { ListSubscriptionsOptions } from "./read.js";
import type { ResumeSubscriptionOptions } from "./resume.js";

/** The service's methods for subscriptions. */
export interface SubscriptionMethods {
  /**
   * Lists a customer's subscriptions, newest first. One request a page; one more the first time the customer is used.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/subscriptions/list
   */
  listCustomerSubscriptions(customerId?: string, options?: ListSubscriptionsOptions): Pages<Subscription>;

  /**
   * Reads one subscription. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/subscriptions/retrieve
   */
  getSubscription(subscriptionId: string, options?: CallOptions): Promise<Subscription>;

  /**
   * Subscribes a customer, charging the customer's default payment method or the one given. Four requests; one more
   * for each price, coupon, promotion code and payment method named, and for each open Checkout page for the same product,
   * which it closes; two fewer with `allowSecond`. Without an `idempotencyKey`, two calls at the same instant may create two subscriptions.
   *
   * If the customer has to act on the first payment, the subscription is `incomplete` and `pendingPayment` holds the
   * next step; unpaid, it expires after 23 hours.
   *
   * @throws NotFoundError when an object named is missing or not the tenant's to sell, charge or give away.
   * @throws ConflictError when a price is archived, or the customer has a current subscription to the same product.
   * @throws PaymentRequiredError when the payment fails with `paymentBehavior: "error_if_incomplete"`.
   * @see https://docs.stripe.com/billing/subscriptions/build-subscriptions
   */
  createSubscription(options: CreateSubscriptionOptions): Promise<ChangedSubscription>;

  /**
   * Changes a subscription's items, trial, discounts, payment method or metadata now; or, with `when: "period_end"`, all
   * of these but the trial at the end of the period. If the customer has to act on a payment, `pendingPayment` holds the
   * next step.
   *
   * Two requests; one more for each price, coupon, promotion code and payment method named, to start a schedule, to drop
   * one, and to give a scheduled change the new payment method. Stripe starts a schedule in two steps; a change that
   * another call makes between them is undone by the second.
   *
   * With an idempotency key the change is made once. Without one a retry is harmless as well, except that prorations are
   * computed again.
   *
   * @throws NotFoundError when an object named is missing or not the tenant's to sell, charge or give away.
   * @throws ConflictError when the subscription has ended, has several items to choose from, is scheduled to end or to
   *   change, or a price is archived.
   * @throws PaymentRequiredError when the payment fails with `paymentBehavior: "error_if_incomplete"`.
   * @see https://docs.stripe.com/billing/subscriptions/change
   */
  updateSubscription(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<ChangedSubscription>;

  /**
   * Previews the cost of {@link updateSubscription} with the same options, and returns the `confirmation` to make the
   * change with. Writes nothing. Three requests; one more for each price, coupon, promotion code and payment method named,
   * for each hundred lines where there are more than ten, and up to two for another interval at the end of the period.
   *
   * @throws NotFoundError | ConflictError when {@link updateSubscription} would.
   * @throws ConflictError also when the change would drop or replace a scheduled one, which Stripe cannot preview. Drop
   *   the scheduled change first, with `updateSubscription(id, { scheduledChange: null })`.
   * @see https://docs.stripe.com/api/invoices/create_preview
   */
  previewSubscriptionChange(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<SubscriptionPreview>;

  /**
   * Takes back a scheduled cancellation, however it was scheduled. Two requests, and up to two more if it was scheduled
   * in several ways. If none is scheduled, succeeds after one request and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has already ended: create a new subscription instead.
   * @see https://docs.stripe.com/billing/subscriptions/cancel#reactivating-canceled-subscriptions
   */
  resumeSubscription(subscriptionId: string, options?: ResumeSubscriptionOptions): Promise<Subscription>;

  /**
   * Pauses payment collection, or the subscription itself. Two requests. If it is paused this way already, succeeds after
   * one request and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has ended, or Stripe cannot pause the subscription itself.
   * @see https://docs.stripe.com/billing/subscriptions/pause-payment
   */
  pauseSubscription(subscriptionId: string, options?: PauseSubscriptionOptions): Promise<Subscription>;

  /**
   * Ends every pause of a subscription, of payment collection and of the subscription itself. The latter starts a new
   * period that is billed at once; until that is paid the status may stay `paused`. Two requests, or three if both were
   * paused. If neither is, succeeds after one request and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has ended.
   * @see https://docs.stripe.com/api/subscriptions/resume
   */
  unpauseSubscription(subscriptionId: string, options?: UnpauseSubscriptionOptions): Promise<Subscription>;

  /**
   * Cancels a subscription at the end of its period, now, or on a date. Two requests; one, now or on a date, if it was
   * used recently, with `directoryTenancy` or `ownership.trustInWrites`; three more to drop a scheduled change.
   * Canceling an ended subscription succeeds and changes nothing, so a retry is harmless.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/billing/subscriptions/cancel
   */
  cancelSubscription(subscriptionId: string, options?: CancelSubscriptionOptions): Promise<Subscription>;
}
