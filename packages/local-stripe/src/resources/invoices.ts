import { invalid } from "../api-error.js";
import { DISCOUNTS } from "../billing/discounts/discount-params.js";
import {
  billedSubscription,
  closeInvoice,
  collect,
  finalizeInvoice,
  PAID_ELSEWHERE,
  payInvoice,
} from "../billing/invoices/invoices.js";
import { declined } from "../billing/payments/payment.js";
import { CANCEL_AT } from "../billing/subscriptions/cancellation.js";
import { CHANGED_ITEMS } from "../billing/subscriptions/item-params.js";
import { ANCHOR, readAnchor } from "../billing/subscriptions/subscription-fields.js";
import { previewInvoice } from "../billing/upcoming/preview.js";
import { listed, listRoute, searchRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  bool,
  clearable,
  either,
  hash,
  integer,
  isWithin,
  oneOf,
  range,
  text,
  timestamp,
  type Values,
} from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { InvoiceRecord } from "../store/records/invoices.js";
import type { Wire } from "../store/wire.js";

const LIST = {
  collection_method: oneOf("charge_automatically", "send_invoice"),
  created: range(),
  customer: text(),
  due_date: range(),
  status: oneOf("draft", "open", "paid", "uncollectible", "void"),
  subscription: text(),
};

const PREVIEW = {
  customer: text(),
  discounts: DISCOUNTS,
  preview_mode: oneOf("next", "recurring"),
  subscription: text(),
  subscription_details: hash({
    billing_cycle_anchor: ANCHOR,
    cancel_at: clearable(CANCEL_AT),
    cancel_at_period_end: bool(),
    cancel_now: bool(),
    items: CHANGED_ITEMS,
    proration_behavior: oneOf("always_invoice", "create_prorations", "none"),
    proration_date: timestamp(),
    trial_end: either(oneOf("now"), timestamp()),
  }),
};

const PAY = {
  off_session: bool(),
  paid_out_of_band: bool(),
  payment_method: text(),
};

export const invoices: Resource<"invoice"> = {
  kind: {
    object: "invoice",
    noun: "invoice",
    keys: {
      customer: (invoice) => [invoice.customer],
      hosted_invoice_url: (invoice) => [invoice.hosted_invoice_url],
      subscription: (invoice) => [billedSubscription(invoice)],
      status: (invoice) => [invoice.status],
    },
    render: ({ lines, confirmationSecret: _secret, isOverdue: _noted, ...invoice }) => ({
      ...invoice,
      lines: listed(`/v1/invoices/${invoice.id}/lines`, lines.length > 10, lines.slice(0, 10)),
    }),
    expandable: {
      confirmation_secret: confirmationSecret,
      customer: "customer",
      default_payment_method: "payment_method",
      discounts: "discount",
      lines: "shown",
      parent: "shown",
      payments: (invoice, account) => paymentsOf(String(invoice["id"]), account),
      "parent.subscription_details.subscription": "subscription",
      status_transitions: "shown",
    },
    due: { at: dueAt, run: advance },
  },
  permission: "invoice",
  routes: [
    route("POST /v1/invoices/create_preview", PREVIEW, ({ tx, account, params }) => {
      const { subscription_details: details, ...plain } = params;
      const { billing_cycle_anchor: anchor, ...change } = details ?? {};
      const asked = { ...change, ...(anchor !== undefined && { billing_cycle_anchor: readAnchor(anchor) }) };
      const preview = previewInvoice(tx, { ...plain, subscription_details: asked });
      account.previews.add(preview);
      return account.render("invoice", preview);
    }),
    searchRoute("invoice", "/v1/invoices", {
      created: { type: "number", of: (invoice) => invoice.created },
      currency: { type: "token", of: (invoice) => invoice.currency },
      customer: { type: "token", of: (invoice) => invoice.customer },
      number: { type: "token", of: (invoice) => invoice.number },
      receipt_number: { type: "token", of: (invoice) => invoice.receipt_number },
      status: { type: "token", of: (invoice) => invoice.status, index: "status" },
      subscription: { type: "token", of: billedSubscription },
      total: { type: "number", of: (invoice) => invoice.total },
    }),
    listRoute("invoice", "/v1/invoices", LIST, ({ params }) => ({
      match: {
        ...(params.customer !== undefined && { customer: params.customer }),
        ...(params.subscription !== undefined && { subscription: params.subscription }),
        ...(params.status !== undefined && { status: params.status }),
      },
      where: (invoice) =>
        // An object on a test clock is listed only for its customer or its subscription.
        (params.customer !== undefined || params.subscription !== undefined || invoice.test_clock === null) &&
        (params.collection_method === undefined || invoice.collection_method === params.collection_method) &&
        (params.created === undefined || isWithin(params.created, invoice.created)) &&
        (params.due_date === undefined ||
          (invoice.due_date !== null && isWithin(params.due_date, invoice.due_date))),
    })),
    retrieveRoute("invoice", "/v1/invoices"),
    route(
      "POST /v1/invoices/:id",
      {
        metadata: metadata(),
        description: clearable(text()),
        auto_advance: bool(),
      },
      ({ tx, account, id, params: { metadata: change, ...fields } }) => {
        const before = account.getFromPath("invoice", id);
        const merged = change === undefined ? {} : { metadata: mergeMetadata(before.metadata, change) };
        return account.render(
          "invoice",
          tx.change("invoice", id, { ...fields, ...merged }, "invoice.updated"),
        );
      },
    ),
    route(
      "GET /v1/invoices/:id/lines",
      { limit: integer({ min: 1, max: 100 }), starting_after: text() },
      listLines,
    ),
    route("POST /v1/invoices/:id/finalize", { auto_advance: bool() }, ({ tx, account, id, params }) => {
      tx.followClock(inStatus(tx, id, "draft"));
      const open = finalizeInvoice(tx, id);
      // An invoice with nothing due is paid as soon as it is final.
      if (open.amount_due === 0) return account.render("invoice", payInvoice(tx, open));
      return account.render(
        "invoice",
        tx.change("invoice", id, { auto_advance: params.auto_advance ?? true }),
      );
    }),
    route("POST /v1/invoices/:id/pay", PAY, pay),
    route("POST /v1/invoices/:id/void", {}, ({ tx, account, id }) => {
      tx.followClock(inStatus(tx, id, "open", "uncollectible"));
      return account.render("invoice", closeInvoice(tx, id, "void"));
    }),
    route("POST /v1/invoices/:id/mark_uncollectible", {}, ({ tx, account, id }) => {
      tx.followClock(inStatus(tx, id, "open"));
      return account.render("invoice", closeInvoice(tx, id, "uncollectible"));
    }),
  ],
  reactions: {
    // The customer cannot be charged any more: drafts stay drafts, and open invoices stay owed.
    "customer.deleted": (tx, { id: customer }) => {
      const going = tx.account
        .of("invoice")
        .all({ customer: String(customer) }, ({ auto_advance: advances }) => advances === true);
      for (const { id } of going)
        tx.change("invoice", id, { auto_advance: false, next_payment_attempt: null });
    },
  },
};

