/**
 * The part of this package for browsers: functions that format amounts and judge subscriptions. They send nothing and
 * need no key, and take views as they are or as parsed from JSON.
 *
 * @module
 */
export { InvalidArgumentError } from "./errors.js";
export { formatAmount } from "./views/amount.js";
export type { Subscription, SubscriptionStatus } from "./views/subscription.js";
export {
  type AccessPolicy,
  hasEnded,
  isEntitled,
  isIncomplete,
  isPastDue,
  onGracePeriod,
  onTrial,
  type SubscriptionState,
} from "./views/subscription-status.js";
