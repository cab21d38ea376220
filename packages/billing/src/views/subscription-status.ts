import { InvalidArgumentError } from "../errors.js";
import type { Subscription, SubscriptionStatus } from "./subscription.js";

/**
 * The fields of a subscription's view that decide its state. The functions below need no request and also run in a
 * browser. A copy of the view will do, such as one parsed from JSON. They take the current time as an argument, because
 * a stored copy may be old: a scheduled end that has passed counts as ended.
 *
 * Each of them throws `InvalidArgumentError` for a copy in which a date is missing or is something else.
 */
export interface SubscriptionState
  extends Readonly<Record<MomentField, Moment>>,
    Partial<Pick<Subscription, "testClockId">> {
  readonly status: SubscriptionStatus;
}

type MomentField = "trialEndsAt" | "cancelsAt" | "endedAt";

/** A `Date`, or what JSON makes of it: an ISO 8601 string. */
type Moment = Date | string | null;

/** The states that grant access in addition to active and trialing. A state that is left out grants none. */
export interface AccessPolicy {
  /** A renewal is unpaid and Stripe keeps trying. Default: false. */
  readonly pastDue?: boolean | undefined;
  /** The first payment is outstanding. Default: false. */
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
  const entitled: Partial<Record<SubscriptionStatus, boolean | undefined>> = {
    active: true,
    trialing: true,
    past_due: policy.pastDue,
    incomplete: policy.incomplete,
    paused: policy.paused,
  };
  return !hasEnded(subscription, now) && entitled[subscription.status] === true;
}

/** Tells if it is in a trial that has not ended. */
export function onTrial(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  return (
    subscription.status === "trialing" &&
    isYetToCome(subscription, "trialEndsAt", now) &&
    !hasEnded(subscription, now)
  );
}

/** Tells if it is canceled but has not ended yet. `resumeSubscription` can take the cancellation back. */
export function onGracePeriod(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return isYetToCome(subscription, "cancelsAt", now) && !hasEnded(subscription, now);
}

/** Tells if a renewal is unpaid and Stripe keeps trying. */
export function isPastDue(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  return subscription.status === "past_due" && !hasEnded(subscription, now);
}

/** Tells if its first payment is outstanding. Unpaid, the subscription ends after 23 hours. */
export function isIncomplete(
  subscription: SubscriptionState,
  now: Date = currentTime(subscription),
): boolean {
  return subscription.status === "incomplete" && !hasEnded(subscription, now);
}

/** Tells if it has ended for good. It cannot be resumed; create a new one. */
export function hasEnded(subscription: SubscriptionState, now: Date = currentTime(subscription)): boolean {
  const endedAt = readTime(subscription, "endedAt");
  const cancelsAt = readTime(subscription, "cancelsAt");
  return (
    // Not the other way around: nobody has access at an invalid time.
    !(cancelsAt > now.getTime()) ||
    endedAt < NEVER ||
    ["canceled", "incomplete_expired"].includes(subscription.status)
  );
}

/** Ignores real time for an object on a test clock: Stripe changes its status as the clock advances. */
function currentTime({ testClockId }: SubscriptionState): Date {
  return typeof testClockId === "string" ? new Date(0) : new Date();
}

function isYetToCome(subscription: SubscriptionState, field: MomentField, now: Date): boolean {
  const time = readTime(subscription, field);
  return time < NEVER && time > now.getTime();
}

/** After the last time that a `Date` can hold. */
const NEVER = 9e15;

/**
 * In milliseconds; never for null. Refuses a number: Stripe counts seconds, and a mistake between the two would grant or
 * deny access.
 */
function readTime(subscription: SubscriptionState, field: MomentField): number {
  const moment: unknown = subscription[field];
  if (moment === null) return NEVER;
  // JSON makes the same text of a Date from any realm, and of no other value.
  const text = typeof moment === "object" ? JSON.stringify(moment).slice(1, -1) : moment;
  if (typeof text === "string" && /^[+-]?\d{4,6}-\d\d-\d\dT/.test(text)) {
    const timeMs = Date.parse(text);
    if (timeMs < NEVER) return timeMs;
  }
  throw new InvalidArgumentError(`subscription.${field} must be a Date, an ISO 8601 string or null.`);
}
