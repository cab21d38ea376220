import type { Act } from "../../store/act.js";
import type { SubscriptionScheduleRecord } from "../../store/records.js";
import { type CancelRequest, cancelSubscription } from "../subscriptions/cancel-subscription.js";
import { NOT_ENDING, refuseUnlessRunning, release, SCHEDULE } from "./schedule.js";

/** Lets go of the subscription, which goes on as it is. */
export function releaseSchedule(act: Act, id: string, keepsCancelDate = false): SubscriptionScheduleRecord {
  const before = act.world.inPath(SCHEDULE, id);
  act.followClock(before);
  refuseUnlessRunning(before, "release");
  const subscription = act.world.of("subscription").get(before.subscription ?? "");
  const free = release(act, before, subscription);
  if (free !== undefined) {
    const going = keepsCancelDate || before.end_behavior !== "cancel" ? free : { ...free, ...NOT_ENDING };
    act.replace("subscription", free.id, going, "customer.subscription.updated");
  }
  return act.world.inPath(SCHEDULE, id);
}

/** Ends the schedule, and its subscription with it. */
export function cancelSchedule(act: Act, id: string, request: CancelRequest): SubscriptionScheduleRecord {
  const before = act.world.inPath(SCHEDULE, id);
  act.followClock(before);
  refuseUnlessRunning(before, "cancel");
  if (before.subscription !== null) {
    cancelSubscription(act, before.subscription, request);
    return act.world.inPath(SCHEDULE, id);
  }
  const canceled = act.change(SCHEDULE, id, { status: "canceled", canceled_at: act.now, expiringAt: null });
  act.emit("subscription_schedule.canceled", act.world.render(SCHEDULE, canceled));
  return canceled;
}
