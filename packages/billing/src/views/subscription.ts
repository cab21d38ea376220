import type Stripe from "stripe";
import { toDate, toDateOrNull } from "./epoch.js";
import { type Price, toPrice } from "./price.js";

/**
 * Stripe's statuses. A status newer than this package comes through as it is, so give a `switch` a default that refuses.
 * See https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
 */
export type SubscriptionStatus =
  | "incomplete"
  | "incomplete_expired"
  | "trialing"
  | "active"
  | "past_due"
  | "unpaid"
  | "paused"
  | "canceled";

/** A subscription, the same whatever API version it was read with. */
export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly status: SubscriptionStatus;
  readonly items: readonly SubscriptionItem[];
  /** The current period of the item whose period began last; null when there is none. */
  readonly currentPeriodStart: Date | null;
  /** The current period of the item whose period ends first. */
  readonly currentPeriodEnd: Date | null;
  /** When it will end, where a cancellation is scheduled, however it was: by flag or by date. Else null. */
  readonly cancelsAt: Date | null;
  /** When the cancellation was asked for. */
  readonly canceledAt: Date | null;
  /** When it ended; null while it has not. */
  readonly endedAt: Date | null;
  readonly trialEndsAt: Date | null;
  readonly cancellation: CancellationDetails;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

export interface SubscriptionItem {
  readonly id: string;
  readonly price: Price;
  /** Null where usage is metered. */
  readonly quantity: number | null;
  readonly currentPeriodStart: Date | null;
  readonly currentPeriodEnd: Date | null;
}

/** Why it was or will be canceled: Stripe's reason, and what the customer said. */
export interface CancellationDetails {
  readonly reason: string | null;
  readonly feedback: string | null;
  readonly comment: string | null;
}

/** Before API version 2025-03-31 the period stood on the subscription; since then it stands on each item. */
interface PeriodBefore20250331 {
  readonly current_period_start?: number;
  readonly current_period_end?: number;
}

export function toSubscription(
  subscription: Stripe.Subscription & PeriodBefore20250331,
  metadata: Readonly<Record<string, string>>,
): Subscription {
  const items = subscription.items.data.map((item) => toItem(item, subscription));
  const starts = items.flatMap((item) => item.currentPeriodStart ?? []);
  const ends = items.flatMap((item) => item.currentPeriodEnd ?? []);
  const { customer, cancellation_details: details } = subscription;
  return Object.freeze({
    id: subscription.id,
    customerId: typeof customer === "string" ? customer : customer.id,
    status: subscription.status as SubscriptionStatus, // see its comment
    items: Object.freeze(items),
    currentPeriodStart: latest(starts),
    currentPeriodEnd: earliest(ends),
    cancelsAt: subscription.ended_at === null ? scheduledEnd(subscription, ends) : null,
    canceledAt: toDateOrNull(subscription.canceled_at),
    endedAt: toDateOrNull(subscription.ended_at),
    trialEndsAt: toDateOrNull(subscription.trial_end),
    cancellation: Object.freeze({
      reason: details?.reason ?? null,
      feedback: details?.feedback ?? null,
      comment: details?.comment ?? null,
    }),
    metadata,
    createdAt: toDate(subscription.created),
    livemode: subscription.livemode,
  });
}

function toItem(
  item: Stripe.SubscriptionItem & PeriodBefore20250331,
  parent: PeriodBefore20250331,
): SubscriptionItem {
  return Object.freeze({
    id: item.id,
    price: toPrice(item.price),
    quantity: item.quantity ?? null,
    currentPeriodStart: toDateOrNull(item.current_period_start ?? parent.current_period_start),
    currentPeriodEnd: toDateOrNull(item.current_period_end ?? parent.current_period_end),
  });
}

/** The flag is classic billing's way, the date flexible billing's and the portal's; either alone schedules the end. */
function scheduledEnd(subscription: Stripe.Subscription, ends: readonly Date[]): Date | null {
  if (subscription.cancel_at !== null) return toDate(subscription.cancel_at);
  return subscription.cancel_at_period_end ? latest(ends) : null;
}

function latest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.max(...dates.map(Number)));
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.min(...dates.map(Number)));
}
