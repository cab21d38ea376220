import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";
import type { Reserved } from "./reserved.js";

/** A refund of a charge or a part of it. */
export interface Refund {
  readonly id: string;
  /** Usually `"succeeded"` at once; `"pending"` or `"requires_action"` with some payment methods. */
  readonly status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly reason: "duplicate" | "fraudulent" | "requested_by_customer" | null;
  readonly chargeId: string | null;
  readonly paymentIntentId: string | null;
  /** Why it failed, such as `"lost_or_stolen_card"`; null if it did not fail. */
  readonly failureReason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

export function toRefund(refund: Stripe.Refund, reserved: Reserved): Refund {
  return Object.freeze({
    id: refund.id,
    // Stripe's types leave room for more, and for null.
    status: (refund.status ?? "pending") as Refund["status"],
    amount: refund.amount,
    currency: refund.currency,
    reason: refund.reason as Refund["reason"], // there are these three, and one of Stripe's own for expired charges
    chargeId: referencedId(refund.charge),
    paymentIntentId: referencedId(refund.payment_intent),
    failureReason: refund.failure_reason ?? null,
    metadata: reserved.withoutReserved(refund.metadata ?? {}),
    createdAt: toDate(refund.created),
  });
}
