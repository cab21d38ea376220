import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";
import type { Reserved } from "./reserved.js";

/** A Checkout session, on Stripe's page or in a form of the application's page, and its result. */
export interface CheckoutSession {
  readonly id: string;
  readonly mode: "subscription" | "payment" | "setup";
  /**
   * Where it is shown: on Stripe's page (`"hosted"`) or in a form. Values newer than this package are passed on
   * unchanged.
   */
  readonly uiMode: "hosted" | "embedded";
  /**
   * `"complete"` means that the customer finished the page, not that the money has arrived: give access by
   * {@link paymentStatus}, or better by the subscription itself. Newer statuses are passed on unchanged.
   */
  readonly status: "open" | "complete" | "expired";
  /** `"no_payment_required"` for a trial, and if a card is only saved. */
  readonly paymentStatus: "paid" | "unpaid" | "no_payment_required";
  /**
   * The URL to redirect the customer's browser to. Anyone who has it can pay as the customer: never log, store or send
   * it. Null once the session has ended, and for an embedded form.
   */
  readonly url: string | null;
  /**
   * The secret with which Stripe.js in the customer's browser shows the form. Anyone who has it can pay as the
   * customer: never log, store or send it elsewhere. Null for a hosted page.
   */
  readonly clientSecret: string | null;
  readonly customerId: string;
  /** The subscription that it created; null until it is complete, and in other modes. */
  readonly subscriptionId: string | null;
  readonly invoiceId: string | null;
  readonly paymentIntentId: string | null;
  readonly setupIntentId: string | null;
  /** The amount due today, in the currency's minor unit; null if nothing is sold. */
  readonly amountTotal: number | null;
  readonly currency: string | null;
  /** The application's own reference. It does not prove who owns the session. */
  readonly clientReferenceId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/** A session that is open on a page of Stripe's, with its URL. */
export interface OpenCheckoutSession extends CheckoutSession {
  readonly uiMode: "hosted";
  readonly status: "open";
  readonly url: string;
}

/** A session that is open in a form, with the secret that shows it. */
export interface OpenEmbeddedCheckoutSession extends CheckoutSession {
  readonly uiMode: "embedded";
  readonly status: "open";
  readonly clientSecret: string;
}

export function toCheckoutSession(session: Stripe.Checkout.Session, reserved: Reserved): CheckoutSession {
  return Object.freeze({
    id: session.id,
    // Stripe's types leave room for more to come.
    mode: session.mode as CheckoutSession["mode"],
    uiMode: toUiMode(session.ui_mode),
    status: session.status as CheckoutSession["status"],
    paymentStatus: session.payment_status as CheckoutSession["paymentStatus"],
    url: session.url,
    clientSecret: session.client_secret ?? null,
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
export function isOpen(
  session: CheckoutSession,
): session is OpenCheckoutSession | OpenEmbeddedCheckoutSession {
  const { status, uiMode, url, clientSecret } = session;
  return status === "open" && typeof (uiMode === "embedded" ? clientSecret : url) === "string";
}

/** Stripe's names end in `_page` since API version 2026-03-25. */
function toUiMode(uiMode: Stripe.Checkout.Session["ui_mode"]): CheckoutSession["uiMode"] {
  // Stripe's types leave room for more to come.
  return (uiMode ?? "hosted").replace(/_page$/, "") as CheckoutSession["uiMode"];
}
