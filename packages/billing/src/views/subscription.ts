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
  /** What it will change to by itself; null when nothing is scheduled. */
  readonly scheduledChange: ScheduledChange | null;
  /** Set while its invoices are not collected; the status says nothing of it. */
  readonly collectionPause: CollectionPause | null;
  /** When a change that waits for its payment is given up; null when none waits. */
  readonly pendingUpdateExpiresAt: Date | null;
  /** Null where the customer's own default is charged. */
  readonly defaultPaymentMethodId: string | null;
  /** The discounts (`di_…`) that it has; those of its customer are not among them. */
  readonly discountIds: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
  /** The test clock that its time runs by, in test mode; null where it runs by real time. */
  readonly testClockId: string | null;
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

/** Invoices go on being made, and this becomes of each. */
export interface CollectionPause {
  readonly invoices: "keep_as_draft" | "mark_uncollectible" | "void";
  /** When collection goes on by itself; null when it has to be told to. */
  readonly resumesAt: Date | null;
}

/** A subscription as Stripe writes it in any API version. */
export type AnySubscription = Stripe.Subscription & PeriodBefore20250331 & DiscountBefore20250331;

/** Before API version 2025-03-31 the period stood on the subscription; since then it stands on each item. */
interface PeriodBefore20250331 {
  readonly current_period_start?: number | undefined;
  readonly current_period_end?: number | undefined;
}

/** And a single discount stood beside the list of them, or in its place. */
interface DiscountBefore20250331 {
  readonly discount?: { readonly id: string } | null;
}

/** The keys of metadata that are not the application's; a tenant's scope knows them. */
export interface Reserved {
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
}

/** Shows what is scheduled only where `schedule` is expanded. */
export function toSubscription(subscription: AnySubscription, own: Reserved & LookupKeys): Subscription {
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

/** The flag is classic billing's way, the date flexible billing's and the portal's; either alone schedules the end. */
function scheduledEnd(subscription: Stripe.Subscription, ends: readonly Date[]): Date | null {
  const date = toDateOrNull(subscription.cancel_at);
  if (date !== null) return date;
  // Of items with several intervals, the first period to end counts.
  return subscription.cancel_at_period_end ? earliest(ends) : null;
}

function latest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.max(...dates.map(Number)));
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.min(...dates.map(Number)));
}
