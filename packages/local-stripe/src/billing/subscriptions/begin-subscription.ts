import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { CustomerRecord, InvoiceRecord, SubscriptionRecord } from "../../store/records.js";
import { type Interval, plusIntervals } from "../catalog/period.js";
import { redeem } from "../discounts/redemption.js";
import { periodLines } from "../invoices/invoice-lines.js";
import { failInvoice, finalizeInvoice, newInvoice, payInvoice } from "../invoices/invoices.js";
import { charge, declined, NO_METHOD, type PaymentOutcome } from "../payments/payment.js";
import { type Schedule, scheduleCancellation } from "./cancellation.js";
import type { NewItem } from "./item-params.js";
import {
  collectionFields,
  ownMethod,
  type PaymentBehavior,
  paymentSettings,
  type SubscriptionFields,
  trialEndOf,
  trialSettings,
} from "./subscription-fields.js";
import { type Billing, checkItems, newItem } from "./subscription-items.js";
import { announceTrialEnd } from "./trial-warning.js";

const MOST_PER_CUSTOMER = 500;

export interface NewSubscription extends SubscriptionFields {
  readonly customer: string;
  readonly items: readonly NewItem[];
  readonly billing_cycle_anchor?: number;
  readonly billing_mode?: {
    readonly type: "classic" | "flexible";
    readonly flexible?: { readonly proration_discounts?: "included" | "itemized" };
  };
  readonly cancel_at?: NonNullable<Schedule["cancel_at"]>;
  readonly currency?: string;
  /** The schedule that makes it. */
  readonly schedule?: string;
  readonly trial_period_days?: number;
}

/** Makes a subscription, with its first invoice, and charges it. `mode` is the billing mode where none is asked for. */
export function beginSubscription(
  tx: Transaction,
  params: NewSubscription,
  mode: Billing["mode"],
): SubscriptionRecord {
  const { account } = tx;
  const customer = account.getFromParam("customer", params.customer, "customer");
  tx.followClock(customer);
  checkCount(tx, customer.id);
  const created = newSubscription(tx, params, mode, customer);
  const subscription = { ...created, ...scheduleCancellation(created, params, tx.now) };

  const draft = newInvoice(
    tx,
    subscription,
    "subscription_create",
    periodLines(account, subscription, subscription.items),
  );
  const outcome = firstCharge(tx, subscription, draft, params.payment_behavior);
  const status = outcome === "sent" || outcome.kind === "pays" ? subscription.status : "incomplete";
  tx.insert(
    "subscription",
    { ...subscription, status, latest_invoice: draft.id },
    "customer.subscription.created",
  );
  tx.insert("invoice", draft, "invoice.created");
  if (outcome !== "sent") {
    const open = finalizeInvoice(tx, draft.id);
    if (outcome.kind === "pays") payInvoice(tx, open);
    // With default_incomplete nothing was tried: the customer is to confirm the payment first.
    else if (params.payment_behavior !== "default_incomplete") failInvoice(tx, open, outcome);
  }
  announceTrialEnd(tx, account.getFromPath("subscription", subscription.id));
  if (customer.currency === null) tx.change("customer", customer.id, { currency: subscription.currency });
  return account.getFromPath("subscription", subscription.id);
}

/** What comes of the first invoice: it is sent, or it is charged with an outcome that may refuse the whole request. */
function firstCharge(
  tx: Transaction,
  subscription: SubscriptionRecord,
  draft: InvoiceRecord,
  behavior: PaymentBehavior | undefined,
): PaymentOutcome | "sent" {
  if (subscription.collection_method === "send_invoice") return "sent";
  if (draft.amount_due === 0) return { kind: "pays" };
  if (behavior === "default_incomplete") return { kind: "asks" };
  const outcome = charge(tx.account, draft, subscription);
  if (outcome.kind === "nothing to charge") throw invalid(NO_METHOD, undefined, "resource_missing");
  if (outcome.kind !== "pays" && behavior === "error_if_incomplete") throw declined(outcome);
  return outcome;
}

function newSubscription(
  tx: Transaction,
  params: NewSubscription,
  otherwise: Billing["mode"],
  customer: CustomerRecord,
): SubscriptionRecord {
  const { account } = tx;
  const id = newId("sub");
  const trialEnd = trialEndOf(params, tx.now);
  const billing: Billing = {
    subscription: id,
    anchor: trialEnd ?? params.billing_cycle_anchor ?? tx.now,
    start: tx.now,
    trialEnd,
    mode: params.billing_mode?.type ?? otherwise,
    customer: customer.id,
    testClock: customer.test_clock ?? null,
  };
  const items = params.items.map((item, at) => newItem(tx, item, `items[${at}]`, billing));
  const price = checkItems(account, items, billing.mode);
  checkCurrency(params.currency, price.currency);
  const holder = { ...billing, currency: price.currency, item: null };
  checkAnchor(params.billing_cycle_anchor, price.recurring, tx.now);
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: billing.anchor,
    billing_cycle_anchor_config: null,
    billing_mode:
      billing.mode === "flexible"
        ? {
            type: "flexible",
            flexible: {
              proration_discounts: params.billing_mode?.flexible?.proration_discounts ?? "included",
            },
          }
        : { type: "classic", flexible: null },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    ...collectionFields(params, { collection_method: "charge_automatically", days_until_due: null }),
    created: tx.now,
    currency: price.currency,
    customer: customer.id,
    customer_account: null,
    default_payment_method: ownMethod(account, customer.id, params.default_payment_method),
    default_source: null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: redeem(tx, params.discounts ?? [], [], holder, "discounts"),
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items,
    latest_invoice: null,
    livemode: account.livemode,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: paymentSettings(params.payment_settings),
    pendingChange: null,
    pendingLines: [],
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    schedule: params.schedule ?? null,
    start_date: tx.now,
    status: trialEnd === null ? "active" : "trialing",
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trialEndAnnounced: false,
    upcomingAnnouncedFor: null,
    resumesAt: null,
    trial_end: trialEnd,
    trial_settings: trialSettings(params.trial_settings),
    trial_start: trialEnd === null ? null : tx.now,
  };
}

function checkCount(tx: Transaction, customer: string): void {
  if (tx.account.of("subscription").all({ customer, ended: "false" }).length < MOST_PER_CUSTOMER) return;
  throw invalid(
    `The customer ${customer} already has the maximum ${MOST_PER_CUSTOMER} current subscriptions.`,
    "customer",
    "customer_max_subscriptions",
  );
}

function checkCurrency(asked: string | undefined, actual: string): void {
  if (asked === undefined || asked.toLowerCase() === actual) return;
  throw invalid(
    `The price specified only supports \`${actual}\`. This doesn't match the expected currency: \`${asked.toLowerCase()}\`.`,
    "currency",
  );
}

function checkAnchor(anchor: number | undefined, length: Interval | null, now: number): void {
  if (anchor === undefined) return;
  if (anchor <= now)
    throw invalid("`billing_cycle_anchor` must be a moment in the future.", "billing_cycle_anchor");
  if (length !== null && anchor > plusIntervals(now, length, 1)) {
    throw invalid(
      "`billing_cycle_anchor` cannot be later than next natural billing date for plan.",
      "billing_cycle_anchor",
    );
  }
}
