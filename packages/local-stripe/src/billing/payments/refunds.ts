import type Stripe from "stripe";
import { invalid } from "../../api-error.js";
import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { RefundRecord } from "../../store/records/payments.js";

export interface NewRefund {
  readonly charge: string;
  /** All that is left of the charge, if it is left out. */
  readonly amount?: number;
  readonly metadata: Stripe.Metadata;
  readonly reason: "duplicate" | "fraudulent" | "requested_by_customer" | null;
}

/** Gives back a charge, or a part of it, at once. */
export function refund(
  tx: Transaction,
  { charge: id, amount: asked, metadata, reason }: NewRefund,
): RefundRecord {
  const charge = tx.account.getFromPath("charge", id);
  if (charge.disputed) {
    throw invalid(`Charge ${id} has been charged back; cannot issue a refund.`, undefined, "charge_disputed");
  }
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    throw invalid(`Charge ${id} has already been refunded.`, undefined, "charge_already_refunded");
  }
  const amount = asked ?? left;
  if (amount > left) {
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      "amount",
    );
  }
  const made = tx.insert("refund", {
    id: newId("re"),
    object: "refund",
    amount,
    balance_transaction: null,
    charge: id,
    created: tx.now,
    currency: charge.currency,
    metadata,
    payment_intent: charge.payment_intent,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "succeeded",
    transfer_reversal: null,
  });
  const refunded = { amount_refunded: charge.amount_refunded + amount, refunded: amount === left };
  tx.change("charge", id, refunded, "charge.refunded");
  const shown = tx.account.render("refund", made);
  tx.emit("refund.created", shown);
  tx.emit("charge.refund.updated", shown);
  return made;
}
