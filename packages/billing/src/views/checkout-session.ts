import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";
import type { Reserved } from "./reserved.js";

/** A customer's visit to Stripe's hosted page, and its result. */
export interface CheckoutSession {
  readonly id: string;
  readonly mode: "subscription" | "payment" | "setup";
  /**
   * `"complete"` means that the customer finished the page, not that the money has arrived: give access by
   * {@link paymentStatus}, or better by the subscription itself. Newer statuses are passed on unchanged.
   */
  readonly status: "open" | "complete" | "expired";
  /** `"no_payment_required"` in a trial, and where a card is only saved. */
  readonly paymentStatus: "paid" | "unpaid" | "no_payment_required";
  /**
   * Redirect the customer's browser to it. Whoever has the URL can pay as the customer: never log, store or send it. Null
   * once the session has ended.
   */
  readonly url: string | null;
  readonly customerId: string;
  /** The subscription that it created; null until it is complete, and in other modes. */
  readonly subscriptionId: string | null;
  readonly invoiceId: string | null;
  readonly paymentIntentId: string | null;
  readonly setupIntentId: string | null;
  /** The amount due today, in the currency's minor unit; null if nothing is sold. */
  readonly amountTotal: number | null;
  readonly currency: string | null;
  /** The application's own reference. A caller chose it, so it proves nothing about the owner. */
  readonly clientReferenceId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/** A session that is open, with its URL. */
export interface OpenCheckoutSession extends CheckoutSession {
  readonly status: "open";
  readonly url: string;
}

export function toCheckoutSession(session: Stripe.Checkout.Session, reserved: Reserved): CheckoutSession {
  return Object.freeze({
    id: session.id,
    // Stripe's types leave room for more to come.
    mode: session.mode as CheckoutSession["mode"],
    status: session.status as CheckoutSession["status"],
    paymentStatus: session.payment_status as CheckoutSession["paymentStatus"],
    url: session.url,
    customerId: referencedId(session.customer) ?? "",
    subscriptionId: referencedId(session.subscription),
    invoiceId: referencedId(session.invoice),
    paymentIntentId: referencedId(session.payment_intent),
    setupIntentId: referencedId(session.setup_intent),
    amountTotal: session.amount_total,
    currency: session.currency,
    clientReferenceId: session.client_reference_id,
    metadata: reserved.withoutReserved(session.metadata ?? {}),
    expiresAt: toDate(session.expires_at),
    createdAt: toDate(session.created),
    livemode: session.livemode,
  });
}

/** Tells if the customer can still open it. */
export function isOpen(session: CheckoutSession): session is OpenCheckoutSession {
  return session.status === "open" && session.url !== null;
}
