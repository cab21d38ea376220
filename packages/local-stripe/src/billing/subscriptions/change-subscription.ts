import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { requireTaxLocation } from "../catalog/automatic-tax.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { redeem } from "../discounts/redemption.js";
import { noteInSchedule } from "../phases/schedule.js";
import { billChange } from "./bill-change.js";
import { type Schedule, scheduleCancellation } from "./cancellation.js";
import { turnsPaid } from "./free-to-paid.js";
import type { ItemChange } from "./item-params.js";
import { cutByEnd, itemPeriod, type Timing, withoutPeriod } from "./item-period.js";
import { discardPendingChange, refuseUnlessItMayWait } from "./pending-change.js";
import {
  automaticTax,
  checkedTrialEnd,
  collectionFields,
  ownMethod,
  paymentSettings,
  type SubscriptionFields,
  trialSettings,
} from "./subscription-fields.js";
import { type Billing, changedItems, checkItems } from "./subscription-items.js";
import { endsTrialUnpaid } from "./trial-end.js";
import { announceTrialEnd } from "./trial-warning.js";

export interface SubscriptionChange extends SubscriptionFields, Schedule {
  readonly billing_cycle_anchor?: "now" | "unchanged";
  readonly items?: readonly ItemChange[];
  readonly pause_collection?: {
    readonly behavior: "keep_as_draft" | "mark_uncollectible" | "void";
    readonly resumes_at?: number;
  } | null;
  readonly proration_date?: number;
  /** Whether the card's holder was asked already, which only a hosted page can tell. */
  readonly isAuthenticated?: boolean;
}

/** Changes a subscription and bills for the change: at once where its cycle begins anew, else with the next invoice. */
export function changeSubscription(
  tx: Transaction,
  id: string,
  change: SubscriptionChange,
): SubscriptionRecord {
  const before = tx.account.getFromPath("subscription", id);
  tx.followClock(before);
  refuseWhenEnded(before, change);
  refuseWhileIncomplete(before, change);
  refuseWhereGoverned(before, change);
  refuseUnlessItMayWait(change);
  refuseUnlessInPeriod(before, change.proration_date);
  if (change.trial_end === "now" && endsTrialUnpaid(tx, before)) return trialEnded(tx, id, change);
  const current = REPRICING.some((name) => change[name] !== undefined)
    ? discardPendingChange(tx, before)
    : before;
  const after = billChange(tx, current, changed(tx, current, change), change);
  noteInSchedule(tx, after);
  announceTrialEnd(tx, after, before);
  return tx.account.getFromPath("subscription", id);
}

/** The subscription as the change would have it, before anything is billed or kept. */
export function changed(
  tx: Transaction,
  before: SubscriptionRecord,
  change: SubscriptionChange,
): SubscriptionRecord {
  const retimed = retime(tx, before, change);
  if (change.automatic_tax?.enabled) {
    requireTaxLocation(tx.account.getFromPath("customer", before.customer));
  }
  const billing: Billing = {
    subscription: before.id,
    // An item with a new interval begins a cycle of its own.
    anchor: tx.now,
    start: tx.now,
    trialEnd: retimed.status === "trialing" ? retimed.trial_end : null,
    mode: before.billing_mode.type === "classic" ? "classic" : "flexible",
    customer: before.customer,
    testClock: before.test_clock ?? null,
  };
  const items = change.items ? changedItems(tx, retimed.items, change.items, billing) : retimed.items;
  checkItems(tx.account, items, billing.mode, before.currency);
  // Flexible billing never moves the anchor by itself: an item with a new interval runs beside it.
  const isBegunAnew =
    billing.mode === "classic" &&
    retimed.status !== "trialing" &&
    items.some(
      (item) => item.current_period_start === tx.now && retimed.items.some((one) => one.id === item.id),
    );
  const { pause_collection: pause } = change;
  const moved: SubscriptionRecord = {
    ...retimed,
    items,
    ...(isBegunAnew && { billing_cycle_anchor: tx.now }),
    ...(change.collection_method && collectionFields(change, before)),
    ...(change.default_payment_method !== undefined && {
      default_payment_method: ownMethod(tx.account, before.customer, change.default_payment_method),
    }),
    ...(change.description !== undefined && { description: change.description }),
    ...(change.discounts && {
      discounts: redeem(
        tx,
        change.discounts,
        before.discounts,
        { ...billing, currency: before.currency, item: null },
        "discounts",
      ),
    }),
    ...(change.metadata !== undefined && { metadata: mergeMetadata(before.metadata, change.metadata) }),
    ...(pause !== undefined && {
      pause_collection: pause && { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null },
    }),
    ...(change.automatic_tax && { automatic_tax: automaticTax(change.automatic_tax) }),
    ...(change.payment_settings && { payment_settings: paymentSettings(change.payment_settings) }),
    ...(change.trial_settings && { trial_settings: trialSettings(change.trial_settings) }),
  };
  const cycled =
    change.billing_cycle_anchor !== "unchanged" && turnsPaid(tx.account, before, moved)
      ? beginCycle(tx, moved, { anchor: tx.now, start: tx.now, trialEnd: null })
      : moved;
  const ending = { ...cycled, ...scheduleCancellation(cycled, change, tx.now) };
  const after =
    change.proration_behavior === "none"
      ? ending
      : { ...ending, items: ending.items.map((item) => cutByEnd(item, ending)) };
  // A cancellation at the end of the period moves with that end.
  return after.cancel_at_period_end ? { ...after, cancel_at: firstPeriodEnd(after) } : after;
}

