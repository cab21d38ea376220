import { type ApiError, invalid } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import type { NewDiscount } from "../discounts/discount-params.js";
import { beginSubscription } from "../subscriptions/begin-subscription.js";
import { cancelSubscription } from "../subscriptions/cancel-subscription.js";
import { changeSubscription, type SubscriptionChange } from "../subscriptions/change-subscription.js";
import { asUpcoming, recurring, upcomingInvoice } from "./upcoming.js";

/** The parameters of a preview: a change of a subscription, or a new one for a customer. */
export interface PreviewRequest {
  readonly customer?: string;
  /** Replaces the discounts of the subscription. */
  readonly discounts?: readonly NewDiscount[];
  readonly preview_mode?: "next" | "recurring";
  readonly subscription?: string;
  readonly subscription_details?: Omit<SubscriptionChange, "metadata"> & { readonly cancel_now?: boolean };
}

/** Previews the next invoice after a change, by a dry run. */
export function previewInvoice(tx: Transaction, request: PreviewRequest): InvoiceRecord {
  return tx.dryRun((dry) => {
    const isBeginning =
      request.subscription === undefined && request.subscription_details?.items !== undefined;
    if (isBeginning) return previewBeginning(dry, request);
    if (request.subscription === undefined) throw nothingToPreview();
    return previewNext(dry, request.subscription, request);
  });
}

function previewBeginning(tx: Transaction, params: PreviewRequest): InvoiceRecord {
  const { items, trial_end } = params.subscription_details ?? {};
  if (params.customer === undefined || items === undefined) {
    throw invalid(
      "You must provide a `subscription`, or a `customer` with `subscription_details[items]`.",
      "subscription",
      "parameter_missing",
    );
  }
  const request = {
    customer: params.customer,
    items,
    payment_behavior: "default_incomplete" as const,
    ...(params.discounts && { discounts: params.discounts }),
    ...(trial_end !== undefined && { trial_end }),
  };
  const { latest_invoice: first } = beginSubscription(tx, request, "flexible");
  return asUpcoming(tx.account.getFromPath("invoice", first ?? ""));
}

function previewNext(tx: Transaction, id: string, params: PreviewRequest): InvoiceRecord {
  const { account } = tx;
  const before = account.getFromParam("subscription", id, "subscription");
  if (params.customer !== undefined && params.customer !== before.customer) {
    throw invalid(`The subscription ${id} does not belong to the customer ${params.customer}.`, "customer");
  }
  tx.followClock(before);
  const { cancel_now: cancelNow, ...details } = params.subscription_details ?? {};
  if (cancelNow === true) return previewLast(tx, before, details.proration_behavior !== "none");
  const change = { ...details, ...(params.discounts && { discounts: params.discounts }) };
  // A subscription that has ended is billed no more, and cannot be changed.
  if (before.ended_at !== null && Object.keys(change).length === 0) throw noneUpcoming(before.customer);
  // A preview shows the amounts, whether or not the payment would succeed.
  const after = changeSubscription(tx, id, { ...change, payment_behavior: "default_incomplete" });
  const isBilledNow = after.latest_invoice !== before.latest_invoice && after.latest_invoice !== null;
  if (isBilledNow && params.preview_mode !== "recurring") {
    return prorated(asUpcoming(account.getFromPath("invoice", after.latest_invoice ?? "")), tx.now, change);
  }
  const next = params.preview_mode === "recurring" ? recurring(account, after) : after;
  const upcoming = upcomingInvoice(tx, next);
  if (upcoming === undefined) throw noneUpcoming(before.customer);
  return prorated(upcoming, tx.now, change);
}

/** Previews the last invoice of a subscription that is canceled now. */
function previewLast(
  tx: Transaction,
  { customer, id, latest_invoice: before }: SubscriptionRecord,
  prorate: boolean,
): InvoiceRecord {
  const { latest_invoice: last } = cancelSubscription(tx, id, { invoice_now: true, prorate });
  if (last === before || last === null) throw noneUpcoming(customer);
  return asUpcoming(tx.account.getFromPath("invoice", last));
}

/** Adds the time that prorations are computed from, if anything changes. */
function prorated(invoice: InvoiceRecord, now: number, change: SubscriptionChange): InvoiceRecord {
  const details = invoice.parent?.subscription_details;
  if (!invoice.parent || !details || !REPRICING.some((name) => change[name] !== undefined)) return invoice;
  const instant = change.proration_date ?? now;
  const dated = { ...details, subscription_proration_date: instant };
  return { ...invoice, parent: { ...invoice.parent, subscription_details: dated } };
}

const REPRICING = ["billing_cycle_anchor", "items", "proration_date", "trial_end"] as const;

/** A customer alone is not enough: it may have many subscriptions, and an invoice is of one of them. */
function nothingToPreview(): ApiError {
  return invalid(
    "You must provide at least one of: `subscription`, `schedule`, `subscription_details.items`, `schedule_details.phases`, `invoice_items`.",
    undefined,
    "parameter_missing",
  );
}

function noneUpcoming(customer: string): ApiError {
  return invalid(`No upcoming invoices for customer: ${customer}`, undefined, "invoice_upcoming_none");
}
