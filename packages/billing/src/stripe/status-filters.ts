/** What Stripe's list of subscriptions can be filtered by: statuses, and two words for several of them. */
export const SUBSCRIPTION_FILTERS = [
  "all",
  "ended",
  "active",
  "canceled",
  "incomplete",
  "incomplete_expired",
  "past_due",
  "paused",
  "trialing",
  "unpaid",
] as const;

/** Tells if a subscription is in Stripe's list with this filter; left out, Stripe leaves out what was canceled. */
export function isListed(status: string, filter: (typeof SUBSCRIPTION_FILTERS)[number] | undefined): boolean {
  if (filter === "all") return true;
  if (filter === undefined) return status !== "canceled";
  return filter === "ended" ? status === "canceled" || status === "incomplete_expired" : status === filter;
}

/** What Stripe's list of invoices can be filtered by. */
export const INVOICE_FILTERS = ["draft", "open", "paid", "uncollectible", "void"] as const;
