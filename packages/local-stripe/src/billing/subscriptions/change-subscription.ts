import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { redeem } from "../discounts/redemption.js";
import { noteInSchedule } from "../phases/schedule.js";
import { billChange } from "./bill-change.js";
import { type Schedule, scheduleCancellation } from "./cancellation.js";
import type { ItemChange } from "./item-params.js";
import {
  checkedTrialEnd,
  collectionFields,
  ownMethod,
  paymentSettings,
  type SubscriptionFields,
  trialSettings,
} from "./subscription-fields.js";
import { type Billing, changedItems, checkItems, periodOf } from "./subscription-items.js";
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
  refuseWhereGoverned(before, change);
  const after = billChange(tx, before, changed(tx, before, change), change);
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
  checkItems(tx.account, items, billing.mode);
  const isBegunAnew =
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
    ...(change.payment_settings && { payment_settings: paymentSettings(change.payment_settings) }),
    ...(change.trial_settings && { trial_settings: trialSettings(change.trial_settings) }),
  };
  const after = { ...moved, ...scheduleCancellation(moved, change, tx.now) };
  // Where the end of the period decides the end of the subscription, it moves with it.
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
      : { status: "trialing" as const, trial_end: end, trial_start: before.trial_start ?? tx.now };
  return {
    ...before,
    ...trial,
    trialEndAnnounced: end === null && before.trialEndAnnounced,
    billing_cycle_anchor: billing.anchor,
    items: before.items.map((item) => ({
      ...item,
      ...periodOf(tx.account.getFromPath("price", item.price), billing),
    })),
  };
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

/** Where a schedule says when a subscription ends, nothing else does. */
function refuseWhereGoverned({ schedule }: SubscriptionRecord, change: SubscriptionChange): void {
  if (schedule === null || (change.cancel_at === undefined && change.cancel_at_period_end === undefined))
    return;
  throw invalid(
    `The subscription is managed by the subscription schedule \`${schedule}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}
