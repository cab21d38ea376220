/**
 * What a browser may have of this package: functions of amounts and of subscriptions' views, which send nothing and know
 * no key. They take views as they are, and copies that came through JSON.
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
