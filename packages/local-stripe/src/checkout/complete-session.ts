import { invalid, notImplemented } from "../api-error.js";
import { listTaxIds } from "../billing/customers/tax-ids.js";
import { payInvoice } from "../billing/invoices/invoices.js";
import { declined } from "../billing/payments/payment.js";
import { takePayment } from "../billing/payments/payment-intents.js";
import { attach } from "../billing/payments/payment-methods.js";
import { succeed } from "../billing/payments/setup-intents.js";
import { testCard } from "../billing/payments/test-cards.js";
import { beginSubscription } from "../billing/subscriptions/begin-subscription.js";
import type { Transaction } from "../store/account-data.js";
import type { CheckoutEntries, CheckoutSessionRecord } from "../store/records/checkout.js";
import type { SubscriptionRecord } from "../store/records/subscriptions.js";
import { needsTaxLocation } from "./automatic-tax.js";
import { saveEntries } from "./entries.js";
import { makePaymentInvoice } from "./payment-invoice.js";

/** The card that a customer pays with on the page, and whether its holder has confirmed the payment. */
export interface Payment {
  /** A well-known token; `undefined` where nothing is collected. */
  readonly card: string | undefined;
  readonly isAuthenticated: boolean;
  readonly entries: CheckoutEntries;
}

/** Whether the page asks for a card: always, unless nothing is due and the session asks only if required. */
export function wantsCard(session: CheckoutSessionRecord): boolean {
  return session.amount_total !== 0 || session.payment_method_collection !== "if_required";
}

/** Whether the holder of the card is asked before it is charged. */
export function asks(card: string): boolean {
  return testCard(card)?.behavior.kind === "asks";
}

/**
 * Creates what was bought, charges it and completes the session. A declined card is refused with 402 and changes
 * nothing: the session stays open for another card.
 */
export function completeSession(
  tx: Transaction,
  session: CheckoutSessionRecord,
  payment: Payment,
): CheckoutSessionRecord {
  if (needsTaxLocation(session)) throw invalid("A country is needed.", "country", "parameter_missing");
  if (wantsCard(session) && payment.card === undefined) {
    throw invalid("A card is needed.", "card", "parameter_missing");
  }
  saveEntries(tx, session, payment.entries);
  const made = make(tx, session, payment);
  const customer = tx.account.getFromPath("customer", String(session.customer));
  const completed = tx.change("checkout.session", session.id, {
    ...made,
    status: "complete",
    payment_status: session.amount_total ? "paid" : "no_payment_required",
    askedCard: null,
    url: null,
    customer_details: session.customer_details && {
      ...session.customer_details,
      address: payment.entries.address ?? customer.address ?? null,
      email: customer.email,
      name: payment.entries.name ?? customer.name ?? null,
      tax_ids: listTaxIds(tx.account, customer.id).map(({ type, value }) => ({ type, value })),
    },
  });
  tx.emit("checkout.session.completed", tx.account.render("checkout.session", completed));
  return completed;
}

function make(
  tx: Transaction,
  session: CheckoutSessionRecord,
  { card, isAuthenticated }: Payment,
): Partial<CheckoutSessionRecord> {
  const customer = String(session.customer);
  const amount = session.amount_total ?? 0;
  if (session.mode === "subscription") {
    const method = card === undefined || !wantsCard(session) ? null : attach(tx, card, customer).id;
    const { id, latest_invoice: invoice } = subscribe(tx, session, method, isAuthenticated);
    return { subscription: id, invoice };
  }
  if (session.mode === "setup") {
    const intent = tx.account.getFromPath("setup_intent", String(session.setup_intent));
    succeed(tx, intent, attach(tx, String(card), customer).id);
    return {};
  }
  const invoice = session.invoice_creation?.enabled ? { invoice: makePaymentInvoice(tx, session).id } : {};
  if (amount === 0) return invoice;
  const { id } = takePayment(tx, {
    amount,
    currency: String(session.currency),
    customer,
    metadata: session.intentMetadata,
    method: String(card),
    isAuthenticated,
  });
  return { ...invoice, payment_intent: id };
}

function subscribe(
  tx: Transaction,
  session: CheckoutSessionRecord,
  method: string | null,
  isAuthenticated: boolean,
): SubscriptionRecord {
  const items = session.lines.map(({ price, quantity }) => {
    if (tx.account.getFromPath("price", price).recurring === null) {
      throw notImplemented("one-time prices in a Checkout session of the mode subscription");
    }
    return { price, ...(quantity !== null && { quantity }) };
  });
  const discounts = (session.discounts ?? []).map(({ coupon, promotion_code: code }) =>
    coupon === null ? { promotion_code: String(code) } : { coupon },
  );
  const { metadata, ...data } = session.subscriptionData;
  const begun = beginSubscription(
    tx,
    {
      ...data,
      customer: String(session.customer),
      discounts,
      items,
      metadata,
      automatic_tax: { enabled: session.automatic_tax.enabled },
      // A card whose holder has confirmed is charged below; any other pays at once or not at all.
      payment_behavior: isAuthenticated ? "default_incomplete" : "error_if_incomplete",
      ...(method !== null && { default_payment_method: method }),
    },
    session.billingMode,
  );
  if (begun.status !== "incomplete") return begun;
  if (!isAuthenticated) throw declined({ kind: "asks" });
  payInvoice(tx, tx.account.getFromPath("invoice", String(begun.latest_invoice)), method);
  return tx.account.getFromPath("subscription", begun.id);
}
