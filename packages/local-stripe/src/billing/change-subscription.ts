import { invalid } from "../http/api-error.js";
import { mergeMetadata } from "../http/metadata.js";
import type { Act } from "../store/act.js";
import type { SubscriptionRecord } from "../store/records.js";
import { type Schedule, scheduleCancellation } from "./cancellation.js";
import { periodLines, prorationLines } from "./invoice-lines.js";
import { failInvoice, finalizeInvoice, newInvoice, payInvoice } from "./invoices.js";
import { charge, declined, type FailedPayment, type PaymentOutcome } from "./payment.js";
import {
  checkedTrialEnd,
  collectionFields,
  ownMethod,
  paymentSettings,
  type SubscriptionFields,
  trialSettings,
} from "./subscription-fields.js";
import { type Billing, changedItems, checkItems, type ItemChange, periodOf } from "./subscription-items.js";

const TIME_TO_PAY = 23 * 3600;

export interface SubscriptionChange extends SubscriptionFields, Schedule {
  readonly billing_cycle_anchor?: "now" | "unchanged";
  readonly items?: readonly ItemChange[];
  readonly pause_collection?: {
    readonly behavior: "keep_as_draft" | "mark_uncollectible" | "void";
    readonly resumes_at?: number;
  } | null;
  readonly proration_date?: number;
}

/** Changes a subscription and bills for the change: at once where its cycle begins anew, else with the next invoice. */
export function changeSubscription(act: Act, id: string, change: SubscriptionChange): SubscriptionRecord {
  const before = act.world.inPath("subscription", id);
  act.followClock(before);
  refuseWhenEnded(before, change);
  const after = changed(act, before, change);
  const { now, later } = dueLines(act, before, after, change);
  const waiting = { ...after, pendingLines: [...after.pendingLines, ...later] };
  if (now.length === 0) return act.change("subscription", id, waiting, "customer.subscription.updated");
  return billForChange(act, before, waiting, now, change);
}

function changed(act: Act, before: SubscriptionRecord, change: SubscriptionChange): SubscriptionRecord {
  const retimed = retime(act, before, change);
  const billing: Billing = {
    subscription: before.id,
    // An item with a new interval begins a cycle of its own.
    anchor: act.now,
    start: act.now,
    trialEnd: retimed.status === "trialing" ? retimed.trial_end : null,
    mode: before.billing_mode.type === "classic" ? "classic" : "flexible",
  };
  const items = change.items ? changedItems(act, retimed.items, change.items, billing) : retimed.items;
  checkItems(act.world, items, billing.mode);
  const isBegunAnew =
    retimed.status !== "trialing" &&
    items.some(
      (item) => item.current_period_start === act.now && retimed.items.some((one) => one.id === item.id),
    );
  const { pause_collection: pause } = change;
  const moved: SubscriptionRecord = {
    ...retimed,
    items,
    ...(isBegunAnew && { billing_cycle_anchor: act.now }),
    ...(change.collection_method && collectionFields(change, before)),
    ...(change.default_payment_method !== undefined && {
      default_payment_method: ownMethod(act.world, before.customer, change.default_payment_method),
    }),
    ...(change.description !== undefined && { description: change.description }),
    ...(change.metadata !== undefined && { metadata: mergeMetadata(before.metadata, change.metadata) }),
    ...(pause !== undefined && {
      pause_collection: pause && { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null },
    }),
    ...(change.payment_settings && { payment_settings: paymentSettings(change.payment_settings) }),
    ...(change.trial_settings && { trial_settings: trialSettings(change.trial_settings) }),
  };
  const after = { ...moved, ...scheduleCancellation(moved, change, act.now) };
  // Where the end of the period decides the end of the subscription, it moves with it.
  const end = Math.max(...after.items.map((item) => item.current_period_end));
  return after.cancel_at_period_end ? { ...after, cancel_at: end } : after;
}

