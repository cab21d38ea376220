import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";

/** An item that a Checkout session sells or has sold. Amounts are in the currency's minor unit. */
export interface CheckoutLineItem {
  readonly id: string;
  /** The name of the product. */
  readonly description: string | null;
  readonly priceId: string | null;
  readonly productId: string | null;
  /** The quantity, as the customer chose it if it was adjustable; null for a metered price. */
  readonly quantity: number | null;
  readonly currency: string;
  /** The amount before discounts and taxes. */
  readonly amountSubtotal: number;
  readonly amountDiscount: number;
  readonly amountTax: number;
  /** The amount paid at checkout, after discounts and taxes. */
  readonly amountTotal: number;
}

export function toCheckoutLineItem(item: Stripe.LineItem): CheckoutLineItem {
  return Object.freeze({
    id: item.id,
    description: item.description,
    priceId: referencedId(item.price),
    productId: referencedId(item.price?.product),
    quantity: item.quantity,
    currency: item.currency,
    amountSubtotal: item.amount_subtotal,
    amountDiscount: item.amount_discount,
    amountTax: item.amount_tax,
    amountTotal: item.amount_total,
  });
}
