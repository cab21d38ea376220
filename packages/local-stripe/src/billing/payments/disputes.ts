import { invalid } from "../../api-error.js";
import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { ChargeRecord, DisputeRecord } from "../../store/records/payments.js";

const DAYS_TO_RESPOND = 9;
const DAY = 24 * 3600;

/** Takes a charge back, as its cardholder's bank does. There is no balance here, so no money moves. */
export function dispute(
  tx: Transaction,
  { id: charge, amount, currency, livemode, payment_intent: intent }: ChargeRecord,
  reason: DisputeRecord["reason"],
): void {
  const made = tx.insert("dispute", {
    id: newId("du"),
    object: "dispute",
    amount,
    balance_transactions: [],
    charge,
    created: tx.now,
    currency,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: tx.now + DAYS_TO_RESPOND * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode,
    metadata: {},
    payment_intent: intent,
    reason,
    status: "needs_response",
  });
  tx.change("charge", charge, { disputed: true });
  const shown = tx.account.render("dispute", made);
  tx.emit("charge.dispute.created", shown);
  tx.emit("charge.dispute.funds_withdrawn", shown);
}

/** Accepts a dispute, which loses it. */
export function closeDispute(tx: Transaction, id: string): DisputeRecord {
  const { status } = tx.account.getFromPath("dispute", id);
  if (status !== "needs_response") throw invalid("This dispute is already closed.");
  return tx.change("dispute", id, { status: "lost" }, "charge.dispute.closed");
}

const NO_EVIDENCE: DisputeRecord["evidence"] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
