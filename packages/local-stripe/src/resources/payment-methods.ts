import { ApiError, invalid } from "../api-error.js";
import { attach, billingDetails, detach, newMethod } from "../billing/payments/payment-methods.js";
import { testCard } from "../billing/payments/test-cards.js";
import { emailAddress } from "../declare/email-address.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { clearable, hash, integer, oneOf, required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import type { PaymentMethodRecord } from "../store/records/payments.js";
import type { Wire } from "../store/wire.js";

const BILLING_DETAILS = hash({
  address: clearable(
    hash({
      city: clearable(text()),
      country: clearable(text()),
      line1: clearable(text()),
      line2: clearable(text()),
      postal_code: clearable(text()),
      state: clearable(text()),
    }),
  ),
  email: clearable(emailAddress()),
  name: clearable(text()),
  phone: clearable(text()),
});

const FIELDS = {
  allow_redisplay: oneOf("always", "limited", "unspecified"),
  billing_details: BILLING_DETAILS,
  metadata: metadata(),
};

const CREATE = {
  ...FIELDS,
  type: required(oneOf("card")),
  card: required(hash({ token: required(text()) })),
};

const UPDATE = {
  ...FIELDS,
  card: hash({
    exp_month: integer({ min: 1, max: 12 }),
    exp_year: integer({ min: 2000, max: 2100 }),
  }),
};

const LIST = {
  customer: text(),
  type: oneOf("card"),
  allow_redisplay: oneOf("always", "limited", "unspecified"),
};

/** Cards, made from Stripe's well-known tokens, which decide what happens when they are charged. */
export const paymentMethods: Resource<"payment_method"> = {
  kind: {
    object: "payment_method",
    noun: "PaymentMethod",
    keys: { customer: (method) => [method.customer] },
    render: ({ behavior: _behavior, wasAttached: _once, ...method }) => method,
    expandable: { billing_details: "shown", card: "shown", customer: "customer" },
  },
  permission: "payment_method",
  routes: [
    route("POST /v1/payment_methods", CREATE, ({ tx, account, params }) => {
      const card = testCard(params.card.token);
      if (card === undefined)
        throw invalid(`No such token: '${params.card.token}'`, "card[token]", "resource_missing");
      const method = newMethod(tx, card, params);
      return account.render("payment_method", tx.insert("payment_method", method));
    }),
    listRoute("payment_method", "/v1/payment_methods", LIST, ({ account, params }) => {
      if (params.customer !== undefined) account.getFromParam("customer", params.customer, "customer");
      return {
        ...(params.customer !== undefined && { match: { customer: params.customer } }),
        where: (method) => method.customer !== null && matches(method, params.allow_redisplay),
      };
    }),
    route("GET /v1/payment_methods/:id", {}, ({ tx, account, id }) => {
      // A well-known id makes a new payment method each time.
      const card = id.startsWith("pm_card_") ? testCard(id) : undefined;
      const method = card === undefined ? account.getFromPath("payment_method", id) : newMethod(tx, card, {});
      if (card !== undefined) tx.insert("payment_method", method);
      return account.render("payment_method", method);
    }),
    route("GET /v1/tokens/:token", {}, ({ tx, id }) => newToken(tx, id)),
    route("POST /v1/payment_methods/:id", UPDATE, updateMethod),
    route(
      "POST /v1/payment_methods/:id/attach",
      { customer: required(text()) },
      ({ tx, account, id, params }) => {
        const customer = account.getFromParam("customer", params.customer, "customer");
        return account.render("payment_method", attach(tx, id, customer.id));
      },
    ),
    route("POST /v1/payment_methods/:id/detach", {}, ({ tx, account, id }) =>
      account.render("payment_method", detach(tx, id)),
    ),
    listRoute(
      "payment_method",
      "/v1/customers/:id/payment_methods",
      { type: oneOf("card"), allow_redisplay: LIST.allow_redisplay },
      ({ account, id, params }) => {
        account.getFromPath("customer", id);
        return { match: { customer: id }, where: (method) => matches(method, params.allow_redisplay) };
      },
    ),
    route("GET /v1/customers/:id/payment_methods/:method", {}, ({ account, id, innerId }) => {
      account.getFromPath("customer", id);
      const method = account.getFromPath("payment_method", innerId);
      if (method.customer !== id)
        throw invalid(`No such PaymentMethod: '${innerId}'`, "payment_method", "resource_missing");
      return account.render("payment_method", method);
    }),
  ],
  reactions: {
    "customer.deleted": (tx, customer) => {
      for (const method of tx.account.of("payment_method").all({ customer: String(customer["id"]) })) {
        tx.change("payment_method", method.id, { customer: null });
      }
    },
  },
};

/** Shows a well-known token such as `tok_visa` as if it had just been made. */
function newToken(tx: Transaction, id: string): Wire {
  const found = id.startsWith("tok_") ? testCard(id) : undefined;
  if (found === undefined) {
    throw new ApiError(404, `No such token: '${id}'`, { code: "resource_missing", param: "token" });
  }
  const { card } = newMethod(tx, found, {});
  return {
    id: newId("tok"),
    object: "token",
    card: {
      id: newId("card"),
      object: "card",
      brand: TITLES[found.brand] ?? found.brand,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      last4: card.last4,
      metadata: {},
      name: null,
      tokenization_method: null,
    },
    client_ip: null,
    created: tx.now,
    livemode: tx.account.livemode,
    type: "card",
    used: false,
  };
}

/** Cards, unlike payment methods, have the brand's written name. */
const TITLES: Readonly<Record<string, string>> = {
  amex: "American Express",
  discover: "Discover",
  mastercard: "MasterCard",
  visa: "Visa",
};

function updateMethod({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("payment_method", id);
  if (before.customer === null) {
    throw invalid(
      "You must save this PaymentMethod to a customer before you can update it.",
      "payment_method",
    );
  }
  const { card, billing_details: details, metadata: change, allow_redisplay } = params;
  const after = tx.change(
    "payment_method",
    id,
    {
      ...(allow_redisplay && { allow_redisplay }),
      ...(card && { card: { ...before.card, ...card } }),
      ...(details && { billing_details: billingDetails(before.billing_details, details) }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    },
    "payment_method.updated",
  );
  return account.render("payment_method", after);
}

function matches(method: PaymentMethodRecord, redisplay: string | undefined): boolean {
  return redisplay === undefined || method.allow_redisplay === redisplay;
}
