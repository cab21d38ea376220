import { invalid } from "../api-error.js";
import { refund } from "../billing/payments/refunds.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { integer, isWithin, oneOf, range, text, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import type { AccountData } from "../store/account-data.js";
import type { Wire } from "../store/wire.js";

const CREATE = {
  amount: integer({ min: 1 }),
  charge: text(),
  metadata: metadata(),
  payment_intent: text(),
  reason: oneOf("duplicate", "fraudulent", "requested_by_customer"),
};

export const refunds: Resource<"refund"> = {
  kind: {
    object: "refund",
    noun: "refund",
    keys: { charge: (one) => [one.charge], payment_intent: (one) => [one.payment_intent] },
    expandable: { charge: "charge", payment_intent: "payment_intent" },
  },
  permission: "charge",
  routes: [
    route("POST /v1/refunds", CREATE, createRefund),
    listRoute(
      "refund",
      "/v1/refunds",
      { charge: text(), created: range(), payment_intent: text() },
      ({ params: { charge, created, payment_intent: intent } }) => ({
        match: {
          ...(charge !== undefined && { charge }),
          ...(intent !== undefined && { payment_intent: intent }),
        },
        where: (one) => created === undefined || isWithin(created, one.created),
      }),
    ),
    retrieveRoute("refund", "/v1/refunds"),
    route("POST /v1/refunds/:id", { metadata: metadata() }, ({ tx, account, id, params }) => {
      const before = account.getFromPath("refund", id);
      const merged = { metadata: mergeMetadata(before.metadata ?? {}, params.metadata) };
      return account.render("refund", tx.change("refund", id, merged, "refund.updated"));
    }),
  ],
};

function createRefund({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const charge = findCharge(account, params);
  tx.followClock(account.of("customer").get(account.getFromPath("charge", charge).customer ?? "") ?? {});
  const made = refund(tx, {
    charge,
    metadata: mergeMetadata({}, params.metadata),
    reason: params.reason ?? null,
    ...(params.amount !== undefined && { amount: params.amount }),
  });
  return account.render("refund", made);
}

function findCharge(
  account: AccountData,
  { charge, payment_intent: intent }: { readonly charge?: string; readonly payment_intent?: string },
): string {
  if ((charge === undefined) === (intent === undefined)) {
    throw invalid("You must provide either `charge` or `payment_intent`, and not both.", "charge");
  }
  if (charge !== undefined) return account.getFromParam("charge", charge, "charge").id;
  const { id, latest_charge: latest } = account.getFromParam(
    "payment_intent",
    intent ?? "",
    "payment_intent",
  );
  if (latest !== null) return latest;
  throw invalid(`This PaymentIntent (${id}) does not have a successful charge to refund.`, "payment_intent");
}
