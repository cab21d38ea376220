import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type InvoiceRecord = Readonly<
  Omit<
    Stored<Stripe.Invoice>,
    "customer" | "deleted" | "confirmation_secret" | "lines" | "payments" | "status" | "test_clock"
  >
> & {
  readonly customer: string;
  /** Whether an invoice that was sent was noted to be overdue. */
  readonly isOverdue: boolean;
  /** The secret that a customer's browser would confirm the payment with. */
  readonly confirmationSecret: string | null;
  readonly lines: readonly InvoiceLineRecord[];
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly test_clock: string | null;
};

export type InvoiceLineRecord = Readonly<Stored<Stripe.InvoiceLineItem>>;

export type InvoicePaymentRecord = Readonly<Omit<Stored<Stripe.InvoicePayment>, "invoice" | "payment">> & {
  readonly invoice: string;
  readonly payment: { readonly type: "payment_intent"; readonly payment_intent: string };
};