/** The subscription after its trial was moved or its billing cycle was begun anew. */
function retime(tx: Transaction, before: SubscriptionRecord, change: SubscriptionChange): SubscriptionRecord {
  const { trial_end: asked } = change;
  if (asked === undefined && change.billing_cycle_anchor !== "now") return before;
  const end = asked === undefined || asked === "now" ? null : checkedTrialEnd(asked, tx.now);
  const billing = { anchor: end ?? tx.now, start: tx.now, trialEnd: end };
  const trial =
    end === null
      ? {
          status: before.status === "trialing" ? ("active" as const) : before.status,
          trial_end: before.trial_end === null ? null : Math.min(before.trial_end, tx.now),
        }
      : {
          status: "trialing" as const,
          trial_end: end,
          trial_start: before.status === "trialing" ? before.trial_start : tx.now,
        };
  const trialEndAnnounced = end === null && before.trialEndAnnounced;
  return beginCycle(tx, { ...before, ...trial, trialEndAnnounced }, billing);
}

/** Begins a period of every item at once, from a new anchor. */
function beginCycle(tx: Transaction, subscription: SubscriptionRecord, timing: Timing): SubscriptionRecord {
  return {
    ...subscription,
    billing_cycle_anchor: timing.anchor,
    freeUntil: null,
    items: subscription.items.map((item) => ({
      ...withoutPeriod(item),
      ...itemPeriod(tx.account.getFromPath("price", item.price), timing),
    })),
  };
}

/** The changes of amounts or billing times. They discard an update that waits for its payment. */
const REPRICING = ["billing_cycle_anchor", "discounts", "items", "trial_end"] as const;

/** Applies what is left of a change that ended the trial unpaid: its metadata. */
function trialEnded(tx: Transaction, id: string, { metadata }: SubscriptionChange): SubscriptionRecord {
  const ended = tx.account.getFromPath("subscription", id);
  if (metadata === undefined) return ended;
  return tx.change(
    "subscription",
    id,
    { metadata: mergeMetadata(ended.metadata, metadata) },
    "customer.subscription.updated",
  );
}

/** Refuses a proration date outside the current period. */
function refuseUnlessInPeriod({ items }: SubscriptionRecord, date: number | undefined): void {
  if (date === undefined) return;
  const start = Math.max(...items.map((item) => item.current_period_start));
  const end = Math.min(...items.map((item) => item.current_period_end));
  if (date >= start && date <= end) return;
  throw invalid(
    `Invalid \`proration_date\`: it must lie in the subscription's current period, from ${start} to ${end}.`,
    "proration_date",
  );
}

/** The only fields of an incomplete subscription that may change: a note, or a way to pay its first invoice. */
const CHANGEABLE_WHILE_INCOMPLETE: readonly string[] = [
  "default_payment_method",
  "metadata",
  "off_session",
  "payment_behavior",
];

function refuseWhileIncomplete({ status }: SubscriptionRecord, change: SubscriptionChange): void {
  if (status !== "incomplete") return;
  const refused = Object.entries(change).find(
    ([name, value]) => value !== undefined && !CHANGEABLE_WHILE_INCOMPLETE.includes(name),
  );
  if (refused === undefined) return;
  throw invalid(
    "A subscription in the `incomplete` status can only update its `metadata` and its default payment method. Pay its first invoice first.",
    refused[0],
  );
}

const CHANGEABLE_AFTER_THE_END: readonly string[] = ["metadata", "cancellation_details", "expand"];

function refuseWhenEnded(subscription: SubscriptionRecord, change: SubscriptionChange): void {
  if (subscription.status !== "canceled" && subscription.status !== "incomplete_expired") return;
  const refused = Object.keys(change).find((name) => !CHANGEABLE_AFTER_THE_END.includes(name));
  if (refused === undefined) return;
  throw invalid(
    "A canceled subscription can only update its cancellation_details and metadata.",
    refused,
    "invalid_canceled_subscription_fields",
  );
}

/** Refuses a cancellation of a subscription whose end its schedule decides. */
function refuseWhereGoverned({ schedule }: SubscriptionRecord, change: SubscriptionChange): void {
  if (schedule === null || (change.cancel_at === undefined && change.cancel_at_period_end === undefined))
    return;
  throw invalid(
    `The subscription is managed by the subscription schedule \`${schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}
