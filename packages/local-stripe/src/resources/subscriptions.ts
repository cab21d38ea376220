import { DISCOUNTS } from "../billing/discounts/discount-params.js";
import { billedSubscription } from "../billing/invoices/invoices.js";
import {
  nextMoment,
  onOverdue,
  onPaid,
  onPaymentFailed,
  onVoided,
  onWrittenOff,
  passMoment,
} from "../billing/lifecycle/lifecycle.js";
import { beginSubscription } from "../billing/subscriptions/begin-subscription.js";
import { cancelSubscription } from "../billing/subscriptions/cancel-subscription.js";
import { CANCEL_AT, CANCELLATION_DETAILS, endSubscription } from "../billing/subscriptions/cancellation.js";
import { changeSubscription } from "../billing/subscriptions/change-subscription.js";
import { CHANGED_ITEMS, NEW_ITEMS } from "../billing/subscriptions/item-params.js";
import { pauseSubscription, resumeSubscription } from "../billing/subscriptions/pausing.js";
import { ANCHOR, readAnchor } from "../billing/subscriptions/subscription-fields.js";
import { renderSubscription } from "../billing/subscriptions/subscription-shape.js";
import { searchRoute } from "../declare/list.js";
import { metadata } from "../declare/metadata.js";
import {
  bool,
  clearable,
  either,
  hash,
  integer,
  oneOf,
  required,
  text,
  timestamp,
  unsupported,
  type Values,
} from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import { isBefore } from "../declare/versions.js";
import type { Transaction } from "../store/account-data.js";
import type { InvoiceRecord } from "../store/records/invoices.js";
import type { SubscriptionRecord } from "../store/records/subscriptions.js";
import type { Wire } from "../store/wire.js";
import { listSubscriptions } from "./subscription-list.js";

const PRORATION = oneOf("always_invoice", "create_prorations", "none");

const SHARED = {
  cancel_at_period_end: bool(),
  collection_method: oneOf("charge_automatically", "send_invoice"),
  days_until_due: integer({ min: 0 }),
  discounts: DISCOUNTS,
  default_payment_method: text(),
  metadata: metadata(),
  off_session: bool(),
  payment_behavior: oneOf(
    "allow_incomplete",
    "default_incomplete",
    "error_if_incomplete",
    "pending_if_incomplete",
  ),
  automatic_tax: hash({ enabled: required(bool()) }),
  payment_settings: hash({
    save_default_payment_method: oneOf("off", "on_subscription"),
  }),
  proration_behavior: PRORATION,
  trial_end: either(oneOf("now"), timestamp()),
  trial_settings: hash({
    end_behavior: required(
      hash({
        missing_payment_method: oneOf("cancel", "create_invoice", "pause"),
        ...unsupported("billing_cycle_anchor"),
      }),
    ),
  }),
};

const CREATE = {
  ...SHARED,
  billing_cycle_anchor: timestamp(),
  billing_mode: hash({
    type: required(oneOf("classic", "flexible")),
    flexible: hash({ proration_discounts: oneOf("included", "itemized") }),
  }),
  cancel_at: CANCEL_AT,
  currency: text({ max: 3 }),
  customer: required(text()),
  description: text({ max: 500 }),
  items: required(NEW_ITEMS),
  trial_period_days: integer({ min: 1, max: 730 }),
  ...unsupported("managed_payments"),
};

const UPDATE = {
  ...SHARED,
  billing_cycle_anchor: ANCHOR,
  cancel_at: clearable(CANCEL_AT),
  cancellation_details: CANCELLATION_DETAILS,
  description: clearable(text({ max: 500 })),
  items: CHANGED_ITEMS,
  pause_collection: clearable(
    hash({
      behavior: required(oneOf("keep_as_draft", "mark_uncollectible", "void")),
      resumes_at: timestamp(),
    }),
  ),
  proration_date: timestamp(),
};

const CANCEL = { cancellation_details: CANCELLATION_DETAILS, invoice_now: bool(), prorate: bool() };

const PAUSE = {
  bill_for: hash({
    outstanding_usage_through: hash({ type: required(oneOf("none", "now")) }),
    unused_time_from: hash({ type: required(oneOf("item_current_period_start", "none", "now")) }),
  }),
  invoicing_behavior: oneOf("invoice", "pending_invoice_item"),
  type: oneOf("subscription"),
};

const RESUME = {
  billing_cycle_anchor: ANCHOR,
  payment_behavior: oneOf("resume_on_payment_attempt", "resume_on_payment_success"),
  proration_behavior: PRORATION,
  proration_date: timestamp(),
};

