import { beginSubscription } from "../billing/begin-subscription.js";
import { payInvoice } from "../billing/invoices.js";
import { declined } from "../billing/payment.js";
import { testCard } from "../billing/test-cards.js";
import { invalid, notImplemented } from "../http/api-error.js";
import { attach } from "../resources/payment-methods.js";
import type { Act } from "../store/act.js";
import type { CheckoutSessionRecord, SubscriptionRecord } from "../store/records.js";

/** How a customer pays on the page: with a card that its holder has confirmed, or not yet. */
export interface Payment {
  /** A well-known token; `undefined` where nothing is collected. */
  readonly card: string | undefined;
  readonly isAuthenticated: boolean;
}

/** Whether the page wants a card: always, unless the session asks for none as long as nothing is to pay. */
export function wantsCard(session: CheckoutSessionRecord): boolean {
  return session.amount_total !== 0 || session.payment_method_collection !== "if_required";
}

/** Whether the holder of the card is asked before it is charged. */
export function asks(card: string): boolean {
  return testCard(card)?.behavior.kind === "asks";
}

/**
 * Makes what was bought, charges it and ends the session. A card that is declined is refused with 402, and nothing is
 * left behind: the session stays open for another.
 */
export function completeSession(
  act: Act,
  session: CheckoutSessionRecord,
  payment: Payment,
): CheckoutSessionRecord {
  const method = payMethod(act, session, payment);
  const subscription = subscribe(act, session, method, payment.isAuthenticated);
  const customer = act.world.inPath("customer", String(session.customer));
  const completed = act.change("checkout.session", session.id, {
    status: "complete",
    payment_status: session.amount_total === 0 ? "no_payment_required" : "paid",
    subscription: subscription.id,
    invoice: subscription.latest_invoice,
    askedCard: null,
    url: null,
    customer_details: session.customer_details && {
      ...session.customer_details,
      email: customer.email,
      name: customer.name ?? null,
    },
  });
  act.emit("checkout.session.completed", act.world.render("checkout.session", completed));
  return completed;
}

function payMethod(act: Act, session: CheckoutSessionRecord, { card }: Payment): string | null {
  if (!wantsCard(session)) return null;
  if (card === undefined) throw invalid("A card is needed.", "card", "parameter_missing");
  return attach(act, card, String(session.customer)).id;
}

function subscribe(
  act: Act,
  session: CheckoutSessionRecord,
  method: string | null,
  isAuthenticated: boolean,
): SubscriptionRecord {
  if (session.discounts?.length) throw notImplemented("discounts of a subscription that Checkout makes");
  const items = session.lines.map(({ price, quantity }) => {
    if (act.world.inPath("price", price).recurring === null) {
      throw notImplemented("one-time prices in a Checkout session of the mode subscription");
    }
    return { price, ...(quantity !== null && { quantity }) };
  });
  const { metadata, ...data } = session.subscriptionData;
  const begun = beginSubscription(
    act,
    {
      ...data,
      customer: String(session.customer),
      items,
      metadata,
      // What its holder has confirmed is paid below; any other card pays at once or not at all.
      payment_behavior: isAuthenticated ? "default_incomplete" : "error_if_incomplete",
      ...(method !== null && { default_payment_method: method }),
    },
    "flexible",
  );
  if (begun.status !== "incomplete") return begun;
  if (!isAuthenticated) throw declined({ kind: "asks" });
  payInvoice(act, act.world.inPath("invoice", String(begun.latest_invoice)));
  return act.world.inPath("subscription", begun.id);
}
