import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import type { Pages } from "../../stripe/page.js";
import type { Invoice, UpcomingInvoice } from "../../views/invoice.js";
import type { ListInvoicesOptions } from "./read.js";
import type { PayInvoiceOptions } from "./settle.js";
import type { PreviewUpcomingInvoiceOptions } from "./upcoming.js";

/** The service's methods for invoices. */
export interface InvoiceMethods {
  /**
   * Lists a customer's invoices, newest first. One request a page; one more the first time the customer is used, and
   * one for a `subscriptionId` that was not used recently.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the subscription is not the
   *   customer's.
   * @see https://docs.stripe.com/api/invoices/list
   */
  listInvoices(customerId?: string, options?: ListInvoicesOptions): Pages<Invoice>;

  /**
   * Reads one invoice with all its lines and the links to view, pay and print it. One request; with more than ten lines,
   * one more for each hundred.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/invoices/retrieve
   */
  getInvoice(invoiceId: string, options?: CallOptions): Promise<Invoice>;

  /**
   * Charges an open invoice now, for example after the customer added another card, or marks it as paid outside of
   * Stripe. If it is already paid, succeeds and changes nothing. Two requests, and one more if a payment method is
   * given.
   *
   * @throws NotFoundError when it is missing or another tenant's, or the payment method is not its customer's.
   * @throws PaymentRequiredError when the payment is declined or there is no payment method; `hostedInvoiceUrl` is the page
   *   on which the customer can pay it.
   * @throws ConflictError when it is void.
   * @see https://docs.stripe.com/api/invoices/pay
   */
  payInvoice(invoiceId: string, options?: PayInvoiceOptions): Promise<Invoice>;

  /**
   * Voids an open or uncollectible invoice: nobody owes it any more, and it can no longer be paid. If it is already
   * void, succeeds and changes nothing. Two requests.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it is paid, or a draft.
   * @see https://docs.stripe.com/api/invoices/void
   */
  voidInvoice(invoiceId: string, options?: CallOptions & IdempotencyOptions): Promise<Invoice>;

  /**
   * Previews a customer's next invoice, or that of one of its subscriptions, if nothing changes until then. Null if
   * there will be none, for example after a cancellation. Writes nothing. To preview the cost of a change, use
   * `previewSubscriptionChange`.
   *
   * Two requests, and one more for each subscription that ends without another invoice; only one with a
   * `subscriptionId` that was used recently. One more the first time the customer is used, and, if the invoice has more
   * than ten lines, for each hundred of them.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the subscription is not the
   *   customer's.
   * @see https://docs.stripe.com/api/invoices/create_preview
   */
  previewUpcomingInvoice(
    customerId?: string,
    options?: PreviewUpcomingInvoiceOptions,
  ): Promise<UpcomingInvoice | null>;
}
