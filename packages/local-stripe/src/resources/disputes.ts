import { closeDispute } from "../billing/payments/disputes.js";
import { listRoute } from "../declare/list.js";
import { isWithin, range, text } from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";

/** The disputes of charges on cards whose holders take their payments back. */
export const disputes: Resource<"dispute"> = {
  kind: {
    object: "dispute",
    noun: "dispute",
    keys: { charge: (one) => [one.charge], payment_intent: (one) => [one.payment_intent] },
    expandable: { charge: "charge", payment_intent: "payment_intent", evidence: "shown" },
  },
  permission: "dispute",
  routes: [
    listRoute(
      "dispute",
      "/v1/disputes",
      { charge: text(), created: range(), payment_intent: text() },
      ({ params: { charge, created, payment_intent: intent } }) => ({
        match: {
          ...(charge !== undefined && { charge }),
          ...(intent !== undefined && { payment_intent: intent }),
        },
        where: (one) => created === undefined || isWithin(created, one.created),
      }),
    ),
    retrieveRoute("dispute", "/v1/disputes"),
    route("POST /v1/disputes/:id/close", {}, ({ tx, account, id }) =>
      account.render("dispute", closeDispute(tx, id)),
    ),
  ],
};
