import { ApiError, notImplemented } from "../api-error.js";
import { cancelSetup } from "../billing/payments/setup-intents.js";
import { renderLine } from "../checkout/line-items.js";
import { newSession } from "../checkout/new-session.js";
import { listed, listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  bool,
  hash,
  integer,
  isWithin,
  list,
  oneOf,
  type Param,
  range,
  required,
  text,
  timestamp,
  unsupported,
} from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import { webUrl } from "../declare/web-url.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { CheckoutSessionRecord } from "../store/records/checkout.js";
import type { Wire } from "../store/wire.js";

const PATH = "/v1/checkout/sessions";

const CREATE = {
  allow_promotion_codes: bool(),
  allowed_payment_method_types: list(cardType(), { max: 100 }),
  automatic_tax: hash({ enabled: required(bool()) }),
  billing_address_collection: oneOf("auto", "required"),
  cancel_url: webUrl(),
  client_reference_id: text({ max: 200 }),
  currency: text({ max: 3 }),
  customer: text(),
  customer_update: hash({
    address: oneOf("auto", "never"),
    name: oneOf("auto", "never"),
  }),
  discounts: list(hash({ coupon: text(), promotion_code: text() }), { max: 1 }),
  expires_at: timestamp(),
  line_items: list(
    hash({
      adjustable_quantity: hash({
        enabled: required(bool()),
        maximum: integer({ min: 1, max: 999_999 }),
        minimum: integer({ min: 0, max: 999_999 }),
      }),
      price: text(),
      quantity: integer({ min: 1, max: 999_999_999 }),
      ...unsupported("dynamic_tax_rates"),
    }),
    { max: 100 },
  ),
  invoice_creation: hash({
    enabled: required(bool()),
    invoice_data: hash({
      description: text({ max: 1500 }),
      footer: text(),
      metadata: metadata(),
    }),
  }),
  locale: oneOf(
    ..."auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW".split(
      " ",
    ),
  ),
  managed_payments: hash({ enabled: bool() }),
  metadata: metadata(),
  mode: required(oneOf("payment", "setup", "subscription")),
  payment_intent_data: hash({ metadata: metadata() }),
  payment_method_configuration: text(),
  payment_method_collection: oneOf("always", "if_required"),
  payment_method_types: list(cardType(), { max: 100 }),
  redirect_on_completion: oneOf("always", "if_required", "never"),
  return_url: webUrl(),
  setup_intent_data: hash({ metadata: metadata() }),
  subscription_data: hash({
    description: text({ max: 500 }),
    metadata: metadata(),
    trial_end: timestamp(),
    trial_period_days: integer({ min: 1, max: 730 }),
    trial_settings: hash({
      end_behavior: required(
        hash({ missing_payment_method: required(oneOf("cancel", "create_invoice", "pause")) }),
      ),
    }),
  }),
  success_url: webUrl(),
  tax_id_collection: hash({ enabled: required(bool()), required: oneOf("if_supported", "never") }),
  ui_mode: oneOf("embedded", "embedded_page", "hosted", "hosted_page"),
  ...unsupported("after_expiration"),
};

/** A type of payment method; this server has cards alone. */
function cardType(): Param<"card"> {
  return {
    read: (value, name) => {
      if (value === "card") return value;
      throw notImplemented("payment methods other than cards", name);
    },
  };
}

const LIST = {
  created: range(),
  customer: text(),
  payment_intent: text(),
  status: oneOf("complete", "expired", "open"),
  subscription: text(),
};

/** Sessions of Checkout, on a page of its own or embedded; the pages are in `hosted/checkout.tsx`. */
export const checkoutSessions: Resource<"checkout.session"> = {
  kind: {
    object: "checkout.session",
    noun: "checkout.session",
    keys: {
      customer: (session) => [session.customer],
      payment_intent: (session) => [session.payment_intent],
      secret: (session) => [session.secret],
      status: (session) => [session.status],
      subscription: (session) => [session.subscription],
    },
    render: ({
      askedCard: _asked,
      billingMode: _mode,
      csrfToken: _token,
      customerUpdate: _update,
      entries: _entries,
      invoiceData: _invoice,
      intentMetadata: _metadata,
      lines: _lines,
      secret: _secret,
      subscriptionData: _data,
      ...session
    }) => session,
    expandable: {
      customer: "customer",
      customer_details: "shown",
      invoice: "invoice",
      line_items: (session, account) =>
        lineItems(account.getFromPath("checkout.session", String(session["id"])), account),
      payment_intent: "payment_intent",
      setup_intent: "setup_intent",
      subscription: "subscription",
      total_details: "shown",
    },
    due: {
      at: ({ status, expires_at: expiresAt }) => (status === "open" ? expiresAt : null),
      run: expire,
    },
  },
  permission: "checkout_session",
  routes: [
    route(`POST ${PATH}`, CREATE, ({ tx, account, params, version }) =>
      account.render("checkout.session", tx.insert("checkout.session", newSession(tx, params, version))),
    ),
    listRoute("checkout.session", PATH, LIST, ({ params }) => ({
      match: {
        ...(params.customer !== undefined && { customer: params.customer }),
        ...(params.payment_intent !== undefined && { payment_intent: params.payment_intent }),
        ...(params.status !== undefined && { status: params.status }),
        ...(params.subscription !== undefined && { subscription: params.subscription }),
      },
      where: ({ created }) => params.created === undefined || isWithin(params.created, created),
    })),
    retrieveRoute("checkout.session", PATH),
    route(`POST ${PATH}/:id`, { metadata: metadata() }, ({ tx, account, id, params }) => {
      const before = account.getFromPath("checkout.session", id);
      const merged = { metadata: mergeMetadata(before.metadata, params.metadata) };
      return account.render("checkout.session", tx.change("checkout.session", id, merged));
    }),
    route(
      `GET ${PATH}/:id/line_items`,
      { limit: integer({ min: 1, max: 100 }), starting_after: text() },
      ({ account, id, params }) => lineItems(account.getFromPath("checkout.session", id), account, params),
    ),
    route(`POST ${PATH}/:id/expire`, {}, ({ tx, account, id }) => {
      const session = account.getFromPath("checkout.session", id);
      if (session.status === "open") return account.render("checkout.session", expire(tx, session));
      throw new ApiError(
        400,
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      );
    }),
  ],
};

function expire(tx: Transaction, { id, setup_intent: intent }: CheckoutSessionRecord): CheckoutSessionRecord {
  if (intent !== null) cancelSetup(tx, tx.account.getFromPath("setup_intent", intent), "abandoned");
  const expired = tx.change("checkout.session", id, { status: "expired", url: null, askedCard: null });
  tx.emit("checkout.session.expired", tx.account.render("checkout.session", expired));
  return expired;
}

function lineItems(
  { id, lines }: CheckoutSessionRecord,
  account: AccountData,
  { limit = 10, starting_after: after }: { readonly limit?: number; readonly starting_after?: string } = {},
): Wire {
  const from = after === undefined ? 0 : lines.findIndex((line) => line.id === after) + 1;
  const data = lines.slice(from, from + limit).map((line) => renderLine(line, account));
  return listed(`${PATH}/${id}/line_items`, from + data.length < lines.length, data);
}
