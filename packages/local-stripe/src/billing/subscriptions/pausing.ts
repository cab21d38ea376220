import { invalid } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { periodLines, prorationLines } from "../invoices/invoice-lines.js";
import { collect, failInvoice, finalizeInvoice, newInvoice, payInvoice } from "../invoices/invoices.js";
import { charge, defaultMethod } from "../payments/payment.js";
import { lastUsage } from "../usage/usage-lines.js";
import { itemPeriod, withoutPeriod } from "./item-period.js";
import { newPendingChange } from "./pending-change.js";

export interface PauseRequest {
  readonly bill_for?: {
    readonly outstanding_usage_through?: { readonly type: "none" | "now" };
    readonly unused_time_from?: { readonly type: "item_current_period_start" | "none" | "now" };
  };
  readonly invoicing_behavior?: "invoice" | "pending_invoice_item";
  readonly type?: "subscription";
  /** The time at which it resumes by itself. Only the portal can set it. */
  readonly resumesAt?: number;
}

export interface ResumeRequest {
  readonly billing_cycle_anchor?: "now" | "unchanged";
  readonly payment_behavior?: "resume_on_payment_attempt" | "resume_on_payment_success";
  readonly proration_behavior?: "always_invoice" | "create_prorations" | "none";
  readonly proration_date?: number;
}

/** Stops a subscription until it is resumed, and credits what was paid for the time from now on. */
export function pauseSubscription(tx: Transaction, id: string, request: PauseRequest): SubscriptionRecord {
  const before = tx.account.getFromPath("subscription", id);
  tx.followClock(before);
  const reason = whyNotPausable(before);
  if (reason !== undefined) throw invalid(reason, "subscription");
  const billsUsage = request.bill_for?.outstanding_usage_through?.type !== "none";
  const used = billsUsage ? lastUsage(tx.account, before, tx.now) : [];
  const lines = [...creditLines(tx, before, request), ...used];
  const isInvoiced = request.invoicing_behavior === "invoice" && lines.length > 0;
  const waiting = [...lines, ...before.pendingLines];
  const paused = markPaused(tx, before, "pause_requested", {
    isCredited: request.bill_for?.unused_time_from?.type !== "none",
    ...(billsUsage && { items: before.items.map((item) => ({ ...item, meteredFrom: tx.now })) }),
    pendingLines: isInvoiced ? [] : waiting,
    resumesAt: request.resumesAt ?? null,
  });
  if (!isInvoiced) return paused;
  const draft = newInvoice(tx, paused, "subscription_update", waiting);
  tx.insert("invoice", draft, "invoice.created");
  tx.change("subscription", id, { latest_invoice: draft.id });
  finalizeInvoice(tx, draft.id);
  collect(tx, draft.id);
  return tx.account.getFromPath("subscription", id);
}

/** The reason why a subscription cannot be paused; `undefined` if it can. */
export function whyNotPausable({ billing_mode, schedule, status }: SubscriptionRecord): string | undefined {
  if (billing_mode.type !== "flexible") {
    return "Only a subscription with `billing_mode[type]` = `flexible` can be paused.";
  }
  if (schedule !== null) return "A subscription that a schedule is attached to cannot be paused.";
  if (status === "active" || status === "trialing" || status === "past_due") return undefined;
  return `A subscription that is ${status} cannot be paused.`;
}

/** Turns a subscription to the status `paused`, for the reason that is given. */
export function markPaused(
  tx: Transaction,
  before: SubscriptionRecord,
  reason: "pause_requested" | "trial_end_without_payment_method",
  billing: Pick<Partial<SubscriptionRecord>, "isCredited" | "items" | "pendingLines" | "resumesAt"> = {},
): SubscriptionRecord {
  const paused = tx.change(
    "subscription",
    before.id,
    {
      status: "paused",
      status_details: {
        paused: { subscription: { type: reason }, transitioned_at: tx.now, type: "subscription" },
      },
      ...billing,
    },
    "customer.subscription.updated",
  );
  tx.emit("customer.subscription.paused", tx.account.render("subscription", paused));
  return paused;
}

