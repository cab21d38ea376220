import { declined } from "../billing/payment.js";
import { type TestCard, testCard } from "../billing/test-cards.js";
import { invalid } from "../http/api-error.js";
import { listRoute } from "../http/list.js";
import { mergeMetadata, metadata } from "../http/metadata.js";
import { clearable, hash, integer, oneOf, required, text, unsupported, type Values } from "../http/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../http/route.js";
import { newId, randomText } from "../ids.js";
import type { Act } from "../store/act.js";
import type { PaymentMethodRecord, Wire } from "../store/records.js";

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
  email: clearable(text()),
  name: clearable(text()),
  phone: clearable(text()),
  ...unsupported("tax_id"),
});

const FIELDS = {
  allow_redisplay: oneOf("always", "limited", "unspecified"),
  billing_details: BILLING_DETAILS,
  metadata: metadata(),
};

const CREATE = {
  ...FIELDS,
  type: required(oneOf("card")),
  card: required(
    hash({ token: required(text()), ...unsupported("number", "exp_month", "exp_year", "cvc", "networks") }),
  ),
  ...unsupported("customer", "payment_method"),
};

const UPDATE = {
  ...FIELDS,
  card: hash({
    exp_month: integer({ min: 1, max: 12 }),
    exp_year: integer({ min: 2000, max: 2100 }),
    ...unsupported("networks"),
  }),
};

const LIST = {
  customer: text(),
  type: oneOf("card"),
  allow_redisplay: oneOf("always", "limited", "unspecified"),
  ...unsupported("customer_account"),
};

/** Cards, made from Stripe's well-known tokens: each stands for what happens when it is charged. */
export const paymentMethods: Resource<"payment_method"> = {
  kind: {
    object: "payment_method",
    noun: "PaymentMethod",
    keys: { customer: (method) => [method.customer] },
    render: ({ behavior: _behavior, ...method }) => method,
    expandable: { billing_details: "shown", card: "shown", customer: "customer" },
  },
  permission: "payment_method",
  routes: [
    route("POST /v1/payment_methods", CREATE, ({ act, world, params }) => {
      const card = testCard(params.card.token);
      if (card === undefined)
        throw invalid(`No such token: '${params.card.token}'`, "card[token]", "resource_missing");
      const method = newMethod(act, card, params);
      return world.render("payment_method", act.insert("payment_method", method));
    }),
    listRoute("payment_method", "/v1/payment_methods", LIST, ({ world, params }) => {
      if (params.customer !== undefined) world.named("customer", params.customer, "customer");
      return {
        ...(params.customer !== undefined && { match: { customer: params.customer } }),
        where: (method) => method.customer !== null && matches(method, params.allow_redisplay),
      };
    }),
    retrieveRoute("payment_method", "/v1/payment_methods"),
    route("POST /v1/payment_methods/:id", UPDATE, updateMethod),
    route(
      "POST /v1/payment_methods/:id/attach",
      { customer: required(text()) },
      ({ act, world, id, params }) => {
        const customer = world.named("customer", params.customer, "customer");
        return world.render("payment_method", attach(act, id, customer.id));
      },
    ),
    route("POST /v1/payment_methods/:id/detach", {}, ({ act, world, id }) =>
      world.render("payment_method", detach(act, id)),
    ),
    listRoute(
      "payment_method",
      "/v1/customers/:id/payment_methods",
      { type: oneOf("card"), allow_redisplay: LIST.allow_redisplay },
      ({ world, id, params }) => {
        world.inPath("customer", id);
        return { match: { customer: id }, where: (method) => matches(method, params.allow_redisplay) };
      },
    ),
    route("GET /v1/customers/:id/payment_methods/:method", {}, ({ world, id, innerId }) => {
      world.inPath("customer", id);
      const method = world.inPath("payment_method", innerId);
      if (method.customer !== id)
        throw invalid(`No such PaymentMethod: '${innerId}'`, "payment_method", "resource_missing");
      return world.render("payment_method", method);
    }),
  ],
  reactions: {
    "customer.deleted": (act, customer) => {
      for (const method of act.world.of("payment_method").all({ customer: String(customer["id"]) })) {
        act.change("payment_method", method.id, { customer: null });
      }
    },
  },
};

