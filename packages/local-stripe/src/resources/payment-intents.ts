import { listRoute } from "../declare/list.js";
import { isWithin, range, text } from "../declare/params.js";
import { type Resource, retrieveRoute } from "../declare/route.js";

/** Payment intents that Checkout made, and those that paid invoices. */
export const paymentIntents: Resource<"payment_intent"> = {
  kind: {
    object: "payment_intent",
    noun: "payment_intent",
    keys: { customer: (intent) => [intent.customer] },
    expandable: { customer: "customer", latest_charge: "charge", payment_method: "payment_method" },
  },
  permission: "payment_intent",
  routes: [
    listRoute(
      "payment_intent",
      "/v1/payment_intents",
      { created: range(), customer: text() },
      ({ params: { created, customer } }) => ({
        match: { ...(customer !== undefined && { customer }) },
        where: (intent) => created === undefined || isWithin(created, intent.created),
      }),
    ),
    retrieveRoute("payment_intent", "/v1/payment_intents"),
  ],
};
