import { newId, randomText } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { DiscountRecord } from "../../store/records/discounts.js";
import type { InvoiceLineRecord, InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { taxedLine } from "../catalog/automatic-tax.js";
import { discounted, discountedAmount } from "../discounts/discounting.js";
import { isRunning } from "../discounts/redemption.js";
import { charge, defaultMethod, type FailedPayment, type PaymentOutcome } from "../payments/payment.js";
import { keepInvoicePayment } from "./invoice-payment.js";
import { invoiceRecord, settle } from "./invoice-record.js";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The pause after each failed attempt. After the last attempt, nothing more is tried. */
const RETRY_AFTER: readonly number[] = [3 * DAY, 5 * DAY, 7 * DAY];

export type BillingReason = "subscription_create" | "subscription_cycle" | "subscription_update" | "upcoming";

/** Makes a draft invoice of a subscription, without saving it. */
export function newInvoice(
  tx: Transaction,
  subscription: SubscriptionRecord,
  reason: BillingReason,
  lines: readonly InvoiceLineRecord[],
): InvoiceRecord {
  const { account } = tx;
  const customer = account.getFromPath("customer", subscription.customer);
  const id = reason === "upcoming" ? newId("upcoming_in") : newId("in");
  const isRunningNow = ({ id: one }: DiscountRecord) => isRunning(account, one, tx.now);
  const { amounts, lines: billed } = discounted(account, subscription, lines, isRunningNow);
  const isTaxed = subscription.automatic_tax.enabled;
  const taxed = isTaxed
    ? billed.map((line) => taxedLine(account, customer, line, discountedAmount(line)))
    : billed;
  const waits = reason === "subscription_cycle" || subscription.collection_method === "send_invoice";
  return invoiceRecord(tx, {
    automatically_finalizes_at: waits ? tx.now + HOUR : null,
    billing_reason: reason,
    collection_method: subscription.collection_method,
    currency: subscription.currency,
    custom_fields: subscription.invoice_settings.custom_fields ?? customer.invoice_settings.custom_fields,
    customer,
    description: subscription.invoice_settings.description,
    discountAmounts: amounts,
    discounts: subscription.discounts.filter((one) => isRunning(account, one, tx.now)),
    footer: subscription.invoice_settings.footer ?? customer.invoice_settings.footer,
    id,
    isTaxed,
    lines: taxed,
    metadata: {},
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: "subscription_details",
    },
    test_clock: subscription.test_clock ?? null,
  });
}

/** Undoes the effect of an invoice on the balance. */
function giveBalanceBack(
  tx: Transaction,
  { customer, ending_balance: ended, starting_balance: began }: InvoiceRecord,
): void {
  const payer = tx.account.of("customer").get(customer);
  if (payer === undefined || ended === null || ended === began) return;
  tx.change("customer", customer, { balance: payer.balance + began - ended }, "customer.updated");
}

/** Gives a draft its number and its address, after which its lines do not change. */
export function finalizeInvoice(tx: Transaction, id: string): InvoiceRecord {
  const draft = tx.account.getFromPath("invoice", id);
  const customer = tx.account.getFromPath("customer", draft.customer);
  const sequence = customer.next_invoice_sequence ?? 1;
  // The balance may have changed since the draft was made.
  const { due, balance } = settle(draft.total, customer.balance, draft.currency);
  tx.change("customer", customer.id, { next_invoice_sequence: sequence + 1, balance });
  const days = tx.account.of("subscription").get(billedSubscription(draft) ?? "")?.days_until_due ?? null;
  const url = `${tx.account.context.origin()}/p/invoice/${draft.livemode ? "live" : "test"}_${randomText(40)}`;
  const open = tx.change("invoice", id, {
    status: "open",
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    due_date: draft.collection_method === "send_invoice" ? tx.now + (days ?? 0) * DAY : null,
    effective_at: tx.now,
    starting_balance: customer.balance,
    ending_balance: balance,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    number: `${customer.invoice_prefix}-${String(sequence).padStart(4, "0")}`,
    status_transitions: { ...draft.status_transitions, finalized_at: tx.now },
    confirmationSecret: `${newId("pi")}_secret_${randomText(25)}`,
  });
  tx.emit("invoice.finalized", tx.account.render("invoice", open));
  return open;
}

/** Charges an open invoice, and applies the outcome to it and to its subscription. */
export function collect(tx: Transaction, id: string, method?: string): PaymentOutcome {
  const open = tx.account.getFromPath("invoice", id);
  const payer = tx.account.of("subscription").get(billedSubscription(open) ?? "") ?? {
    customer: open.customer,
    default_payment_method: open.default_payment_method,
  };
  const outcome = charge(tx.account, open, payer, method);
  if (outcome.kind === "pays") payInvoice(tx, open, method ?? defaultMethod(tx.account, payer));
  else failInvoice(tx, open, outcome);
  return outcome;
}

/** Notes that an open invoice could not be charged, and when it is tried again. */
export function failInvoice(tx: Transaction, open: InvoiceRecord, outcome: FailedPayment): void {
  const attempts = open.attempt_count + 1;
  const wait = outcome.kind === "asks" ? undefined : RETRY_AFTER[attempts - 1];
  const isFirst = open.billing_reason === "subscription_create";
  const failed = tx.change("invoice", open.id, {
    attempt_count: attempts,
    attempted: true,
    // A subscription that never began is not charged again: its customer has 23 hours to pay.
    next_payment_attempt: wait === undefined || isFirst ? null : tx.now + wait,
  });
  const shown = tx.account.render("invoice", failed);
  tx.emit("invoice.payment_failed", shown);
  if (outcome.kind === "asks") tx.emit("invoice.payment_action_required", shown);
}

export function billedSubscription(invoice: InvoiceRecord): string | null {
  return invoice.parent?.subscription_details?.subscription ?? null;
}

/** Stands for a payment method when the invoice was paid outside of Stripe, or by a payment intent of its own. */
export const PAID_ELSEWHERE = "elsewhere";

/** Marks an open invoice as paid, by a payment method, {@link PAID_ELSEWHERE}, or by a customer without a method. */
export function payInvoice(
  tx: Transaction,
  open: InvoiceRecord,
  paidBy: string | null = null,
): InvoiceRecord {
  const isCharged = open.amount_due > 0;
  if (isCharged && paidBy !== PAID_ELSEWHERE) keepInvoicePayment(tx, open, paidBy);
  const paid = tx.change("invoice", open.id, {
    status: "paid",
    amount_paid: open.amount_due,
    amount_remaining: 0,
    attempt_count: isCharged ? open.attempt_count + 1 : open.attempt_count,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...open.status_transitions, paid_at: tx.now },
  });
  const shown = tx.account.render("invoice", paid);
  tx.emit("invoice.paid", shown);
  tx.emit("invoice.payment_succeeded", shown);
  return paid;
}

/** Ends an invoice without payment. */
export function closeInvoice(tx: Transaction, id: string, status: "void" | "uncollectible"): InvoiceRecord {
  const before = tx.account.getFromPath("invoice", id);
  if (status === "void") giveBalanceBack(tx, before);
  const transition = status === "void" ? { voided_at: tx.now } : { marked_uncollectible_at: tx.now };
  const closed = tx.change("invoice", id, {
    status,
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...before.status_transitions, ...transition },
  });
  tx.emit(
    status === "void" ? "invoice.voided" : "invoice.marked_uncollectible",
    tx.account.render("invoice", closed),
  );
  return closed;
}