function pay({ tx, account, id, params }: Call<Values<typeof PAY>>): Wire {
  const before = account.getFromPath("invoice", id);
  tx.followClock(before);
  if (before.status === "paid") throw invalid("Invoice is already paid", "", "invoice_already_paid");
  if (before.status === "draft") finalizeInvoice(tx, id);
  const open = inStatus(tx, id, "open", "uncollectible");
  if (params.paid_out_of_band) return account.render("invoice", payInvoice(tx, open, PAID_ELSEWHERE));
  if (params.payment_method !== undefined) {
    const method = account.getFromParam("payment_method", params.payment_method, "payment_method");
    if (method.customer !== before.customer) {
      throw invalid("The payment method does not belong to the invoice's customer.", "payment_method");
    }
  }
  const outcome = collect(tx, id, params.payment_method);
  if (outcome.kind === "pays") return account.render("invoice", account.getFromPath("invoice", id));
  // The failed attempt is kept, although the request is refused.
  return tx.commitAndThrow(declined(outcome));
}

function listLines({
  account,
  id,
  params,
}: Call<{ readonly limit?: number; readonly starting_after?: string }>): Wire {
  const { lines } = account.previews.get(id) ?? account.getFromPath("invoice", id);
  const { starting_after: cursor } = params;
  const before = lines.findIndex((line) => line.id === cursor);
  if (cursor !== undefined && before === -1) {
    throw invalid(`Invoice ${id} does not have a line item ${cursor}`, "starting_after", "resource_missing");
  }
  const from = before + 1;
  const data = lines.slice(from, from + (params.limit ?? 10));
  return listed(`/v1/invoices/${id}/lines`, from + data.length < lines.length, data);
}

function inStatus(tx: Transaction, id: string, ...allowed: InvoiceRecord["status"][]): InvoiceRecord {
  const invoice = tx.account.getFromPath("invoice", id);
  if (allowed.includes(invoice.status)) return invoice;
  throw invalid(
    `This invoice is ${invoice.status}; only an invoice that is ${allowed.join(" or ")} can be changed so.`,
    "invoice",
    "invoice_not_editable",
  );
}

function confirmationSecret(invoice: Wire, account: AccountData): Wire | null {
  const record = account.of("invoice").get(String(invoice["id"]));
  const secret = record?.status === "open" ? record.confirmationSecret : null;
  return secret ? { client_secret: secret, type: "payment_intent" } : null;
}

function paymentsOf(invoice: string, account: AccountData): Wire {
  const payments = account.of("invoice_payment").all({ invoice });
  const shown = payments.map((payment) => account.render("invoice_payment", payment));
  return listed(`/v1/invoice_payments?invoice=${invoice}`, false, shown);
}

function dueAt(invoice: InvoiceRecord): number | null {
  if (!invoice.auto_advance) return null;
  if (invoice.status === "draft") return invoice.automatically_finalizes_at;
  if (invoice.status !== "open") return null;
  if (invoice.collection_method === "charge_automatically") return invoice.next_payment_attempt;
  return invoice.isOverdue ? null : invoice.due_date;
}

function advance(tx: Transaction, { collection_method: method, id, status }: InvoiceRecord): void {
  const open = status === "draft" ? finalizeInvoice(tx, id) : tx.account.getFromPath("invoice", id);
  if (method === "charge_automatically") collect(tx, id);
  else if (open.amount_due === 0) payInvoice(tx, open);
  else if (open.due_date !== null && open.due_date <= tx.now) {
    tx.emit("invoice.overdue", tx.account.render("invoice", tx.change("invoice", id, { isOverdue: true })));
  }
}
