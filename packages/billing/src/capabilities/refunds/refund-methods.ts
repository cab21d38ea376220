import type { CallOptions } from "../../stripe/deadline.js";
import type { Refund } from "../../views/refund.js";
import type { CreateRefundOptions, ListRefundsOptions } from "./refunds.js";

/** The service's methods for refunds. */
export interface RefundMethods {
  /**
   * Refunds a payment or a part of it. Name the payment by its invoice, payment intent or charge. Give an
   * `idempotencyKey`, such as the id of the refund in your own records: two calls without one refund twice.
   *
   * Two requests, and one more for an invoice. A refund does not cancel a subscription: see `cancelSubscription`.
   *
   * @throws NotFoundError when the payment is missing or another tenant's.
   * @throws InvalidArgumentError when `amount` is more than was paid.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the payment has not succeeded or is disputed, the invoice was paid by several payments or
   *   outside of Stripe, less than the amount is left to refund, or the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/refunds/create
   */
  createRefund(options: CreateRefundOptions): Promise<Refund>;

  /**
   * Reads a refund, for example to see whether a pending one has succeeded. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/refunds/retrieve
   */
  getRefund(refundId: string, options?: CallOptions): Promise<Refund>;

  /**
   * Lists the refunds of one payment, newest first, at most a hundred. Two requests, and one more for an invoice.
   *
   * @throws NotFoundError when the payment is missing or another tenant's.
   * @throws ConflictError when the payment has not succeeded, or the invoice was paid by several payments or outside of
   *   Stripe.
   * @see https://docs.stripe.com/api/refunds/list
   */
  listRefunds(options: ListRefundsOptions): Promise<readonly Refund[]>;
}
