import type { Subscription, SubscriptionStatus } from "./subscription.js";

/**
 * Questions that applications ask of a subscription, answered from its view alone: no request, and any copy will do that
 * has these four fields. Time is an argument, since a stored copy may be older than what it says: an end that has passed
 * counts as an end.
 */
export type SubscriptionState = Pick<Subscription, "status" | "trialEndsAt" | "cancelsAt" | "endedAt"> &
  Partial<Pick<Subscription, "testClockId">>;

/** Who keeps access besides those who are active or on trial. What is left out is refused. */
export interface AccessPolicy {
  /** A renewal was not paid, and Stripe goes on trying. Default: false. */
  readonly pastDue?: boolean | undefined;
  /** The first payment is still to be made. Default: false. */
  readonly incomplete?: boolean | undefined;
  /** The subscription itself is paused, by request or after a trial without a payment method. Default: false. */
  readonly paused?: boolean | undefined;
}

/**
 * Whether the customer may use what was sold: active or on trial, or in a state that the policy allows. One that has
 * ended, was given up as unpaid, or is in a status newer than this package never is.
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

/** Whether it is in a trial that has not run out. */
export function onTrial(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  const { status, trialEndsAt } = subscription;
  return status === "trialing" && isAfter(trialEndsAt, now) && !hasEnded(subscription, now);
}

/** Whether it is canceled and still runs: `resumeSubscription` can take the cancellation back. */
export function onGracePeriod(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return isAfter(subscription.cancelsAt, now) && !hasEnded(subscription, now);
}

/** Whether a renewal was not paid and Stripe goes on trying. */
export function isPastDue(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  return subscription.status === "past_due" && !hasEnded(subscription, now);
}

/** Whether its first payment is still to be made. After 23 hours it has ended instead. */
export function isIncomplete(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return subscription.status === "incomplete" && !hasEnded(subscription, now);
}

/** Whether it is over for good. What has ended cannot be resumed; make a new one. */
export function hasEnded(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  const { status, endedAt, cancelsAt } = subscription;
  if (status === "canceled" || status === "incomplete_expired" || endedAt !== null) return true;
  return cancelsAt !== null && !isAfter(cancelsAt, now);
}

/** On a test clock, real time says nothing; Stripe changes the status as the clock advances, so no end has passed unseen. */
function currentTime({ testClockId }: SubscriptionState): Date {
  return typeof testClockId === "string" ? new Date(0) : new Date();
}

function isAfter(moment: Date | null, now: Date): boolean {
  return moment !== null && moment.getTime() > now.getTime();
}
