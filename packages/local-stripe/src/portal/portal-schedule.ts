import { cost } from "../billing/catalog/exact-money.js";
import { plusIntervals } from "../billing/catalog/period.js";
import { firstPeriodEnd } from "../billing/catalog/period-ends.js";
import type { NewDiscount } from "../billing/discounts/discount-params.js";
import type { PhaseRecord } from "../billing/phases/phase.js";
import { currentPhase } from "../billing/phases/schedule.js";
import { createSchedule } from "../billing/schedules/create-schedule.js";
import { releaseSchedule } from "../billing/schedules/end-schedule.js";
import type { NewPhase } from "../billing/schedules/phase-params.js";
import { updateSchedule } from "../billing/schedules/update-schedule.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { PriceRecord } from "../store/records/catalog.js";
import type { SubscriptionRecord } from "../store/records/subscriptions.js";
import type { Features } from "./portal-features.js";

/** The choice that a customer made on the page. */
export interface PortalChoice {
  readonly price: PriceRecord;
  readonly quantity: number | undefined;
  /** Discounts from then on, beside those that apply already. */
  readonly discounts?: readonly NewDiscount[];
}

/** A change that a subscription's schedule will make by itself. */
export interface FutureChange {
  readonly at: number;
  readonly items: PhaseRecord["items"];
}

export function futureChange(
  account: AccountData,
  { schedule: id }: SubscriptionRecord,
): FutureChange | undefined {
  const schedule = id === null ? undefined : account.of("subscription_schedule").get(id);
  const current = schedule && currentPhase(schedule);
  const next = schedule?.phases.find((phase) => phase.start_date === current?.end_date);
  return next && { at: next.start_date, items: next.items };
}

/** Whether the configuration has a choice wait for the end of the period: it pays less, or more often. */
export function waitsForPeriodEnd(
  account: AccountData,
  { schedule_at_period_end: { conditions } }: Features["subscription_update"],
  { items: [item] }: SubscriptionRecord,
  { price, quantity }: PortalChoice,
): boolean {
  if (item === undefined) return false;
  const before = account.getFromPath("price", item.price);
  const holds: Readonly<Record<string, boolean>> = {
    decreasing_item_amount: cost(price, quantity) < cost(before, item.quantity),
    shortening_interval: intervalLength(price) < intervalLength(before),
  };
  return conditions.some(({ type }) => holds[type] === true);
}

/** Has the choice made when the period ends, by a schedule that lets go of the subscription afterwards. */
export function scheduleChoice(
  tx: Transaction,
  subscription: SubscriptionRecord,
  choice: PortalChoice,
): void {
  const { id, schedule: present } = subscription;
  const mode = subscription.billing_mode.type === "classic" ? "classic" : "flexible";
  const schedule =
    present === null
      ? createSchedule(tx, { from_subscription: id }, mode)
      : tx.account.getFromPath("subscription_schedule", present);
  const current = currentPhase(schedule);
  if (current === undefined) return;
  const { price, quantity, discounts = [] } = choice;
  const now = again(current);
  const { trial_end: _trial, start_date: _start, ...kept } = now;
  updateSchedule(tx, schedule.id, {
    end_behavior: "release",
    phases: [
      { ...now, end_date: firstPeriodEnd(subscription) },
      {
        ...kept,
        discounts: [...(kept.discounts ?? []), ...discounts],
        items: [{ price: price.id, ...(quantity !== undefined && { quantity }) }],
        proration_behavior: "none",
      },
    ],
    proration_behavior: "none",
  });
}

/** Takes a future change back: the subscription goes on as it is. */
export function dropFutureChange(tx: Transaction, { schedule }: SubscriptionRecord): void {
  if (schedule !== null) releaseSchedule(tx, schedule);
}

/** A phase as a request writes it again. */
function again(phase: PhaseRecord): NewPhase {
  const { default_payment_method: card, description, trial_end: trialEnd } = phase;
  return {
    start_date: phase.start_date,
    discounts: phase.discounts.map(named),
    items: phase.items.map(({ discounts, metadata, price, quantity }) => ({
      discounts: discounts.map(named),
      metadata: metadata ?? {},
      price,
      ...(quantity !== undefined && { quantity }),
    })),
    ...(card !== null && { default_payment_method: card }),
    ...(description !== null && { description }),
    ...(trialEnd !== null && { trial_end: trialEnd }),
  };
}

function named({ coupon, discount, promotion_code: code }: PhaseRecord["discounts"][number]): NewDiscount {
  if (discount !== null) return { discount };
  return code === null ? { coupon: coupon ?? "" } : { promotion_code: code };
}

function intervalLength({ recurring }: PriceRecord): number {
  return recurring === null ? 0 : plusIntervals(0, recurring, 1);
}
