import type { CallOptions } from "../../stripe/deadline.js";
import type { Refund } from "../../views/refund.js";
import type { CreateRefundOptions, ListRefundsOptions } from "./refunds.js";

/** The service's methods to give money back. */
export interface RefundMethods {
  /**
   * Gives back a payment or a part of it, named by the invoice that it paid, by itself or by its charge. Give an
   * `idempotencyKey`, such as of your own refund: two calls without one give back twice.
   *
   * Two requests, and one more for an invoice. A refund does not cancel a subscription: see `cancelSubscription`.
   *
   * @throws NotFoundError when the payment is missing or another tenant's.
   * @throws InvalidArgumentError when `amount` is more than was paid.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the payment has not succeeded, an invoice was paid by several payments or beside Stripe,
   *   less than the amount is left, or the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/refunds/create
   */
  createRefund(options: CreateRefundOptions): Promise<Refund>;

  /**
   * Reads a refund, such as to see whether a pending one has arrived. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/refunds/retrieve
   */
  getRefund(refundId: string, options?: CallOptions): Promise<Refund>;

  /**
   * Lists what was given back of one payment, newest first, at most a hundred. Two requests, and one more for an invoice.
   *
   * @throws NotFoundError when the payment is missing or another tenant's.
   * @throws ConflictError when the payment has not succeeded, or an invoice was paid by several payments or beside Stripe.
   * @see https://docs.stripe.com/api/refunds/list
   */
  listRefunds(options: ListRefundsOptions): Promise<readonly Refund[]>;
}
