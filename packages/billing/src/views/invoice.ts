import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate, toDateOrNull } from "./epoch.js";
import { type AnyInvoiceLine, type InvoiceLine, toInvoiceLine } from "./invoice-line.js";
import type { Reserved } from "./reserved.js";

/**
 * Stripe's statuses. A status newer than this package comes through as it is, so give a `switch` a default.
 * See https://docs.stripe.com/invoicing/overview#invoice-statuses
 */
export type InvoiceStatus = "draft" | "open" | "paid" | "uncollectible" | "void";

/** The amounts of an invoice, as whole numbers of the currency's minor unit; `formatAmount` formats them for people. */
export interface InvoiceAmounts {
  /** ISO 4217, in lower case as Stripe writes it. */
  readonly currency: string;
  /** The sum before discounts on the whole invoice and before exclusive tax. */
  readonly subtotal: number;
  /** All discounts, on lines and on the whole. */
  readonly discount: number;
  /** All tax, inclusive and exclusive. */
  readonly tax: number;
  /** The sum after discounts and tax; negative if more is credited than billed. */
  readonly total: number;
  /** The part of the total to pay, after the customer's balance was applied. */
  readonly amountDue: number;
}

/** An invoice, in one shape for all API versions. Each line names the period that it is for. */
export interface Invoice extends InvoiceAmounts {
  readonly id: string;
  /** The number that the customer sees; null while it is a draft. */
  readonly number: string | null;
  readonly status: InvoiceStatus;
  readonly customerId: string;
  /** Null if it bills no subscription. */
  readonly subscriptionId: string | null;
  /** Stripe's reason for creating it, such as `"subscription_cycle"` or `"manual"`. */
  readonly billingReason: string | null;
  /** `"charge_automatically"`, or `"send_invoice"` to be paid by a date. */
  readonly collectionMethod: "charge_automatically" | "send_invoice";
  readonly amountPaid: number;
  readonly amountRemaining: number;
  /** All lines if the invoice was read alone; in a list, the first ten. */
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these. The amounts have them all. */
  readonly hasMoreLines: boolean;
  /** Stripe's page to view and pay it, open to whoever has the address. Null while it is a draft. */
  readonly hostedInvoiceUrl: string | null;
  /** The invoice as a PDF file, open to whoever has the address. */
  readonly pdfUrl: string | null;
  /** The number of payment attempts. */
  readonly attemptCount: number;
  /** When Stripe tries the payment next; null if it will not. */
  readonly nextPaymentAttemptAt: Date | null;
  /** When payment is due, for invoices that are sent; else null. */
  readonly dueAt: Date | null;
  readonly createdAt: Date;
  /** When it was finalized: it got its number, and its lines no longer change. */
  readonly finalizedAt: Date | null;
  readonly paidAt: Date | null;
  readonly voidedAt: Date | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly livemode: boolean;
}

/** A preview of the next invoice, if nothing changes until then. */
export interface UpcomingInvoice extends InvoiceAmounts {
  readonly customerId: string;
  readonly subscriptionId: string | null;
  /** When it will be charged; null if it will be sent to be paid by a date. */
  readonly nextPaymentAttemptAt: Date | null;
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these. The amounts have them all. */
  readonly hasMoreLines: boolean;
}

/** A Stripe invoice of any API version. */
export type AnyInvoice = Omit<Stripe.Invoice, "lines"> &
  InvoiceBefore20250331 & { readonly lines: Pick<Stripe.ApiList<AnyInvoiceLine>, "data" | "has_more"> };

/** The subscription and the sum of all tax, which were on the invoice itself before API version 2025-03-31. */
interface InvoiceBefore20250331 {
  readonly subscription?: string | { readonly id: string } | null;
  readonly tax?: number | null | undefined;
}

export function toInvoice(invoice: AnyInvoice, reserved: Reserved): Invoice {
  const { status_transitions: transitions } = invoice;
  return Object.freeze({
    id: invoice.id,
    number: invoice.number,
    // Stripe's types allow other statuses, and null, which only a preview has.
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
