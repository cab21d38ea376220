import type Stripe from "stripe";
import type { LookupKeys } from "./price.js";
import { type AnySubscription, type Subscription, toSubscription } from "./subscription.js";

/** A subscription that was just created or changed, with the step that its customer still has to take. */
export interface ChangedSubscription extends Subscription {
  /** Null when nothing is left to do. */
  readonly pendingPayment: PendingPayment | null;
}

/**
 * - `payment`: the invoice is open, because there is no payment method or the bank asks for authentication (SCA).
 * - `setup`: nothing is due yet, as in a trial, but a payment method has to be set up for later.
 *
 * `clientSecret` lets the customer's browser complete it, with Stripe.js and the Payment Element. Whoever has the secret can
 * act for the customer, so it is not enumerable: logs, JSON and copies by spread leave it out. Read it by name and send it
 * over TLS to that customer only. Null if Stripe gave none.
 */
export type PendingPayment =
  | {
      readonly kind: "payment";
      readonly invoiceId: string;
      /** In the currency's minor unit. */
      readonly amountDue: number;
      readonly currency: string;
      /** Stripe's page to pay the invoice on; anyone who has the URL can pay. */
      readonly hostedInvoiceUrl: string | null;
      readonly clientSecret: string | null;
    }
  | { readonly kind: "setup"; readonly clientSecret: string | null };

/** The expansions that {@link toChangedSubscription} needs. */
export const PENDING_PAYMENT: readonly string[] = [
  "latest_invoice.confirmation_secret",
  "pending_setup_intent",
];

export function toChangedSubscription(subscription: AnySubscription, own: LookupKeys): ChangedSubscription {
  return Object.freeze({
    ...toSubscription(subscription, own),
    pendingPayment: toPendingPayment(subscription),
  });
}

function toPendingPayment({ latest_invoice: invoice, pending_setup_intent: setup }: Stripe.Subscription) {
  if (isExpanded(invoice) && invoice.status === "open" && invoice.amount_remaining > 0) {
    const { id: invoiceId, amount_remaining: amountDue, currency } = invoice;
    const payment = { kind: "payment" as const, invoiceId, amountDue, currency };
    const hostedInvoiceUrl = invoice.hosted_invoice_url ?? null;
    return withSecret({ ...payment, hostedInvoiceUrl }, invoice.confirmation_secret?.client_secret);
  }
  return isExpanded(setup) ? withSecret({ kind: "setup" as const }, setup.client_secret) : null;
}

function withSecret<T extends object>(
  pending: T,
  clientSecret: string | null | undefined,
): T & { readonly clientSecret: string | null } {
  // Not enumerable, so that loggers and serializers skip it.
  const value = clientSecret ?? null;
  const secretive: T & { clientSecret: string | null } = Object.assign(
    Object.defineProperty({ clientSecret: value }, "clientSecret", { value, enumerable: false }),
    pending,
  );
  return Object.freeze(secretive);
}

function isExpanded<T extends object>(reference: string | T | null): reference is T {
  return typeof reference === "object" && reference !== null;
}
