import type Stripe from "stripe";
import { isMetered } from "../../selling/prove-prices.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import {
  type ChangedSubscription,
  PENDING_PAYMENT,
  toChangedSubscription,
} from "../../views/pending-payment.js";
import { type CheckedChange, isBilled, type UpdateSubscriptionOptions } from "./change.js";
import { toItemParams } from "./items.js";
import { expandedSchedule, type PreparedChange, prepareChange } from "./prepare-change.js";
import { dropScheduled, payScheduledWith, scheduleChange } from "./schedule.js";

export async function updateSubscription(
  scope: TenantScope,
  subscription: string,
  options: UpdateSubscriptionOptions,
): Promise<ChangedSubscription> {
  const plan = await prepareChange(scope, subscription, options);
  const { before, change } = plan;
  if (change.when === "period_end") {
    return toChangedSubscription({ ...before, schedule: await scheduleChange(scope, plan) }, scope);
  }
  const drops = change.scheduledChange === null && expandedSchedule(before) !== undefined;
  if (drops) await dropScheduled(scope, before, change.idempotencyKey);
  const params = toUpdateParams(plan);
  if (Object.keys(params).length === 0) return toChangedSubscription({ ...before, schedule: null }, scope);
  const expand = ["schedule", ...(isBilled(change) ? PENDING_PAYMENT : [])];
  const ids = { subscription: before.id };
  const after = await scope.write(
    "POST /v1/subscriptions/{subscription}",
    ids,
    { ...params, expand },
    change.idempotencyKey,
    "update",
  );
  return toChangedSubscription({ ...after, schedule: await payScheduledWith(scope, after, change) }, scope);
}

function toUpdateParams({
  change,
  items,
  prices,
  discounts,
}: PreparedChange): Stripe.SubscriptionUpdateParams {
  const { defaultPaymentMethodId, metadata, proration, prorationDate, paymentBehavior } = change;
  return {
    ...(items.length > 0 && { items: toItemParams(items, (priceId) => isMetered(prices, priceId)) }),
    ...toTrialEndParam(change),
    ...(discounts !== undefined && { discounts }),
    ...(defaultPaymentMethodId !== undefined && { default_payment_method: defaultPaymentMethodId }),
    ...(metadata !== undefined && { metadata }),
    ...(proration !== undefined && { proration_behavior: proration }),
    ...(prorationDate !== undefined && { proration_date: toEpochSeconds(prorationDate) }),
    ...(paymentBehavior !== undefined && { payment_behavior: paymentBehavior }),
  };
}

/** As updates and previews take it. */
export function toTrialEndParam({ trialEnd }: CheckedChange): { trial_end?: "now" | number } {
  if (trialEnd === undefined) return {};
  return { trial_end: trialEnd === "now" ? trialEnd : toEpochSeconds(trialEnd) };
}
