import type Stripe from "stripe";
import type { Stored } from "../stored.js";
import type { InvoiceLineRecord } from "./invoices.js";

export type SubscriptionRecord = Readonly<Omit<Stored<Stripe.Subscription>, "items" | "pending_update">> & {
  readonly items: readonly SubscriptionItemRecord[];
  /** Prorations that wait for the next invoice. */
  readonly pendingLines: readonly InvoiceLineRecord[];
  /** The billing anchor up to which a subscription is free, having been asked for without proration. */
  readonly freeUntil: number | null;
  /** An update that applies once its invoice is paid, if that happens in time. */
  readonly pendingChange: {
    readonly changes: Partial<SubscriptionRecord>;
    readonly invoice: string;
    readonly expiresAt: number;
  } | null;
  /** Whether the end of the trial was announced. */
  readonly trialEndAnnounced: boolean;
  /** The end of the period after which the last announced invoice comes. */
  readonly upcomingAnnouncedFor: number | null;
  /** Whether a pause has credited the rest of the period, which going on with that period charges again. */
  readonly isCredited: boolean;
  /** The time at which a pause that was made in the portal ends, if it is limited. */
  readonly resumesAt: number | null;
};

export type SubscriptionItemRecord = Readonly<
  Omit<Stored<Stripe.SubscriptionItem>, "deleted" | "plan" | "price">
> & {
  readonly price: string;
  /** Unix time from which usage counts for its price, where that is not the beginning of its period. */
  readonly meteredFrom?: number;
  /** Where a future anchor cuts the present period short: Unix time at which the full period would have begun. */
  readonly fullPeriodStart?: number;
  /** Where a scheduled end cuts the present period short: Unix time up to which it is paid for. */
  readonly paidUntil?: number;
};

export type SubscriptionScheduleRecord = Readonly<Stored<Stripe.SubscriptionSchedule>> & {
  /** The time at which its end is announced; `null` if it is too near, or was announced. */
  readonly expiringAt: number | null;
};
