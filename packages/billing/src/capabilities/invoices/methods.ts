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
   * Lists a customer's invoices, newest first. One request a page; one more the first time the customer is used, and one
   * for a `subscriptionId` that was not used lately.
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
   * Charges an open invoice now, such as after the customer gave another card, or marks it as paid beside Stripe. One that
   * is paid already stays so. Two requests, and one for the payment method where it is named.
   *
   * @throws NotFoundError when it is missing or another tenant's, or the payment method is not its customer's.
   * @throws PaymentRequiredError when the payment is declined or there is no payment method; `hostedInvoiceUrl` is the page
   *   on which the customer can pay it.
   * @throws ConflictError when it is void.
   * @see https://docs.stripe.com/api/invoices/pay
   */
  payInvoice(invoiceId: string, options?: PayInvoiceOptions): Promise<Invoice>;

  /**
   * Voids an open or uncollectible invoice: nobody owes it any more, and it cannot be paid again. One that is void already
   * stays so. Two requests.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it is paid, or a draft.
   * @see https://docs.stripe.com/api/invoices/void
   */
  voidInvoice(invoiceId: string, options?: CallOptions & IdempotencyOptions): Promise<Invoice>;

  /**
   * Previews a customer's next invoice, or that of one of its subscriptions, if nothing changes until then. Null if none
   * will come, as after a cancellation. Writes nothing. To preview the cost of a change, use `previewSubscriptionChange`.
   *
   * Two requests, and one more for each subscription that ends before the one that is billed; one with a `subscriptionId`
   * that was used lately; one more the first time the customer is used, and for each hundred lines where there are more than
   * ten.
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