/**
 * Gives the customer a payment method: one of its own account, or a well-known token, of which a new one is made. A card
 * that is declined at once is refused with 402.
 */
export function attach(act: Act, idOrToken: string, customer: string): PaymentMethodRecord {
  const method = methodFor(act, idOrToken);
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid(
      "The payment method you provided has already been attached to a customer.",
      "payment_method",
      "payment_method_already_attached",
    );
  }
  if (method.behavior.kind === "declines" && method.behavior.whenAttached) throw declined(method.behavior);
  const attached = act.change("payment_method", method.id, { customer });
  act.emit("payment_method.attached", act.world.render("payment_method", attached));
  return attached;
}

/** A payment method of the account, or a new one for a well-known token. */
export function methodFor(act: Act, idOrToken: string): PaymentMethodRecord {
  const card = testCard(idOrToken);
  if (card !== undefined) return act.insert("payment_method", newMethod(act, card, {}));
  return act.world.inPath("payment_method", idOrToken);
}

/** Takes a payment method away from its customer, for good. */
export function detach(act: Act, id: string): PaymentMethodRecord {
  const { world } = act;
  const { customer } = world.inPath("payment_method", id);
  if (customer === null) {
    throw invalid(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
      "payment_method",
    );
  }
  const detached = act.change("payment_method", id, { customer: null });
  act.emit("payment_method.detached", world.render("payment_method", detached), { customer });
  forget(act, customer, id);
  return detached;
}

/** A method that is gone is nobody's default any more. */
function forget(act: Act, customer: string, method: string): void {
  const { invoice_settings: settings } = act.world.inPath("customer", customer);
  if (settings.default_payment_method === method) {
    const invoice_settings = { ...settings, default_payment_method: null };
    act.change("customer", customer, { invoice_settings }, "customer.updated");
  }
  for (const one of act.world.of("subscription").all({ customer })) {
    if (one.default_payment_method === method)
      act.change("subscription", one.id, { default_payment_method: null });
  }
}

function updateMethod({ act, world, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = world.inPath("payment_method", id);
  if (before.customer === null) {
    throw invalid(
      "You must save this PaymentMethod to a customer before you can update it.",
      "payment_method",
    );
  }
  const { card, billing_details: details, metadata: change, allow_redisplay } = params;
  const after = act.change(
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
  return world.render("payment_method", after);
}

function newMethod(act: Act, card: TestCard, fields: Values<typeof FIELDS>): PaymentMethodRecord {
  const none = { address: null, email: null, name: null, phone: null, tax_id: null };
  return {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: fields.allow_redisplay ?? "unspecified",
    behavior: card.behavior,
    billing_details: billingDetails(none, fields.billing_details ?? {}),
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(act.now * 1000).getUTCFullYear() + 4,
      fingerprint: randomText(16),
      funding: card.funding ?? "credit",
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: act.now,
    customer: null,
    customer_account: null,
    livemode: act.world.livemode,
    metadata: mergeMetadata({}, fields.metadata),
    type: "card",
  };
}

type Details = PaymentMethodRecord["billing_details"];

function billingDetails(
  before: Details,
  change: NonNullable<Values<typeof FIELDS>["billing_details"]>,
): Details {
  const { address, ...plain } = change;
  const none = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return {
    ...before,
    ...plain,
    ...(address !== undefined && { address: address && { ...none, ...address } }),
  };
}

function matches(method: PaymentMethodRecord, redisplay: string | undefined): boolean {
  return redisplay === undefined || method.allow_redisplay === redisplay;
}
