/**
 * Changes that wait for the end of the period. Stripe makes them by a schedule of two phases: the subscription as it is
 * until then, and as it will be after it. Then the schedule releases the subscription.
 *
 * See https://docs.stripe.com/billing/subscriptions/subscription-schedules
 */
import type Stripe from "stripe";
import { ConflictError, IndeterminateError, isBillingError } from "../../errors.js";
import { isMetered } from "../../selling/prove-prices.js";
import { Steps } from "../../steps.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { futurePhases } from "../../views/scheduled-change.js";
import { toSubscription } from "../../views/subscription.js";
import type { CheckedChange } from "./change.js";
import { changeMoment } from "./change-moment.js";
import { quantityFor, toItemParams } from "./items.js";
import { copyItem, copyPhase, type PhaseItemParams, type PhaseParams } from "./phase.js";
import { expandedSchedule, type PreparedChange, SCHEDULE_MARK } from "./prepare-change.js";

type Schedule = Stripe.SubscriptionSchedule;
type Phase = Schedule["phases"][number];

/**
 * Schedules a change. Two requests, or one if the subscription has a schedule already. If Stripe refuses the change,
 * one more releases a schedule that was created for it.
 */
export async function scheduleChange(scope: TenantScope, plan: PreparedChange): Promise<Schedule> {
  const { before, change } = plan;
  const steps = new Steps(change.idempotencyKey);
  const present = expandedSchedule(before);
  // Refuses what contradicts itself before a schedule is created.
  const moment = changeMoment(plan, toSubscription(before, scope));
  toItemParams(plan.items, (priceId) => isMetered(plan.prices, priceId));
  const schedule =
    present ??
    (await steps.take("a schedule of the subscription as it is", () =>
      scope.write("POST /v1/subscription_schedules", {}, { from_subscription: before.id }, steps.key),
    ));
  try {
    return await steps.take("the scheduled change", () =>
      writePhases(scope, schedule, plan, moment, steps.key),
    );
  } catch (error) {
    if (present === undefined && wasRefused(error)) {
      await steps.take("the release of the new schedule", () => release(scope, schedule.id, steps.key));
      throw steps.explain("the scheduled change", error instanceof IndeterminateError ? error.cause : error);
    }
    throw error;
  }
}

/** Tells if Stripe certainly did not make the change. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof IndeterminateError && error.failed !== undefined ? error.cause : error;
  return isBillingError(cause) && !cause.retryable && cause.code !== "aborted";
}

function writePhases(
  scope: TenantScope,
  schedule: Schedule,
  plan: PreparedChange,
  moment: Date | null,
  key: string,
): Promise<Schedule> {
  const current = currentPhase(schedule);
  const changesAt = moment === null ? current.end_date : toEpochSeconds(moment);
  return scope.write(
    "POST /v1/subscription_schedules/{schedule}",
    { schedule: schedule.id },
    {
      end_behavior: "release",
      metadata: { ...SCHEDULE_MARK },
      phases: [{ ...copyPhase(current), end_date: changesAt }, nextPhase(current, changesAt, plan)],
      // The current phase stays as it is, so there is nothing to bill.
      proration_behavior: "none",
    },
    key,
  );
}

/** Releases the schedule, so that the subscription goes on as it is. One request. */
export async function dropScheduled(
  scope: TenantScope,
  subscription: Stripe.Subscription,
  idempotencyKey: string | undefined,
): Promise<void> {
  const schedule = expandedSchedule(subscription);
  if (schedule === undefined) return;
  await release(scope, schedule.id, idempotencyKey);
}

async function release(
  scope: TenantScope,
  schedule: string,
  idempotencyKey: string | undefined,
): Promise<void> {
  await scope.write("POST /v1/subscription_schedules/{schedule}/release", { schedule }, {}, idempotencyKey);
}

/**
 * Gives the phases of a schedule the new payment method; the next phase would bring back the old one. One request, or none
 * if nothing is scheduled.
 */
export async function payScheduledWith(
  scope: TenantScope,
  subscription: Stripe.Subscription,
  { defaultPaymentMethodId }: CheckedChange,
  key: string,
): Promise<Schedule | string | null> {
  const schedule = expandedSchedule(subscription);
  if (schedule === undefined || defaultPaymentMethodId === undefined) return subscription.schedule;
  const future = futurePhases(schedule);
  if (future.length === 0) return schedule;
  const phases = [currentPhase(schedule), ...future].map((phase) => ({
    ...copyPhase(phase),
    default_payment_method: defaultPaymentMethodId,
  }));
  const ids = { schedule: schedule.id };
  const params = { phases, proration_behavior: "none" as const };
  const call = "POST /v1/subscription_schedules/{schedule}";
  return scope.write(call, ids, params, key, "payment method");
}

/** Builds the next phase: the current one with the change, without what applies only to its beginning. */
function nextPhase(
  current: Phase,
  startsAt: number,
  { change, items, prices, discounts }: PreparedChange,
): PhaseParams {
  const {
    add_invoice_items: _,
    end_date: _end,
    metadata: _copied,
    trial_end: trialEnd,
    ...kept
  } = copyPhase(current);
  const { metadata, defaultPaymentMethodId } = change;
  return {
    ...kept,
    start_date: startsAt,
    items: nextItems(current, { items, prices }),
    proration_behavior: "none",
    ...(typeof trialEnd === "number" && trialEnd > startsAt && { trial_end: trialEnd }),
    ...(discounts !== undefined && { discounts }),
    ...(defaultPaymentMethodId !== undefined && { default_payment_method: defaultPaymentMethodId }),
    // Stripe merges it into the subscription's metadata when the phase begins. A copy would undo later updates.
    ...(metadata !== undefined && { metadata }),
  };
}

function nextItems(
  current: Phase,
  { items, prices }: Pick<PreparedChange, "items" | "prices">,
): PhaseItemParams[] {
  const metered = (priceId: string) => isMetered(prices, priceId);
  const now = current.items.map((item) => ({ item, priceId: referencedId(item.price) }));
  const known = new Set(now.map(({ priceId }) => priceId));
  if (items.some((one) => one.does !== "add" && !known.has(one.item.price.id))) {
    throw new ConflictError(
      "The subscription's schedule has other items than the subscription. Drop it first.",
    );
  }
  const kept = now.flatMap(({ item, priceId }) => {
    const one = items.find((change) => change.does !== "add" && change.item.price.id === priceId);
    if (one === undefined) return copyItem(item);
    if (one.does !== "change") return [];
    const { quantity: _, ...rest } = copyItem(item);
    return { ...rest, price: one.priceId ?? priceId, ...quantityFor(one, one.item.quantity, metered) };
  });
  const added = items.flatMap((one) =>
    one.does === "add" ? { price: one.priceId, ...quantityFor(one, 1, metered) } : [],
  );
  return [...kept, ...added];
}

function currentPhase({ phases, current_phase: current }: Schedule): Phase {
  const phase = phases.find(({ start_date }) => start_date === current?.start_date);
  if (phase !== undefined) return phase;
  throw new ConflictError("The subscription's schedule is not running. Drop it with scheduledChange: null.");
}
