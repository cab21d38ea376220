import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate, toDateOrNull } from "./epoch.js";
import { type AnyInvoiceLine, type InvoiceLine, toInvoiceLine } from "./invoice-line.js";
import type { Reserved } from "./subscription.js";

/**
 * Stripe's statuses. A status newer than this package comes through as it is, so give a `switch` a default.
 * See https://docs.stripe.com/invoicing/overview#invoice-statuses
 */
export type InvoiceStatus = "draft" | "open" | "paid" | "uncollectible" | "void";

/** What an invoice comes to. All are whole numbers of the currency's minor unit; `formatAmount` writes them for people. */
export interface InvoiceAmounts {
  /** ISO 4217, in lower case as Stripe writes it. */
  readonly currency: string;
  /** Before discounts of the whole invoice, and before tax that comes on top. */
  readonly subtotal: number;
  /** All that was taken off, by discounts of its lines as well as of the whole. */
  readonly discount: number;
  /** All tax, whether it is in the prices or comes on top of them. */
  readonly tax: number;
  /** After discounts and tax; below zero where more is credited than billed. */
  readonly total: number;
  /** What is to be paid of the total once the customer's balance was used. */
  readonly amountDue: number;
}

/** An invoice, the same whatever API version it was read with. Its lines say what period each part is for. */
export interface Invoice extends InvoiceAmounts {
  readonly id: string;
  /** What its customer knows it by; null while it is a draft. */
  readonly number: string | null;
  readonly status: InvoiceStatus;
  readonly customerId: string;
  /** Null where it bills none. */
  readonly subscriptionId: string | null;
  /** Why it was made, in Stripe's words, such as `"subscription_cycle"` or `"manual"`. */
  readonly billingReason: string | null;
  /** Charged by itself, or sent to be paid by a date. */
  readonly collectionMethod: "charge_automatically" | "send_invoice";
  readonly amountPaid: number;
  readonly amountRemaining: number;
  /** All of them where it was asked for alone; in a list, the first ten. */
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these. The amounts have them all. */
  readonly hasMoreLines: boolean;
  /** Stripe's page to see and pay it; whoever has the address may. Null while it is a draft. */
  readonly hostedInvoiceUrl: string | null;
  /** The same as a file. */
  readonly pdfUrl: string | null;
  /** How often its payment was tried. */
  readonly attemptCount: number;
  /** When it is tried next by itself; null when it is not. */
  readonly nextPaymentAttemptAt: Date | null;
  /** Set where it is sent to be paid by a date. */
  readonly dueAt: Date | null;
  readonly createdAt: Date;
  /** When it was given its number, from when on its lines no longer change. */
  readonly finalizedAt: Date | null;
  readonly paidAt: Date | null;
  readonly voidedAt: Date | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly livemode: boolean;
}

/** An invoice that does not exist yet: what the next one would be if nothing changed until then. */
export interface UpcomingInvoice extends InvoiceAmounts {
  readonly customerId: string;
  readonly subscriptionId: string | null;
  /** When it will be charged; null where it will be sent to be paid by a date. */
  readonly nextPaymentAttemptAt: Date | null;
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these. The amounts have them all. */
  readonly hasMoreLines: boolean;
}

/** An invoice as Stripe writes it in any API version. */
export type AnyInvoice = Omit<Stripe.Invoice, "lines"> &
  InvoiceBefore20250331 & { readonly lines: Pick<Stripe.ApiList<AnyInvoiceLine>, "data" | "has_more"> };

/** Before API version 2025-03-31 the subscription and the sum of all tax stood on the invoice itself. */
interface InvoiceBefore20250331 {
  readonly subscription?: string | { readonly id: string } | null;
  readonly tax?: number | null | undefined;
}

export function toInvoice(invoice: AnyInvoice, reserved: Reserved): Invoice {
  const { status_transitions: transitions } = invoice;
  return Object.freeze({
    id: invoice.id,
    number: invoice.number,
    // Stripe's types leave room for more, and for none, which is the status of a preview alone.
    status: (invoice.status ?? "draft") as InvoiceStatus,
    billingReason: invoice.billing_reason,
    collectionMethod: invoice.collection_method as Invoice["collectionMethod"], // there are these two
    ...toCommon(invoice),
    amountPaid: invoice.amount_paid,
    amountRemaining: invoice.amount_remaining,
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    attemptCount: invoice.attempt_count,
    dueAt: toDateOrNull(invoice.due_date),
    createdAt: toDate(invoice.created),
    finalizedAt: toDateOrNull(transitions.finalized_at),
    paidAt: toDateOrNull(transitions.paid_at),
    voidedAt: toDateOrNull(transitions.voided_at),
    metadata: reserved.withoutReserved(invoice.metadata ?? {}),
    livemode: invoice.livemode,
  });
}

export function toUpcomingInvoice(preview: AnyInvoice): UpcomingInvoice {
  return Object.freeze(toCommon(preview));
}

function toCommon(invoice: AnyInvoice): UpcomingInvoice {
  return {
    customerId: referencedId(invoice.customer) ?? "",
    subscriptionId: referencedId(invoice.parent?.subscription_details?.subscription ?? invoice.subscription),
    currency: invoice.currency,
    subtotal: invoice.subtotal,
    discount: sum(invoice.total_discount_amounts),
    tax: invoice.tax ?? sum(invoice.total_taxes),
    total: invoice.total,
    amountDue: invoice.amount_due,
    nextPaymentAttemptAt: toDateOrNull(invoice.next_payment_attempt),
    lines: Object.freeze(invoice.lines.data.map(toInvoiceLine)),
    hasMoreLines: invoice.lines.has_more,
  };
}

function sum(parts: readonly { readonly amount: number }[] | null | undefined): number {
  return (parts ?? []).reduce((total, { amount }) => total + amount, 0);
}
