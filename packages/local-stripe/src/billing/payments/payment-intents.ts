import type Stripe from "stripe";
import { newId, randomText } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { PaymentIntentRecord } from "../../store/records/payments.js";
import { insertCharge } from "./charges.js";
import { dispute } from "./disputes.js";
import { declined } from "./payment.js";
import { methodFor } from "./payment-methods.js";

export interface NewPayment {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly metadata: Stripe.Metadata;
  /** A payment method, or a well-known token. */
  readonly method: string;
  /** Whether the card's holder was asked already. */
  readonly isAuthenticated: boolean;
}

/** Takes a payment at once. A card that is declined, or needs authentication first, is refused with 402. */
export function takePayment(tx: Transaction, payment: NewPayment): PaymentIntentRecord {
  const method = methodFor(tx, payment.method);
  const { behavior } = method;
  if (behavior.kind === "declines" || (behavior.kind === "asks" && !payment.isAuthenticated)) {
    throw declined(behavior);
  }
  const intent = newIntent(tx, { ...payment, id: newId("pi"), method: method.id });
  tx.insert("payment_intent", intent, "payment_intent.created");
  const paid = succeedWith(tx, intent);
  tx.emit("payment_intent.succeeded", tx.account.render("payment_intent", paid));
  return paid;
}

/** Keeps the payment of an invoice, which has no events of its own here. */
export function keepPayment(tx: Transaction, payment: Omit<IntentFields, "metadata">): PaymentIntentRecord {
  const intent = tx.insert("payment_intent", newIntent(tx, { ...payment, metadata: {} }));
  return succeedWith(tx, intent);
}

function succeedWith(tx: Transaction, { amount, id }: PaymentIntentRecord): PaymentIntentRecord {
  const intent = tx.account.getFromPath("payment_intent", id);
  const charge = insertCharge(tx, intent);
  const paid = tx.change("payment_intent", id, {
    amount_received: amount,
    latest_charge: charge.id,
    status: "succeeded",
  });
  const behavior = tx.account.of("payment_method").get(intent.payment_method ?? "")?.behavior;
  if (behavior?.kind === "pays" && behavior.disputedAs) dispute(tx, charge, behavior.disputedAs);
  return paid;
}

interface IntentFields {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string;
  readonly id: string;
  readonly metadata: Stripe.Metadata;
  /** The id of a payment method; null for a customer who pays without one. */
  readonly method: string | null;
}

function newIntent(tx: Transaction, payment: IntentFields): PaymentIntentRecord {
  const { id } = payment;
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: payment.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: "automatic",
    created: tx.now,
    currency: payment.currency,
    customer: payment.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: tx.account.livemode,
    managed_payments: null,
    metadata: payment.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: payment.method,
    payment_method_configuration_details: null,
    payment_method_types: ["card"],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_confirmation",
    transfer_data: null,
    transfer_group: null,
  };
}
