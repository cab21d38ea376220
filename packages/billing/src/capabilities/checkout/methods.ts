import type { CallOptions } from "../../stripe/deadline.js";
import type { CheckoutLineItem } from "../../views/checkout-line-item.js";
import type { CheckoutSession, OpenCheckoutSession } from "../../views/checkout-session.js";
import type { CreateCheckoutSessionOptions } from "./options.js";

/** The service's methods for Stripe's hosted Checkout page. */
export interface CheckoutMethods {
  /**
   * Opens a hosted page on which a customer subscribes, pays once or saves a card, depending on `mode`. While a page
   * with the same options is open, returns that one. A call for the same product with other options closes the earlier
   * page, so that nobody pays on both.
   *
   * Sends six requests in subscription mode, two of them to see that no other page or subscription came between; one more
   * for each price, for a discount, and for each open page that it closes. Two fewer in the other modes; three fewer with
   * `allowSecond`, and if the page is open already.
   *
   * @throws NotFoundError when a price, discount or customer is missing or not the tenant's to use.
   * @throws ReturnUrlNotAllowedError when the success or cancel URL is not on an allowed origin.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when a price is archived, the customer has a current subscription to the same product, or is
   *   completing another page for it at this moment.
   * @see https://docs.stripe.com/api/checkout/sessions/create
   */
  createCheckoutSession(options: CreateCheckoutSessionOptions): Promise<OpenCheckoutSession>;

  /**
   * Reads a Checkout session, such as for the page that the customer comes back to. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/checkout/sessions/retrieve
   */
  getCheckoutSession(checkoutSessionId: string, options?: CallOptions): Promise<CheckoutSession>;

  /**
   * Lists all that a Checkout session sells or has sold, with the quantities that the customer chose and what was paid for
   * each. One request, or two if the session was not used lately. Empty for a session that saves a card.
   *
   * @throws NotFoundError when the session is missing or another tenant's.
   * @see https://docs.stripe.com/api/checkout/sessions/line_items
   */
  listCheckoutLineItems(
    checkoutSessionId: string,
    options?: CallOptions,
  ): Promise<readonly CheckoutLineItem[]>;
}