export const subscriptions: Resource<"subscription"> = {
  kind: {
    object: "subscription",
    noun: "subscription",
    keys: {
      customer: (subscription) => [subscription.customer],
      price: (subscription) => subscription.items.map((item) => item.price),
      status: (subscription) => [subscription.status],
      ended: (subscription) => [String(hasEnded(subscription))],
      canceled: ({ status }) => [String(status === "canceled")],
      test_clock: (subscription) => [subscription.test_clock],
    },
    render: renderSubscription,
    expandable: {
      automatic_tax: "shown",
      billing_mode: "shown",
      cancellation_details: "shown",
      customer: "customer",
      default_payment_method: "payment_method",
      discounts: "discount",
      invoice_settings: "shown",
      items: "shown",
      latest_invoice: "invoice",
      pause_collection: "shown",
      payment_settings: "shown",
      pending_setup_intent: "shown",
      pending_update: "shown",
      schedule: "subscription_schedule",
      test_clock: "test_helpers.test_clock",
      trial_settings: "shown",
    },
    due: { at: nextMoment, run: passMoment },
  },
  permission: "subscription",
  routes: [
    route("POST /v1/subscriptions", CREATE, ({ tx, account, params, version }) => {
      const mode = isBefore(version, "2025-09-30") ? "classic" : "flexible";
      return account.render("subscription", beginSubscription(tx, params, mode));
    }),
    searchRoute("subscription", "/v1/subscriptions", {
      canceled_at: { type: "number", of: (subscription) => subscription.canceled_at },
      created: { type: "number", of: (subscription) => subscription.created },
      status: { type: "token", of: (subscription) => subscription.status, index: "status" },
    }),
    listSubscriptions,
    retrieveRoute("subscription", "/v1/subscriptions"),
    route("POST /v1/subscriptions/:id", UPDATE, ({ tx, account, id, params }) =>
      account.render("subscription", changeSubscription(tx, id, withAnchor(params))),
    ),
    route("DELETE /v1/subscriptions/:id", CANCEL, ({ tx, account, id, params }) =>
      account.render("subscription", cancelSubscription(tx, id, params)),
    ),
    route("POST /v1/subscriptions/:id/pause", PAUSE, ({ tx, account, id, params }) =>
      account.render("subscription", pauseSubscription(tx, id, params)),
    ),
    route("POST /v1/subscriptions/:id/resume", RESUME, ({ tx, account, id, params }) =>
      account.render("subscription", resumeSubscription(tx, id, withAnchor(params))),
    ),
  ],
  reactions: {
    "customer.deleted": (tx, customer) => {
      for (const one of tx.account
        .of("subscription")
        .all({ customer: String(customer["id"]), ended: "false" })) {
        endSubscription(tx, one, "cancellation_requested");
      }
    },
    "invoice.marked_uncollectible": (tx, invoice) => withInvoice(tx, invoice, onWrittenOff),
    "invoice.overdue": (tx, invoice) => withInvoice(tx, invoice, onOverdue),
    "invoice.paid": (tx, invoice) => withInvoice(tx, invoice, onPaid),
    "invoice.payment_failed": (tx, invoice) => withInvoice(tx, invoice, onPaymentFailed),
    "invoice.voided": (tx, invoice) => withInvoice(tx, invoice, onVoided),
  },
};

function withAnchor<
  P extends { readonly billing_cycle_anchor?: Values<typeof UPDATE>["billing_cycle_anchor"] },
>(params: P): Omit<P, "billing_cycle_anchor"> & { readonly billing_cycle_anchor?: "now" | "unchanged" } {
  const { billing_cycle_anchor: anchor, ...plain } = params;
  return { ...plain, ...(anchor !== undefined && { billing_cycle_anchor: readAnchor(anchor) }) };
}

function withInvoice(
  tx: Transaction,
  shown: Wire,
  happens: (tx: Transaction, subscription: SubscriptionRecord, invoice: InvoiceRecord) => void,
): void {
  const invoice = tx.account.getFromPath("invoice", String(shown["id"]));
  const subscription = tx.account.of("subscription").get(billedSubscription(invoice) ?? "");
  if (subscription !== undefined && !hasEnded(subscription)) happens(tx, subscription, invoice);
}

function hasEnded(subscription: SubscriptionRecord): boolean {
  return subscription.status === "canceled" || subscription.status === "incomplete_expired";
}
