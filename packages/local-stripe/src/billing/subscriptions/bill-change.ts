import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { periodLines, prorationLines } from "../invoices/invoice-lines.js";
import { failInvoice, finalizeInvoice, newInvoice, payInvoice } from "../invoices/invoices.js";
import { takeLeftovers } from "../invoices/leftovers.js";
import {
  charge,
  declined,
  defaultMethod,
  type FailedPayment,
  type PaymentOutcome,
} from "../payments/payment.js";
import { usageBefore } from "../usage/usage-lines.js";
import { turnsPaid } from "./free-to-paid.js";
import { newPendingChange } from "./pending-change.js";
import type { SubscriptionFields } from "./subscription-fields.js";

/** The parameters that decide how a change is billed. */
export interface ChangeBilling extends Pick<SubscriptionFields, "payment_behavior" | "proration_behavior"> {
  readonly proration_date?: number;
  /** Whether the card's holder was asked already. */
  readonly isAuthenticated?: boolean;
}

/** Saves a changed subscription and bills the change: at once if its cycle begins anew, else with the next invoice. */
export function billChange(
  tx: Transaction,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  billing: ChangeBilling,
): SubscriptionRecord {
  const { now, later } = dueLines(tx, before, after, billing);
  const waiting = { ...after, pendingLines: [...later, ...after.pendingLines] };
  if (now.length === 0) return tx.change("subscription", before.id, waiting, "customer.subscription.updated");
  return billForChange(tx, before, waiting, now, billing);
}

type Lines = SubscriptionRecord["pendingLines"];

/** Lines for the cost of a change, billed now or with the next invoice. */
function dueLines(
  tx: Transaction,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  billing: ChangeBilling,
): { readonly now: Lines; readonly later: Lines } {
  const isPaying = ({ status }: SubscriptionRecord) => status === "active" || status === "past_due";
  // A trial that begins credits what was paid for the time that is free now.
  const beginsTrial = isPaying(before) && after.status === "trialing";
  if (!isPaying(after) && !beginsTrial) return { now: [], later: [] };
  const { proration_behavior: behavior = "create_prorations" } = billing;
  const at = billing.proration_date ?? tx.now;
  const isReset = turnsPaid(tx.account, before, after);
  const begun = beginsTrial ? [] : after.items.filter((item) => isReset || isBegun(before, item, tx.now));
  const prorations =
    behavior === "none"
      ? []
      : [
          ...usageBefore(tx.account, before, after, tx.now),
          ...prorationLines(tx.account, before, after, at, begun),
        ];
  if (begun.length > 0) {
    return {
      now: [...prorations, ...after.pendingLines, ...periodLines(tx.account, after, begun)],
      later: [],
    };
  }
  if (behavior !== "always_invoice" || prorations.length === 0) return { now: [], later: prorations };
  // Pending lines are on whichever invoice comes next.
  return { now: [...prorations, ...after.pendingLines], later: [] };
}

/** Whether an item begins a period with the change, and not one that began at this very moment already. */
function isBegun(before: SubscriptionRecord, item: SubscriptionItemRecord, now: number): boolean {
  if (item.current_period_start !== now) return false;
  const { current_period_end: end } = item;
  return (
    before.status === "trialing" ||
    before.items.every((one) => one.current_period_start !== now || one.current_period_end !== end)
  );
}

function billForChange(
  tx: Transaction,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  lines: Lines,
  billing: ChangeBilling,
): SubscriptionRecord {
  const { payment_behavior: behavior = "allow_incomplete" } = billing;
  // A pending update may be discarded, and with it what it billed of earlier subscriptions.
  const leftovers = behavior === "pending_if_incomplete" ? [] : takeLeftovers(tx, after);
  const draft = newInvoice(tx, after, "subscription_update", [...leftovers, ...lines]);
  const outcome = tryPayment(tx, after, draft, billing);
  const isPaid = outcome === "sent" || outcome.kind === "pays";
  if (!isPaid && behavior === "error_if_incomplete") throw declined(outcome);
  const billed: SubscriptionRecord = { ...after, latest_invoice: draft.id, pendingLines: [] };
  const next: SubscriptionRecord =
    !isPaid && behavior === "pending_if_incomplete"
      ? {
          ...before,
          latest_invoice: draft.id,
          pendingChange: newPendingChange(before, billed, draft.id, tx.now),
        }
      : { ...billed, status: isPaid ? billed.status : "past_due" };
  const result = tx.change("subscription", before.id, next, "customer.subscription.updated");
  tx.insert("invoice", draft, "invoice.created");
  if (outcome === "sent") return result;
  const open = finalizeInvoice(tx, draft.id);
  if (outcome.kind === "pays") payInvoice(tx, open, defaultMethod(tx.account, billed));
  else if (behavior !== "default_incomplete") failInvoice(tx, open, outcome);
  return tx.account.getFromPath("subscription", before.id);
}

function tryPayment(
  tx: Transaction,
  after: SubscriptionRecord,
  draft: ReturnType<typeof newInvoice>,
  { isAuthenticated = false, payment_behavior: behavior }: ChangeBilling,
): PaymentOutcome | "sent" {
  if (after.collection_method === "send_invoice") return "sent";
  const asks: FailedPayment = { kind: "asks" };
  if (behavior === "default_incomplete" && draft.amount_due > 0) return asks;
  const outcome = charge(tx.account, draft, after);
  return outcome.kind === "asks" && isAuthenticated ? { kind: "pays" } : outcome;
}
