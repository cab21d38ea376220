import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
import { checkInput, writeOptions } from "../../input.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";
import { unlessChangedMeanwhile } from "./changed-meanwhile.js";
import { expandedSchedule } from "./prepare-change.js";

export interface ResumeSubscriptionOptions extends CallOptions, IdempotencyOptions {}

export async function resumeSubscription(
  scope: TenantScope,
  subscription: string,
  options: ResumeSubscriptionOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const { idempotencyKey } = checkInput(writeOptions, options);
  const before = await scope.subscription(subscriptionId, ["schedule"]);
  assertAlive(before);
  const after = await unlessChangedMeanwhile(scope, subscriptionId, assertAlive, () =>
    takeBackEnd(scope, before, idempotencyKey),
  );
  return toSubscription(after, scope);
}

const WRITE = "POST /v1/subscriptions/{subscription}";

/** @throws ConflictError when it has ended. */
export function assertAlive({ ended_at: endedAt }: Stripe.Subscription): undefined {
  if (endedAt === null) return;
  throw new ConflictError(
    "The subscription has ended, so it cannot be resumed. Create a new one with createSubscription.",
  );
}

/**
 * Cancels every form of scheduled end: a schedule's, the flag of classic billing, the date of flexible billing and of the
 * portal. Stripe refuses flag and date in one request, and either may hide the other, so this repeats until none is left.
 */
async function takeBackEnd(
  scope: TenantScope,
  subscription: Stripe.Subscription,
  idempotencyKey: string | undefined,
): Promise<Stripe.Subscription> {
  const schedule = expandedSchedule(subscription);
  if (schedule?.end_behavior === "cancel") {
    const ids = { schedule: schedule.id };
    const released = { end_behavior: "release" as const };
    await scope.write("POST /v1/subscription_schedules/{schedule}", ids, released, idempotencyKey);
    return scope.subscription(subscription.id, ["schedule"]);
  }
  const ids = { subscription: subscription.id };
  const steps = new Steps(idempotencyKey);
  let after = subscription;
  if (after.cancel_at_period_end) {
    const params = { cancel_at_period_end: false, expand: ["schedule"] };
    after = await steps.take("the end of the cancellation at the period's end", () =>
      scope.write(WRITE, ids, params, steps.key, "resume by flag"),
    );
  }
  if (after.cancel_at !== null) {
    const params = { cancel_at: "" as const, expand: ["schedule"] };
    after = await steps.take("the end of the cancellation on a date", () =>
      scope.write(WRITE, ids, params, steps.key, "resume by date"),
    );
  }
  return after;
}
