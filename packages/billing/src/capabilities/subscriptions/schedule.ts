/**
 * Changes that wait for the end of the period. Stripe makes them by a schedule of two phases: the subscription as it is
 * until then, and as it will be after it. Then the schedule releases the subscription.
 *
 * See https://docs.stripe.com/billing/subscriptions/subscription-schedules
 */
import type Stripe from "stripe";
import { ConflictError, IndeterminateError, InvalidArgumentError, isBillingError } from "../../errors.js";
import { isMetered } from "../../selling/prove-prices.js";
import { Steps } from "../../steps.js";
import { referencedId } from "../../stripe/reference.js";
import { isSaidToBeReplay } from "../../stripe/replay.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { futurePhases } from "../../views/scheduled-change.js";
import { toSubscription } from "../../views/subscription.js";
import type { CheckedChange } from "./change.js";
import { changeMoment } from "./change-moment.js";
import { quantityFor, toItemParams } from "./items.js";
import { copyItem, copyPhase, type PhaseItemParams, type PhaseParams } from "./phase.js";
import { expandedSchedule, goingToEnd, type PreparedChange, SCHEDULE_MARK } from "./prepare-change.js";

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
  const unlessChanged = (expected: string | undefined, write: () => Promise<Schedule>) =>
    unlessOvertaken(async () => assertScheduleIs(expected, (await plan.prepareAnew()).before), write);
  const schedule =
    present ??
    (await steps.take("a schedule of the subscription as it is", () =>
      unlessChanged(undefined, () =>
        scope.write("POST /v1/subscription_schedules", {}, { from_subscription: before.id }, steps.key),
      ),
    ));
  try {
    if (present === undefined) assertGoesOn(schedule);
    return await steps.take("the scheduled change", () =>
      unlessChanged(schedule.id, () => writePhases(scope, schedule, plan, moment, steps.key)),
    );
  } catch (error) {
    const cause = error instanceof IndeterminateError ? error.cause : error;
    if (present === undefined && wasRefused(cause)) {
      await steps.take("the release of the new schedule", () =>
        release(scope, before.id, schedule.id, steps.key, schedule.end_behavior === "cancel"),
      );
      throw steps.explain("the scheduled change", cause);
    }
    throw error;
  }
}

/** @throws ConflictError when the subscription has another schedule than is expected. */
function assertScheduleIs(expected: string | undefined, now: Stripe.Subscription): undefined {
  const present = expandedSchedule(now)?.id;
  if (present === expected) return;
  throw new ConflictError(
    "Another call has just changed what is scheduled for the subscription. Look at it, then call again.",
    { conflictingId: present },
  );
}

/**
 * Stripe makes a schedule that cancels of a subscription that is going to end. One that was to go on when it was read has
 * been canceled since, and what is written next would take that back.
 */
function assertGoesOn({ end_behavior: end }: Schedule): void {
  if (end === "cancel") throw goingToEnd();
}

/** Tells by the error of the last write if Stripe certainly did not make the change. */
function wasRefused(error: unknown): boolean {
  return isBillingError(error) && !error.retryable && error.code !== "aborted";
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
  await release(scope, subscription.id, schedule.id, idempotencyKey);
}

/** Releases a schedule; one that another call has ended stays so. */
async function release(
  scope: TenantScope,
  subscriptionId: string,
  id: string,
  idempotencyKey: string | undefined,
  keepsItsEnd = false,
): Promise<void> {
  const call = "POST /v1/subscription_schedules/{schedule}/release";
  const params = keepsItsEnd ? { preserve_cancel_date: true } : {};
  try {
    await scope.write(call, { schedule: id }, params, idempotencyKey);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const now = expandedSchedule(await scope.subscription(subscriptionId, ["schedule"]));
    if (now?.id === id && now.status === "active") throw error;
  }
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
  const present = [currentPhase(schedule), ...future];
  // A retry finds it so: what was scheduled is read anew.
  const isSo = present.every(
    ({ default_payment_method: method }) => referencedId(method) === defaultPaymentMethodId,
  );
  if (isSo) return schedule;
  const phases = present.map((phase) => ({
    ...copyPhase(phase),
    default_payment_method: defaultPaymentMethodId,
  }));
  const ids = { schedule: schedule.id };
  const params = { phases, proration_behavior: "none" as const };
  const call = "POST /v1/subscription_schedules/{schedule}";
  const changed = await scope.write(call, ids, params, key, "payment method");
  // The subscription is as it is now, the replayed schedule as it was then.
  return isSaidToBeReplay(changed) ? subscription.schedule : changed;
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
      "The subscription's schedule has different items than the subscription. Drop it first, with scheduledChange: null.",
    );
  }
  const kept = now.flatMap(({ item, priceId }) => {
    const one = items.find((change) => change.does !== "add" && change.item.price.id === priceId);
    if (one === undefined) return copyItem(item);
    if (one.does !== "change") return [];
    const { quantity: _, ...rest } = copyItem(item);
    // The phase is younger than what the change was prepared from, so a quantity set in between stays.
    return { ...rest, price: one.priceId ?? priceId, ...quantityFor(one, item.quantity, metered) };
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
