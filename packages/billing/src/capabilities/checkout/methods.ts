import type { CallOptions } from "../../stripe/deadline.js";
import type { CheckoutLineItem } from "../../views/checkout-line-item.js";
import type { CheckoutSession } from "../../views/checkout-session.js";

/** The service's methods for Stripe's Checkout, beside `createCheckoutSession`. */
export interface CheckoutMethods {
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
