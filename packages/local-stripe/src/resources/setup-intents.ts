import { beginSetup, cancelSetup, confirmSetup } from "../billing/payments/setup-intents.js";
import { listRoute } from "../declare/list.js";
import { metadata } from "../declare/metadata.js";
import { bool, hash, isWithin, list, oneOf, range, required, text } from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import { webUrl } from "../declare/web-url.js";

const PATH = "/v1/setup_intents";

const CREATE = {
  automatic_payment_methods: hash({
    allow_redirects: oneOf("always", "never"),
    enabled: required(bool()),
  }),
  confirm: bool(),
  customer: text(),
  description: text({ max: 1000 }),
  metadata: metadata(),
  payment_method: text(),
  payment_method_types: list(oneOf("card")),
  return_url: webUrl(),
  usage: oneOf("off_session", "on_session"),
};

const CONFIRM = {
  payment_method: text(),
  return_url: webUrl(),
};

const LIST = {
  created: range(),
  customer: text(),
  payment_method: text(),
};

/** Setup intents for cards. Their authentication page is in `hosted/authentication.tsx`. */
export const setupIntents: Resource<"setup_intent"> = {
  kind: {
    object: "setup_intent",
    noun: "setupintent",
    keys: {
      customer: (intent) => [intent.customer],
      payment_method: (intent) => [intent.payment_method],
      secret: (intent) => [intent.authentication.secret],
    },
    render: ({ authentication: _authentication, ...intent }) => intent,
    expandable: { customer: "customer", payment_method: "payment_method" },
  },
  permission: "setup_intent",
  routes: [
    route(
      `POST ${PATH}`,
      CREATE,
      ({ tx, account, params: { confirm, return_url: returnUrl, ...params } }) => {
        const { automatic_payment_methods: automatic, ...fields } = params;
        const begun = beginSetup(tx, fields);
        const intent =
          automatic === undefined
            ? begun
            : tx.change("setup_intent", begun.id, { automatic_payment_methods: automatic });
        if (!confirm) return account.render("setup_intent", intent);
        const confirmed = confirmSetup(tx, intent.id, { ...(returnUrl !== undefined && { returnUrl }) });
        return account.render("setup_intent", confirmed);
      },
    ),
    listRoute("setup_intent", PATH, LIST, ({ params: { created, customer, payment_method } }) => ({
      match: {
        ...(customer !== undefined && { customer }),
        ...(payment_method !== undefined && { payment_method }),
      },
      where: (intent) => created === undefined || isWithin(created, intent.created),
    })),
    retrieveRoute("setup_intent", PATH),
    route(`POST ${PATH}/:id/confirm`, CONFIRM, ({ tx, account, id, params }) => {
      const { payment_method: method, return_url: returnUrl } = params;
      const confirmed = confirmSetup(tx, id, {
        ...(method !== undefined && { method }),
        ...(returnUrl !== undefined && { returnUrl }),
      });
      return account.render("setup_intent", confirmed);
    }),
    route(
      `POST ${PATH}/:id/cancel`,
      { cancellation_reason: oneOf("abandoned", "duplicate", "requested_by_customer") },
      ({ tx, account, id, params }) => {
        const intent = account.getFromPath("setup_intent", id);
        return account.render("setup_intent", cancelSetup(tx, intent, params.cancellation_reason ?? null));
      },
    ),
  ],
};
