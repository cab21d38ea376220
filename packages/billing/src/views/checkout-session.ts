import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";
import type { Reserved } from "./subscription.js";

/** One visit of a customer's to Stripe's hosted page, and what came of it. */
export interface CheckoutSession {
  readonly id: string;
  readonly mode: "subscription" | "payment" | "setup";
  /**
   * `"complete"` says that the customer went through with it, and not that money has come: give access by
   * {@link paymentStatus}, or better by the subscription itself. A status newer than this package comes through as it is.
   */
  readonly status: "open" | "complete" | "expired";
  /** `"no_payment_required"` in a trial, and where a card is only saved. */
  readonly paymentStatus: "paid" | "unpaid" | "no_payment_required";
  /**
   * Redirect the customer's browser there. Whoever has it can pay in the customer's name: never log, store or send it.
   * Null once the session is over.
   */
  readonly url: string | null;
  readonly customerId: string;
  /** What it has made, once it is complete; null where its mode makes none. */
  readonly subscriptionId: string | null;
  readonly invoiceId: string | null;
  readonly paymentIntentId: string | null;
  readonly setupIntentId: string | null;
  /** In the currency's minor unit, of what is due today; null where nothing is sold. */
  readonly amountTotal: number | null;
  readonly currency: string | null;
  /** The application's own reference. It was chosen by a caller, so it proves nothing of whose the session is. */
  readonly clientReferenceId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/** One that its customer can go to. */
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

/** Whether its customer can go there. */
export function isOpen(session: CheckoutSession): session is OpenCheckoutSession {
  return session.status === "open" && session.url !== null;
}
