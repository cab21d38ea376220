import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate, toDateOrNull } from "./epoch.js";
import { type LookupKeys, type Price, toPrice } from "./price.js";
import { type ScheduledChange, toScheduledChange } from "./scheduled-change.js";

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

/** A subscription, in one shape for all API versions. */
export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly status: SubscriptionStatus;
  readonly items: readonly SubscriptionItem[];
  /** The start of the current period of the item whose period began last; null without items. */
  readonly currentPeriodStart: Date | null;
  /** The end of the current period of the item whose period ends first. */
  readonly currentPeriodEnd: Date | null;
  /** When it will end, if a cancellation is scheduled, in whichever way; else null. */
  readonly cancelsAt: Date | null;
  /** When the cancellation was requested. */
  readonly canceledAt: Date | null;
  /** When it ended; null while it has not. */
  readonly endedAt: Date | null;
  readonly trialEndsAt: Date | null;
  readonly cancellation: CancellationDetails;
  /** The change that is scheduled; null if none is. */
  readonly scheduledChange: ScheduledChange | null;
  /** Set while payment collection is paused, which the status does not show. */
  readonly collectionPause: CollectionPause | null;
  /** When Stripe will drop a change that waits for payment; null if none waits. */
  readonly pendingUpdateExpiresAt: Date | null;
  /** Null if the customer's default is charged. */
  readonly defaultPaymentMethodId: string | null;
  /** The ids of its own discounts (`di_…`), without those of its customer. */
  readonly discountIds: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
  /** The id of the test clock that it runs on, in test mode; null if it runs on real time. */
  readonly testClockId: string | null;
}

export interface SubscriptionItem {
  readonly id: string;
  readonly price: Price;
  /** Null if usage is metered. */
  readonly quantity: number | null;
  readonly currentPeriodStart: Date | null;
  readonly currentPeriodEnd: Date | null;
}

/** Why it was or will be canceled: Stripe's reason and the customer's words. */
export interface CancellationDetails {
  readonly reason: string | null;
  readonly feedback: string | null;
  readonly comment: string | null;
}

/** How invoices are treated while collection is paused. Stripe still creates them. */
export interface CollectionPause {
  readonly invoices: "keep_as_draft" | "mark_uncollectible" | "void";
  /** When collection resumes by itself; null if it has to be resumed. */
  readonly resumesAt: Date | null;
}

/** A Stripe subscription of any API version. */
export type AnySubscription = Stripe.Subscription & PeriodBefore20250331 & DiscountBefore20250331;

/** The period, which was on the subscription before API version 2025-03-31 and is on each item since. */
interface PeriodBefore20250331 {
  readonly current_period_start?: number | undefined;
  readonly current_period_end?: number | undefined;
}

/** A single discount, which older API versions have beside or instead of the list. */
interface DiscountBefore20250331 {
  readonly discount?: { readonly id: string } | null;
}

/** Builds the view. Shows a scheduled change only if `schedule` is expanded. */
export function toSubscription(subscription: AnySubscription, own: LookupKeys): Subscription {
  const items = subscription.items.data.map((item) => toItem(item, subscription, own));
  const starts = items.flatMap((item) => item.currentPeriodStart ?? []);
  const ends = items.flatMap((item) => item.currentPeriodEnd ?? []);
  const { cancellation_details: details, pending_update: pendingUpdate } = subscription;
  return Object.freeze({
    id: subscription.id,
    customerId: referencedId(subscription.customer),
    status: subscription.status as SubscriptionStatus, // see its comment
    items: Object.freeze(items),
    currentPeriodStart: latest(starts),
    currentPeriodEnd: earliest(ends),
    cancelsAt: toDateOrNull(subscription.ended_at) === null ? scheduledEnd(subscription, ends) : null,
    canceledAt: toDateOrNull(subscription.canceled_at),
    endedAt: toDateOrNull(subscription.ended_at),
    trialEndsAt: toDateOrNull(subscription.trial_end),
    cancellation: Object.freeze({
      reason: details?.reason ?? null,
      feedback: details?.feedback ?? null,
      comment: details?.comment ?? null,
    }),
    scheduledChange: toScheduledChange(subscription.schedule),
    collectionPause: toCollectionPause(subscription.pause_collection),
    pendingUpdateExpiresAt: toDateOrNull(pendingUpdate?.expires_at),
    defaultPaymentMethodId: subscription.default_payment_method
      ? referencedId(subscription.default_payment_method)
      : null,
    discountIds: Object.freeze(discountIds(subscription)),
    metadata: own.withoutReserved(subscription.metadata),
    createdAt: toDate(subscription.created),
    livemode: subscription.livemode,
    testClockId: referencedId(subscription.test_clock),
  });
}

function toItem(
  item: Stripe.SubscriptionItem & PeriodBefore20250331,
  parent: PeriodBefore20250331,
  lookupKeys: LookupKeys,
): SubscriptionItem {
  return Object.freeze({
    id: item.id,
    price: toPrice(item.price, lookupKeys),
    quantity: item.quantity ?? null,
    currentPeriodStart: toDateOrNull(item.current_period_start ?? parent.current_period_start),
    currentPeriodEnd: toDateOrNull(item.current_period_end ?? parent.current_period_end),
  });
}

function toCollectionPause(
  pause: Stripe.Subscription["pause_collection"] | undefined,
): CollectionPause | null {
  if (!pause) return null;
  return Object.freeze({
    invoices: pause.behavior as CollectionPause["invoices"], // Stripe's types leave room for more to come
    resumesAt: toDateOrNull(pause.resumes_at),
  });
}

function discountIds({ discount, discounts = [] }: Partial<AnySubscription>): string[] {
  const ids = discounts.map((one) => referencedId(one));
  return discount && !ids.includes(discount.id) ? [...ids, discount.id] : ids;
}

/** Reads the scheduled end. Classic billing uses the flag; flexible billing and the portal use the date. */
function scheduledEnd(subscription: Stripe.Subscription, ends: readonly Date[]): Date | null {
  const date = toDateOrNull(subscription.cancel_at);
  if (date !== null) return date;
  // With several intervals, the subscription ends with the first period that ends.
  return subscription.cancel_at_period_end ? earliest(ends) : null;
}

function latest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.max(...dates.map(Number)));
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.min(...dates.map(Number)));
}
