import { listRoute } from "../declare/list.js";
import { isWithin, range, text } from "../declare/params.js";
import { type Resource, retrieveRoute } from "../declare/route.js";

/** The charges by which payments of Checkout and of invoices were made. */
export const charges: Resource<"charge"> = {
  kind: {
    object: "charge",
    noun: "charge",
    keys: { customer: (charge) => [charge.customer], payment_intent: (charge) => [charge.payment_intent] },
    expandable: { customer: "customer", payment_intent: "payment_intent", billing_details: "shown" },
  },
  permission: "charge",
  routes: [
    listRoute(
      "charge",
      "/v1/charges",
      { created: range(), customer: text(), payment_intent: text() },
      ({ params: { created, customer, payment_intent: intent } }) => ({
        match: {
          ...(customer !== undefined && { customer }),
          ...(intent !== undefined && { payment_intent: intent }),
        },
        where: (charge) => created === undefined || isWithin(created, charge.created),
      }),
    ),
    retrieveRoute("charge", "/v1/charges"),
  ],
};
