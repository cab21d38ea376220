import { ApiError } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { prorationLines } from "../invoices/invoice-lines.js";
import { lastUsage } from "../usage/usage-lines.js";
import { type Details, endSubscription } from "./cancellation.js";
import { billLast } from "./last-invoice.js";

/** The options of an immediate cancellation. */
export interface CancelRequest {
  readonly cancellation_details?: Details;
  /** Bill at once what is pending; without it and without `prorate` that is dropped. */
  readonly invoice_now?: boolean;
  /** Credit what was paid for the time that is left. */
  readonly prorate?: boolean;
}

export function cancelSubscription(tx: Transaction, id: string, request: CancelRequest): SubscriptionRecord {
  const before = tx.account.getFromPath("subscription", id);
  tx.followClock(before);
  if (before.ended_at !== null) {
    throw new ApiError(404, `No such subscription: '${id}'`, { code: "resource_missing", param: "id" });
  }
  const { invoice_now: invoiceNow = false, prorate = false } = request;
  const credits = prorate && isPaidAhead(before) ? creditLines(tx, before) : [];
  const used = invoiceNow ? lastUsage(tx.account, before, tx.now) : [];
  const pending = invoiceNow || prorate ? [...before.pendingLines, ...used, ...credits] : [];
  const ending = tx.change("subscription", id, { pendingLines: invoiceNow ? [] : pending });
  endSubscription(tx, ending, "cancellation_requested", request.cancellation_details);
  if (invoiceNow && pending.length > 0) billLast(tx, ending, pending);
  return tx.account.getFromPath("subscription", id);
}

/** Whether the current period was paid, so that there is something to credit. */
function isPaidAhead({ status }: SubscriptionRecord): boolean {
  return status === "active" || status === "past_due";
}

function creditLines(tx: Transaction, before: SubscriptionRecord): SubscriptionRecord["pendingLines"] {
  return prorationLines(tx.account, before, { ...before, items: [] }, tx.now);
}
