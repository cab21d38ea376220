import { ApiError } from "../api-error.js";
import { addTaxId, TAX_ID_TYPES } from "../billing/customers/tax-ids.js";
import { listRoute } from "../declare/list.js";
import { oneOf, required, text } from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import type { AccountData } from "../store/account-data.js";
import type { TaxIdRecord } from "../store/records/customers.js";

const CREATE = { type: required(oneOf(...TAX_ID_TYPES)), value: required(text()) };

/** Tax ids of customers. */
export const taxIds: Resource<"tax_id"> = {
  kind: {
    object: "tax_id",
    noun: "tax id",
    keys: { customer: (taxId) => [taxId.customer] },
    expandable: { customer: "customer", owner: "shown", "owner.customer": "customer", verification: "shown" },
  },
  permission: "customer",
  routes: [
    route("POST /v1/customers/:id/tax_ids", CREATE, ({ tx, account, id, params }) => {
      const customer = account.getFromPath("customer", id);
      tx.followClock(customer);
      return account.render("tax_id", addTaxId(tx, customer.id, params));
    }),
    listRoute("tax_id", "/v1/customers/:id/tax_ids", {}, ({ account, id }) => ({
      match: { customer: account.getFromPath("customer", id).id },
    })),
    route("GET /v1/customers/:id/tax_ids/:tax_id", {}, ({ account, id, innerId }) =>
      account.render("tax_id", ownTaxId(account, id, innerId)),
    ),
    route("DELETE /v1/customers/:id/tax_ids/:tax_id", {}, ({ tx, account, id, innerId }) => {
      tx.remove("tax_id", ownTaxId(account, id, innerId).id, "customer.tax_id.deleted");
      return { id: innerId, object: "tax_id", deleted: true };
    }),
    retrieveRoute("tax_id", "/v1/tax_ids"),
    route("DELETE /v1/tax_ids/:id", {}, ({ tx, account, id }) => {
      tx.remove("tax_id", account.getFromPath("tax_id", id).id, "customer.tax_id.deleted");
      return { id, object: "tax_id", deleted: true };
    }),
  ],
  reactions: {
    "customer.deleted": (tx, { id }) => {
      for (const one of tx.account.of("tax_id").all({ customer: String(id) })) tx.remove("tax_id", one.id);
    },
  },
};

function ownTaxId(account: AccountData, customer: string, id: string): TaxIdRecord {
  const taxId = account.getFromPath("tax_id", id);
  if (taxId.customer === account.getFromPath("customer", customer).id) return taxId;
  throw new ApiError(404, `No such tax id: '${id}'`, { code: "resource_missing", param: "id" });
}
