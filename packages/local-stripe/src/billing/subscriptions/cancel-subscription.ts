import { ApiError } from "../../api-error.js";
import type { Act } from "../../store/act.js";
import type { SubscriptionRecord } from "../../store/records.js";
import { prorationLines } from "../invoices/invoice-lines.js";
import { lastUsage } from "../usage/usage-lines.js";
import { type Details, endSubscription } from "./cancellation.js";
import { billLast } from "./last-invoice.js";

/** How a subscription is canceled at once. */
export interface CancelRequest {
  readonly cancellation_details?: Details;
  /** Bill at once what is pending; without it and without `prorate` that is dropped. */
  readonly invoice_now?: boolean;
  /** Credit what was paid for the time that is left. */
  readonly prorate?: boolean;
}

export function cancelSubscription(act: Act, id: string, request: CancelRequest): SubscriptionRecord {
  const before = act.world.inPath("subscription", id);
  act.followClock(before);
  if (before.ended_at !== null) {
    throw new ApiError(404, `No such subscription: '${id}'`, { code: "resource_missing", param: "id" });
  }
  const { invoice_now: invoiceNow = false, prorate = false } = request;
  const credits = prorate && isPaidAhead(before) ? creditLines(act, before) : [];
  const used = invoiceNow ? lastUsage(act.world, before, act.now) : [];
  const pending = invoiceNow || prorate ? [...before.pendingLines, ...used, ...credits] : [];
  const ending = act.change("subscription", id, { pendingLines: invoiceNow ? [] : pending });
  endSubscription(act, ending, "cancellation_requested", request.cancellation_details);
  if (invoiceNow && pending.length > 0) billLast(act, ending, pending);
  return act.world.inPath("subscription", id);
}

/** What was not paid, or never began, leaves nothing to give back. */
function isPaidAhead({ status }: SubscriptionRecord): boolean {
  return status === "active" || status === "past_due";
}

function creditLines(act: Act, before: SubscriptionRecord): SubscriptionRecord["pendingLines"] {
  return prorationLines(act.world, before, { ...before, items: [] }, act.now);
}
