import { newId } from "../../ids.js";
import type { Act } from "../../store/act.js";
import type { InvoiceRecord, SubscriptionRecord } from "../../store/records.js";
import type { World } from "../../store/world.js";
import { newInvoice } from "../invoices/invoices.js";
import { overdueSchedule, turnPhase } from "../schedules/phase-turn.js";
import { firstPeriodEnd } from "../subscriptions/cancellation.js";
import { renew } from "../subscriptions/renewal.js";
import { lastUsage } from "../usage/usage-lines.js";

const HOUR = 3600;

/** Whether a subscription ends before it is billed again. */
function endsBefore({ cancel_at: end }: SubscriptionRecord, moment: number): boolean {
  return end !== null && end <= moment;
}

/**
 * The invoice that comes with a subscription's next period, or for what is pending where none comes. `undefined` where
 * there is neither. The period is begun, looked at, and taken back.
 */
export function upcomingInvoice(act: Act, subscription: SubscriptionRecord): InvoiceRecord | undefined {
  const start = firstPeriodEnd(subscription);
  if (endsBefore(subscription, start)) {
    const used = lastUsage(act.world, subscription, subscription.cancel_at ?? start);
    const lines = [...subscription.pendingLines, ...used];
    return lines.length === 0 ? undefined : newInvoice(act, subscription, "upcoming", lines);
  }
  return act.rehearse((rehearsal) => {
    const schedule = overdueSchedule(rehearsal, subscription);
    if (schedule) turnPhase(rehearsal, subscription, schedule);
    else renew(rehearsal, subscription);
    const { latest_invoice: made } = rehearsal.world.inPath("subscription", subscription.id);
    const invoice = rehearsal.world.inPath("invoice", made ?? "");
    // It is final an hour after the period has begun, and charged then.
    const attempt = invoice.collection_method === "charge_automatically" ? start + HOUR : null;
    return { ...asUpcoming(invoice), next_payment_attempt: attempt };
  }, start);
}

/** The same without what counts only once: what every invoice after the next is made of. */
export function recurring(world: World, subscription: SubscriptionRecord): SubscriptionRecord {
  const lasting = (ids: readonly string[]): string[] =>
    ids.filter((id) => world.of("discount").get(id)?.terms.isOnce === false);
  return {
    ...subscription,
    discounts: lasting(subscription.discounts),
    items: subscription.items.map((item) => ({ ...item, discounts: lasting(item.discounts) })),
    pendingLines: [],
  };
}

/** An invoice that was made in a rehearsal, as it is shown before it is made. */
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
