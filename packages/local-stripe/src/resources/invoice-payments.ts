import { listRoute } from "../declare/list.js";
import { text } from "../declare/params.js";
import { type Resource, retrieveRoute } from "../declare/route.js";

/** What joins invoices to the payments that paid them. */
export const invoicePayments: Resource<"invoice_payment"> = {
  kind: {
    object: "invoice_payment",
    noun: "invoice payment",
    keys: { invoice: (payment) => [payment.invoice] },
    expandable: { invoice: "invoice", payment: "shown", "payment.payment_intent": "payment_intent" },
  },
  permission: "invoice",
  routes: [
    listRoute("invoice_payment", "/v1/invoice_payments", { invoice: text() }, ({ params: { invoice } }) => ({
      match: { ...(invoice !== undefined && { invoice }) },
    })),
    retrieveRoute("invoice_payment", "/v1/invoice_payments"),
  ],
};
