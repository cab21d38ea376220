import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import type { InvoiceLineRecord, InvoiceRecord } from "../../store/records/invoices.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { requireTaxLocation } from "../catalog/automatic-tax.js";
import { plusIntervals } from "../catalog/period.js";
import { refuseOtherCurrency } from "../customers/one-currency.js";
import { redeem } from "../discounts/redemption.js";
import { periodLines } from "../invoices/invoice-lines.js";
import { failInvoice, finalizeInvoice, newInvoice, payInvoice } from "../invoices/invoices.js";
import { takeLeftovers } from "../invoices/leftovers.js";
import { charge, declined, defaultMethod, NO_METHOD, type PaymentOutcome } from "../payments/payment.js";
import { type Schedule, scheduleCancellation } from "./cancellation.js";
import type { NewItem } from "./item-params.js";
import { cutByEnd } from "./item-period.js";
import {
  automaticTax,
  collectionFields,
  ownMethod,
  type PaymentBehavior,
  paymentSettings,
  readTrialEnd,
  type SubscriptionFields,
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
  if (params.automatic_tax?.enabled) requireTaxLocation(customer);
  const created = newSubscription(tx, params, mode, customer);
  const ending = { ...created, ...scheduleCancellation(created, params, tx.now) };
  const subscription =
    params.proration_behavior === "none"
      ? ending
      : { ...ending, items: ending.items.map((item) => cutByEnd(item, ending)) };
  refuseOtherCurrency(account, customer.id, subscription.currency, params.schedule);
  const own = periodLines(account, subscription, subscription.items);
  const lines = [...takeLeftovers(tx, subscription), ...own];
  if (lines.length === 0 && beginsWithoutInvoice(subscription)) {
    tx.insert("subscription", subscription, "customer.subscription.created");
  } else bill(tx, subscription, lines, params.payment_behavior);
  announceTrialEnd(tx, account.getFromPath("subscription", subscription.id));
  if (customer.currency === null) tx.change("customer", customer.id, { currency: subscription.currency });
  return account.getFromPath("subscription", subscription.id);
}

/** Flexible billing makes no empty first invoice, and a period that is free until its anchor has none in either mode. */
function beginsWithoutInvoice({ billing_mode, freeUntil }: SubscriptionRecord): boolean {
  return billing_mode.type === "flexible" || freeUntil !== null;
}

/** Saves a new subscription with its first invoice, in the status that the charge leads to. */
function bill(
  tx: Transaction,
  subscription: SubscriptionRecord,
  lines: readonly InvoiceLineRecord[],
  behavior: PaymentBehavior | undefined,
): void {
  const draft = newInvoice(tx, subscription, "subscription_create", lines);
  const outcome = firstCharge(tx, subscription, draft, behavior);
  const status = outcome === "sent" || outcome.kind === "pays" ? subscription.status : "incomplete";
  tx.insert(
    "subscription",
    { ...subscription, status, latest_invoice: draft.id },
    "customer.subscription.created",
  );
  tx.insert("invoice", draft, "invoice.created");
  if (outcome === "sent") return;
  const open = finalizeInvoice(tx, draft.id);
  if (outcome.kind === "pays") payInvoice(tx, open, defaultMethod(tx.account, subscription));
  // With default_incomplete nothing was tried: the customer is to confirm the payment first.
  else if (behavior !== "default_incomplete") failInvoice(tx, open, outcome);
}

/** Sends or charges the first invoice. A failed charge may refuse the whole request. */
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
  // A schedule begins without a request that could be refused, so its subscription becomes incomplete.
  if (outcome.kind === "nothing to charge" && subscription.schedule === null)
    throw invalid(NO_METHOD, undefined, "resource_missing");
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
  const trialEnd = readTrialEnd(params, tx.now);
  const billing: Billing = {
    subscription: id,
    anchor: params.billing_cycle_anchor ?? trialEnd ?? tx.now,
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
  checkAnchor(account, params, items, trialEnd ?? tx.now);
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: automaticTax(params.automatic_tax),
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
    freeUntil: params.proration_behavior === "none" ? (params.billing_cycle_anchor ?? null) : null,
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
    isCredited: false,
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

/** An anchor is later than `start`, the end of the trial or now, and no later than the first billing date after it. */
function checkAnchor(
  account: AccountData,
  {
    billing_cycle_anchor: anchor,
    proration_behavior: behavior,
    trial_end,
    trial_period_days,
  }: NewSubscription,
  items: readonly SubscriptionItemRecord[],
  start: number,
): void {
  if (anchor === undefined) return;
  const hasTrial = trial_end !== undefined || trial_period_days !== undefined;
  // At the end of a trial there is nothing left to prorate, so there is nothing that `none` could mean.
  if (hasTrial ? anchor < start || (anchor === start && behavior === "none") : anchor <= start) {
    throw invalid(
      hasTrial
        ? "`billing_cycle_anchor` must be later than the end of the trial; the same moment is allowed unless `proration_behavior` is `none`."
        : "`billing_cycle_anchor` must be a moment in the future.",
      "billing_cycle_anchor",
    );
  }
  const latest = Math.min(
    ...items.map(({ price }) => {
      const { recurring } = account.getFromPath("price", price);
      return plusIntervals(start, recurring ?? { interval: "month", interval_count: 1 }, 1);
    }),
  );
  if (anchor > latest) {
    throw invalid(
      "`billing_cycle_anchor` cannot be later than next natural billing date for plan.",
      "billing_cycle_anchor",
    );
  }
}