/** Goes on with a paused subscription: by default with a new period from now, which is billed at once. */
export function resumeSubscription(tx: Transaction, id: string, request: ResumeRequest): SubscriptionRecord {
  const before = tx.account.getFromPath("subscription", id);
  tx.followClock(before);
  if (before.status !== "paused") {
    throw invalid(
      `You cannot resume a subscription that is not paused: ${id} is ${before.status}.`,
      "subscription",
    );
  }
  if (before.collection_method !== "charge_automatically") {
    throw invalid("Only a subscription that is charged automatically can be resumed.", "subscription");
  }
  return resumeFrom(tx, before, request);
}

/** Goes on with a paused subscription at the transaction's present time. */
export function resumeFrom(
  tx: Transaction,
  before: SubscriptionRecord,
  request: ResumeRequest,
): SubscriptionRecord {
  const { id } = before;
  const { status_details: _details, ...plain } = before;
  const cycle = cycleAfter(tx, before, request);
  const after: SubscriptionRecord = {
    ...plain,
    ...cycle,
    status: "active",
    isCredited: false,
    resumesAt: null,
  };
  const begun = after.items.filter((item) => item.current_period_start === tx.now);
  const rest = chargeAgain(tx, before, after, begun, request);
  const isBilledNow =
    begun.length > 0 || (rest.length > 0 && request.proration_behavior === "always_invoice");
  const lines = [...rest, ...after.pendingLines, ...periodLines(tx.account, after, begun)];
  if (!isBilledNow || lines.length === 0) {
    return resumed(tx, before, { ...after, pendingLines: [...rest, ...after.pendingLines] });
  }

  const draft = newInvoice(tx, after, "subscription_update", lines);
  const outcome = charge(tx.account, draft, after);
  const waits = outcome.kind !== "pays" && request.payment_behavior === "resume_on_payment_success";
  const billed: SubscriptionRecord = { ...after, latest_invoice: draft.id, pendingLines: [] };
  tx.insert("invoice", draft, "invoice.created");
  if (waits) {
    const pendingChange = newPendingChange(before, billed, draft.id, tx.now);
    tx.change("subscription", id, { latest_invoice: draft.id, pendingChange });
  } else {
    resumed(tx, before, { ...billed, status: outcome.kind === "pays" ? "active" : "past_due" });
  }
  const open = finalizeInvoice(tx, draft.id);
  if (outcome.kind === "pays") payInvoice(tx, open, defaultMethod(tx.account, after));
  else failInvoice(tx, open, outcome);
  return tx.account.getFromPath("subscription", id);
}

function resumed(tx: Transaction, before: SubscriptionRecord, after: SubscriptionRecord): SubscriptionRecord {
  const result = tx.replace("subscription", before.id, after, "customer.subscription.updated");
  tx.emit("customer.subscription.resumed", tx.account.render("subscription", result));
  return result;
}

/** Charges what the pause has credited of periods that go on. */
function chargeAgain(
  tx: Transaction,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  begun: SubscriptionRecord["items"],
  { proration_behavior: behavior, proration_date: date }: ResumeRequest,
): SubscriptionRecord["pendingLines"] {
  if (!before.isCredited || behavior === "none") return [];
  return prorationLines(tx.account, { ...before, items: [] }, after, date ?? tx.now, begun);
}

/** With the old anchor a period that is not over goes on; otherwise one begins now. */
function cycleAfter(
  tx: Transaction,
  before: SubscriptionRecord,
  request: ResumeRequest,
): Pick<SubscriptionRecord, "billing_cycle_anchor" | "items"> {
  const isUnchanged = request.billing_cycle_anchor === "unchanged";
  const anchor = isUnchanged ? before.billing_cycle_anchor : tx.now;
  const billing = { anchor, start: tx.now, trialEnd: null };
  const items = before.items.map((item) =>
    isUnchanged && item.current_period_end > tx.now
      ? item
      : { ...withoutPeriod(item), ...itemPeriod(tx.account.getFromPath("price", item.price), billing) },
  );
  return { billing_cycle_anchor: anchor, items };
}

function creditLines(
  tx: Transaction,
  before: SubscriptionRecord,
  request: PauseRequest,
): SubscriptionRecord["pendingLines"] {
  const from = request.bill_for?.unused_time_from?.type ?? "now";
  if (from === "none") return [];
  const start = Math.min(...before.items.map((item) => item.current_period_start));
  return prorationLines(tx.account, before, { ...before, items: [] }, from === "now" ? tx.now : start);
}
