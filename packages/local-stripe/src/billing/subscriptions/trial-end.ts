import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { defaultMethod } from "../payments/payment.js";
import { endSubscription } from "./cancellation.js";
import { markPaused } from "./pausing.js";

/**
 * Ends or pauses a subscription whose trial is over, where it has no payment method and `missing_payment_method` says so.
 * Answers whether that was done; if not, the subscription is billed.
 */
export function endsTrialUnpaid(tx: Transaction, subscription: SubscriptionRecord): boolean {
  const { status, trial_settings: settings } = subscription;
  if (status !== "trialing" || defaultMethod(tx.account, subscription) !== null) return false;
  const behavior = settings?.end_behavior.missing_payment_method;
  if (behavior === "cancel") endSubscription(tx, subscription, "cancellation_requested");
  else if (behavior === "pause") markPaused(tx, subscription, "trial_end_without_payment_method");
  else return false;
  return true;
}
