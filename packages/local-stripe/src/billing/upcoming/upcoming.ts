import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { newInvoice } from "../invoices/invoices.js";
import { overdueSchedule, turnPhase } from "../schedules/phase-turn.js";
import { renew } from "../subscriptions/renewal.js";
import { lastUsage } from "../usage/usage-lines.js";

const HOUR = 3600;

/** Whether a subscription ends before it is billed again. */
function endsBefore({ cancel_at: end }: SubscriptionRecord, moment: number): boolean {
  return end !== null && end <= moment;
}

/**
 * Previews the invoice of a subscription's next period by a dry run, or of the pending lines if the subscription ends
 * before. `undefined` if there will be no invoice.
 */
export function upcomingInvoice(
  tx: Transaction,
  subscription: SubscriptionRecord,
): InvoiceRecord | undefined {
  const start = firstPeriodEnd(subscription);
  if (endsBefore(subscription, start)) {
    const used = lastUsage(tx.account, subscription, subscription.cancel_at ?? start);
    const lines = [...subscription.pendingLines, ...used];
    return lines.length === 0 ? undefined : newInvoice(tx, subscription, "upcoming", lines);
  }
  return tx.dryRun((dry) => {
    const schedule = overdueSchedule(dry, subscription);
    if (schedule) turnPhase(dry, subscription, schedule);
    else renew(dry, subscription);
    const { latest_invoice: made } = dry.account.getFromPath("subscription", subscription.id);
    const invoice = dry.account.getFromPath("invoice", made ?? "");
    // It is final an hour after the period has begun, and charged then.
    const attempt = invoice.collection_method === "charge_automatically" ? start + HOUR : null;
    return { ...asUpcoming(invoice), next_payment_attempt: attempt };
  }, start);
}

/** Drops one-time lines and discounts, which leaves the content of every invoice after the next. */
export function recurring(account: AccountData, subscription: SubscriptionRecord): SubscriptionRecord {
  const lasting = (ids: readonly string[]): string[] =>
    ids.filter((id) => account.of("discount").get(id)?.terms.isOnce === false);
  return {
    ...subscription,
    discounts: lasting(subscription.discounts),
    items: subscription.items.map((item) => ({ ...item, discounts: lasting(item.discounts) })),
    pendingLines: [],
  };
}

/** Shows an invoice of a dry run as one that is not made yet. */
export function asUpcoming(invoice: InvoiceRecord): InvoiceRecord {
  const id = newId("upcoming_in");
  return {
    ...invoice,
    id,
    amount_paid: 0,
    amount_remaining: invoice.amount_due,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatically_finalizes_at: null,
    billing_reason: "upcoming",
    confirmationSecret: null,
    due_date: null,
    effective_at: null,
    ending_balance: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    lines: invoice.lines.map((line) => ({ ...line, invoice: id })),
    next_payment_attempt: null,
    number: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  };
}
