import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** A line of an invoice, in one shape for all API versions. */
export interface InvoiceLine {
  readonly description: string | null;
  /** In the currency's minor unit; negative for a credit. */
  readonly amount: number;
  readonly currency: string;
  readonly quantity: number | null;
  /** True if it settles a change within a period instead of a whole period. */
  readonly proration: boolean;
  readonly priceId: string | null;
  readonly productId: string | null;
  /** The period that the amount is for. */
  readonly periodStart: Date;
  readonly periodEnd: Date;
}

/** The price, the proration flag and the item, which were on the line itself before API version 2025-03-31. */
interface LineBefore20250331 {
  readonly price?: { readonly id: string; readonly product: string | { readonly id: string } } | null;
  readonly proration?: boolean | undefined;
  readonly subscription_item?: string | null | undefined;
}

export type AnyInvoiceLine = Stripe.InvoiceLineItem & LineBefore20250331;

export function toInvoiceLine(line: AnyInvoiceLine): InvoiceLine {
  const { parent, period } = line;
  const details = parent?.subscription_item_details ?? parent?.invoice_item_details;
  return Object.freeze({
    description: line.description,
    amount: line.amount,
    currency: line.currency,
    quantity: line.quantity,
    proration: line.proration ?? details?.proration ?? false,
    priceId: referencedId(line.pricing?.price_details?.price ?? line.price),
    productId: referencedId(line.pricing?.price_details?.product ?? line.price?.product),
    periodStart: toDate(period.start),
    periodEnd: toDate(period.end),
  });
}

/** The id of the subscription's item that a line bills; null where it bills something else. */
export function subscriptionItemOf({ parent, subscription_item: item }: AnyInvoiceLine): string | null {
  return parent?.subscription_item_details?.subscription_item ?? item ?? null;
}
