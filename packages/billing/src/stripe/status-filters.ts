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

/** What Stripe's list of invoices can be filtered by. */
export const INVOICE_FILTERS = ["draft", "open", "paid", "uncollectible", "void"] as const;
