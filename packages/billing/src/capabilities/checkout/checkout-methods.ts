import type { CallOptions } from "../../stripe/deadline.js";
import type { CheckoutLineItem } from "../../views/checkout-line-item.js";
import type { CheckoutSession } from "../../views/checkout-session.js";

/** The service's methods for Stripe's Checkout, beside `createCheckoutSession`. */
export interface CheckoutMethods {
  /**
   * Reads a Checkout session, for example on the page to which the customer returns. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/checkout/sessions/retrieve
   */
  getCheckoutSession(checkoutSessionId: string, options?: CallOptions): Promise<CheckoutSession>;

  /**
   * Lists everything that a Checkout session sells or has sold, with the quantities that the customer chose and the
   * amount paid for each. One request, or two if the session was not used recently. Empty for a session that only saves
   * a card.
   *
   * @throws NotFoundError when the session is missing or another tenant's.
   * @see https://docs.stripe.com/api/checkout/sessions/line_items
   */
  listCheckoutLineItems(
    checkoutSessionId: string,
    options?: CallOptions,
  ): Promise<readonly CheckoutLineItem[]>;
}
