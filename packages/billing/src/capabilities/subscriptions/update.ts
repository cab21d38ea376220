import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
import { isMetered } from "../../selling/prove-prices.js";
import { Steps } from "../../steps.js";
import { refusalOf } from "../../stripe/refusal.js";
import { isSaidToBeReplay } from "../../stripe/replay.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { toEpochSeconds } from "../../views/epoch.js";
import {
  type ChangedSubscription,
  PENDING_PAYMENT,
  toChangedSubscription,
} from "../../views/pending-payment.js";
import { type CheckedChange, isBilled, type UpdateSubscriptionOptions } from "./change.js";
import { toItemParams } from "./items.js";
import { type PreparedChange, prepareChange } from "./prepare-change.js";
import { dropScheduled, payScheduledWith, scheduleChange } from "./schedule.js";

export async function updateSubscription(
  scope: TenantScope,
  subscription: string,
  options: UpdateSubscriptionOptions,
): Promise<ChangedSubscription> {
  const plan = await prepareChange(scope, subscription, options);
  const { before, change } = plan;
  if (change.when === "period_end") {
    const schedule = await scheduleChange(scope, plan);
    // A call that is repeated with its key changes nothing more, and what was scheduled may have been dropped since.
    const now = isSaidToBeReplay(schedule)
      ? await scope.subscription(before.id, ["schedule"])
      : { ...before, schedule };
    return toChangedSubscription(now, scope);
  }
  // Makes the change first, because Stripe may refuse it: a declined card must not cancel what is scheduled.
  const steps = new Steps(change.idempotencyKey);
  const params = toUpdateParams(plan);
  const isEmpty = !plan.isMade && Object.keys(params).length === 0;
  const after = isEmpty
    ? before
    : await steps.take("the change", () => makeChange(scope, plan, params, steps.key));
  if (change.scheduledChange === null) {
    await steps.take("the release of the schedule", () => dropScheduled(scope, before, steps.key));
    return toChangedSubscription({ ...after, schedule: null }, scope);
  }
  const schedule = await steps.take("the payment method of what is scheduled", () =>
    payScheduledWith(scope, after, change, steps.key),
  );
  return toChangedSubscription({ ...after, schedule }, scope);
}

/** Sends the change, or reads the subscription if it was made before. */
async function makeChange(
  scope: TenantScope,
  { before, change, isMade, prepareAnew }: PreparedChange,
  params: Stripe.SubscriptionUpdateParams,
  key: string,
): Promise<Stripe.Subscription> {
  const expand = ["schedule", ...(isBilled(change) ? PENDING_PAYMENT : [])];
  if (isMade) return scope.subscription(before.id, expand);
  const ids = { subscription: before.id };
  const call = "POST /v1/subscriptions/{subscription}";
  try {
    return await unlessOvertaken(
      () => prepareAnew().then(() => undefined),
      () => scope.write(call, ids, { ...params, expand }, key, "update"),
    );
  } catch (error) {
    throw refusalOf(error).param === "proration_date"
      ? new ConflictError(ANOTHER_PERIOD, { cause: error })
      : error;
  }
}

const ANOTHER_PERIOD =
  "prorationDate is not in the current period; if it comes from a preview, the subscription has renewed since. Preview the change again.";

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

/** Formats the end of the trial as updates and previews take it. */
export function toTrialEndParam({ trialEnd }: CheckedChange): { trial_end?: "now" | number } {
  if (trialEnd === undefined) return {};
  return { trial_end: trialEnd === "now" ? trialEnd : toEpochSeconds(trialEnd) };
}
