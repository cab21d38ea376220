import type Stripe from "stripe";
import type { LookupKeys } from "./price.js";
import { type AnySubscription, type Reserved, type Subscription, toSubscription } from "./subscription.js";

/** A subscription just made or changed, with what its customer has still to do. */
export interface ChangedSubscription extends Subscription {
  /** Null when nothing is left to do. */
  readonly pendingPayment: PendingPayment | null;
}

/**
 * - `payment`: the invoice is open, because no payment method was there, or its bank wants the customer's word (SCA).
 * - `setup`: nothing is due yet, as in a trial, but a payment method has to be set up for later.
 *
 * `clientSecret` lets the customer's browser do it, with Stripe.js and the Payment Element. Whoever has it can pay in the
 * customer's name, so it is shown to nobody by accident: no log, JSON or copy by spread has it, and it has to be asked
 * for by name. Send it over TLS to that customer alone. Null where Stripe gave none.
 */
export type PendingPayment =
  | {
      readonly kind: "payment";
      readonly invoiceId: string;
      /** In the currency's minor unit. */
      readonly amountDue: number;
      readonly currency: string;
      /** Stripe's own page to pay it on; whoever has the address may. */
      readonly hostedInvoiceUrl: string | null;
      readonly clientSecret: string | null;
    }
  | { readonly kind: "setup"; readonly clientSecret: string | null };

/** What to expand so that {@link toChangedSubscription} finds what it looks for. */
export const PENDING_PAYMENT: readonly string[] = [
  "latest_invoice.confirmation_secret",
  "pending_setup_intent",
];

export function toChangedSubscription(
  subscription: AnySubscription,
  own: Reserved & LookupKeys,
): ChangedSubscription {
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
  // Not enumerable, so that whatever walks over the object passes by.
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
