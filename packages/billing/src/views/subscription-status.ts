import type { Subscription, SubscriptionStatus } from "./subscription.js";

/**
 * Answers what applications ask about a subscription from its view alone, without a request; any copy with these four
 * fields will do. Takes the time as an argument, because a stored copy may be old: an end that has passed counts as one.
 */
export type SubscriptionState = Pick<Subscription, "status" | "trialEndsAt" | "cancelsAt" | "endedAt"> &
  Partial<Pick<Subscription, "testClockId">>;

/** The states that keep access, beside active and trialing. A state that is left out has none. */
export interface AccessPolicy {
  /** A renewal was not paid, and Stripe goes on trying. Default: false. */
  readonly pastDue?: boolean | undefined;
  /** The first payment is still to be made. Default: false. */
  readonly incomplete?: boolean | undefined;
  /** The subscription itself is paused, by request or after a trial without a payment method. Default: false. */
  readonly paused?: boolean | undefined;
}

/**
 * Tells if the customer may use the product: the subscription is active or on trial, or in a state that the policy allows.
 * Never true for one that has ended or is unpaid, nor for a status that this package does not know.
 */
export function isEntitled(
  subscription: SubscriptionState,
  policy: AccessPolicy = {},
  now: Date = currentTime(subscription),
): boolean {
  const { status } = subscription;
  return !hasEnded(subscription, now) && Object.hasOwn(ACCESS, status) && ACCESS[status](policy);
}

const ACCESS: Readonly<Record<SubscriptionStatus, (policy: AccessPolicy) => boolean>> = {
  active: () => true,
  trialing: () => true,
  past_due: ({ pastDue }) => pastDue === true,
  incomplete: ({ incomplete }) => incomplete === true,
  paused: ({ paused }) => paused === true,
  unpaid: () => false,
  canceled: () => false,
  incomplete_expired: () => false,
};

/** Tells if it is in a trial that has not ended. */
export function onTrial(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  const { status, trialEndsAt } = subscription;
  return status === "trialing" && isAfter(trialEndsAt, now) && !hasEnded(subscription, now);
}

/** Tells if it is canceled but still runs. `resumeSubscription` can take the cancellation back. */
export function onGracePeriod(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return isAfter(subscription.cancelsAt, now) && !hasEnded(subscription, now);
}

/** Tells if a renewal was not paid and Stripe keeps trying. */
export function isPastDue(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  return subscription.status === "past_due" && !hasEnded(subscription, now);
}

/** Tells if its first payment is outstanding. Without it, the subscription ends after 23 hours. */
export function isIncomplete(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return subscription.status === "incomplete" && !hasEnded(subscription, now);
}

/** Tells if it has ended for good. It cannot be resumed; create a new one. */
export function hasEnded(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  const { status, endedAt, cancelsAt } = subscription;
  if (status === "canceled" || status === "incomplete_expired" || endedAt !== null) return true;
  return cancelsAt !== null && !isAfter(cancelsAt, now);
}

/** Ignores real time for an object on a test clock: Stripe changes its status as the clock advances. */
function currentTime({ testClockId }: SubscriptionState): Date {
  return typeof testClockId === "string" ? new Date(0) : new Date();
}

function isAfter(moment: Date | null, now: Date): boolean {
  return moment !== null && moment.getTime() > now.getTime();
}