/** The subscription after its trial was moved or its billing cycle was begun anew. */
function retime(act: Act, before: SubscriptionRecord, change: SubscriptionChange): SubscriptionRecord {
  const { trial_end: asked } = change;
  if (asked === undefined && change.billing_cycle_anchor !== "now") return before;
  const end = asked === undefined || asked === "now" ? null : checkedTrialEnd(asked, act.now);
  const billing: Billing = {
    subscription: before.id,
    anchor: end ?? act.now,
    start: act.now,
    trialEnd: end,
    mode: "flexible",
  };
  const trial =
    end === null
      ? {
          status: before.status === "trialing" ? ("active" as const) : before.status,
          trial_end: before.trial_end === null ? null : Math.min(before.trial_end, act.now),
        }
      : { status: "trialing" as const, trial_end: end, trial_start: before.trial_start ?? act.now };
  return {
    ...before,
    ...trial,
    trialEndAnnounced: end === null && before.trialEndAnnounced,
    billing_cycle_anchor: billing.anchor,
    items: before.items.map((item) => ({
      ...item,
      ...periodOf(act.world.inPath("price", item.price), billing),
    })),
  };
}

type Lines = SubscriptionRecord["pendingLines"];

/** What the change costs, and whether it is billed now or with the next invoice. */
function dueLines(
  act: Act,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  change: SubscriptionChange,
): { readonly now: Lines; readonly later: Lines } {
  if (after.status !== "active" && after.status !== "past_due") return { now: [], later: [] };
  const { proration_behavior: behavior = "create_prorations" } = change;
  const at = change.proration_date ?? act.now;
  const prorations = behavior === "none" ? [] : prorationLines(act.world, before, after, at);
  const begun = after.items.filter(
    (item) => item.current_period_start === act.now && !isUnmoved(before, item.id, act.now),
  );
  if (begun.length > 0) {
    return {
      now: [...after.pendingLines, ...prorations, ...periodLines(act.world, after, begun)],
      later: [],
    };
  }
  return behavior === "always_invoice" ? { now: prorations, later: [] } : { now: [], later: prorations };
}

/** An item whose period began at this very moment already, and was billed then. */
function isUnmoved(before: SubscriptionRecord, item: string, now: number): boolean {
  return (
    before.status !== "trialing" &&
    before.items.some((one) => one.id === item && one.current_period_start === now)
  );
}

function billForChange(
  act: Act,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  lines: Lines,
  { payment_behavior: behavior = "allow_incomplete" }: SubscriptionChange,
): SubscriptionRecord {
  const draft = newInvoice(act, after, "subscription_update", lines);
  const outcome = outcomeOf(act, after, draft, behavior);
  const isPaid = outcome === "sent" || outcome.kind === "pays";
  if (!isPaid && behavior === "error_if_incomplete") throw declined(outcome);
  const billed: SubscriptionRecord = { ...after, latest_invoice: draft.id, pendingLines: [] };
  const next: SubscriptionRecord =
    !isPaid && behavior === "pending_if_incomplete"
      ? {
          ...before,
          latest_invoice: draft.id,
          pendingChange: { after: billed, invoice: draft.id, expiresAt: act.now + TIME_TO_PAY },
        }
      : { ...billed, status: isPaid ? billed.status : "past_due" };
  const result = act.change("subscription", before.id, next, "customer.subscription.updated");
  act.insert("invoice", draft, "invoice.created");
  if (outcome === "sent") return result;
  const open = finalizeInvoice(act, draft.id);
  if (outcome.kind === "pays") payInvoice(act, open);
  else if (behavior !== "default_incomplete") failInvoice(act, open, outcome);
  return act.world.inPath("subscription", before.id);
}

function outcomeOf(
  act: Act,
  after: SubscriptionRecord,
  draft: ReturnType<typeof newInvoice>,
  behavior: SubscriptionFields["payment_behavior"],
): PaymentOutcome | "sent" {
  if (after.collection_method === "send_invoice") return "sent";
  const asks: FailedPayment = { kind: "asks" };
  return behavior === "default_incomplete" && draft.amount_due > 0 ? asks : charge(act.world, draft, after);
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
