import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { NOT_ENDING, refuseUnlessRunning, release, SCHEDULE } from "../phases/schedule.js";
import { type CancelRequest, cancelSubscription } from "../subscriptions/cancel-subscription.js";

/** Lets go of the subscription, which goes on as it is. */
export function releaseSchedule(
  tx: Transaction,
  id: string,
  keepsCancelDate = false,
): SubscriptionScheduleRecord {
  const before = tx.account.getFromPath(SCHEDULE, id);
  tx.followClock(before);
  refuseUnlessRunning(before, "release");
  const subscription = tx.account.of("subscription").get(before.subscription ?? "");
  const free = release(tx, before, subscription);
  if (free !== undefined) {
    const going = keepsCancelDate || before.end_behavior !== "cancel" ? free : { ...free, ...NOT_ENDING };
    tx.replace("subscription", free.id, going, "customer.subscription.updated");
  }
  return tx.account.getFromPath(SCHEDULE, id);
}

/** Ends the schedule, and its subscription with it. */
export function cancelSchedule(
  tx: Transaction,
  id: string,
  request: CancelRequest,
): SubscriptionScheduleRecord {
  const before = tx.account.getFromPath(SCHEDULE, id);
  tx.followClock(before);
  refuseUnlessRunning(before, "cancel");
  if (before.subscription !== null) {
    cancelSubscription(tx, before.subscription, request);
    return tx.account.getFromPath(SCHEDULE, id);
  }
  const canceled = tx.change(SCHEDULE, id, { status: "canceled", canceled_at: tx.now, expiringAt: null });
  tx.emit("subscription_schedule.canceled", tx.account.render(SCHEDULE, canceled));
  return canceled;
}
