import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";

/** What a Checkout session sells, or has sold. Amounts are in the currency's minor unit. */
export interface CheckoutLineItem {
  readonly id: string;
  /** The name of the product. */
  readonly description: string | null;
  readonly priceId: string | null;
  readonly productId: string | null;
  /** As the customer chose it, where it was adjustable; null for a metered price. */
  readonly quantity: number | null;
  readonly currency: string;
  /** Before discounts and taxes. */
  readonly amountSubtotal: number;
  readonly amountDiscount: number;
  readonly amountTax: number;
  /** What is paid for it on the page. */
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
