import { ApiError } from "../api-error.js";
import { addTaxId, TAX_ID_TYPES } from "../billing/customers/tax-ids.js";
import { listRoute } from "../declare/list.js";
import { oneOf, required, text } from "../declare/params.js";
import { type Resource, route } from "../declare/route.js";
import type { TaxIdRecord } from "../store/records.js";
import type { World } from "../store/world.js";

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
    route("POST /v1/customers/:id/tax_ids", CREATE, ({ act, world, id, params }) => {
      const customer = world.inPath("customer", id);
      act.followClock(customer);
      return world.render("tax_id", addTaxId(act, customer.id, params));
    }),
    listRoute("tax_id", "/v1/customers/:id/tax_ids", {}, ({ world, id }) => ({
      match: { customer: world.inPath("customer", id).id },
    })),
    route("GET /v1/customers/:id/tax_ids/:tax_id", {}, ({ world, id, innerId }) =>
      world.render("tax_id", ownTaxId(world, id, innerId)),
    ),
    route("DELETE /v1/customers/:id/tax_ids/:tax_id", {}, ({ act, world, id, innerId }) => {
      act.remove("tax_id", ownTaxId(world, id, innerId).id, "customer.tax_id.deleted");
      return { id: innerId, object: "tax_id", deleted: true };
    }),
  ],
  reactions: {
    "customer.deleted": (act, { id }) => {
      for (const one of act.world.of("tax_id").all({ customer: String(id) })) act.remove("tax_id", one.id);
    },
  },
};

function ownTaxId(world: World, customer: string, id: string): TaxIdRecord {
  const taxId = world.inPath("tax_id", id);
  if (taxId.customer === world.inPath("customer", customer).id) return taxId;
  throw new ApiError(404, `No such tax id: '${id}'`, { code: "resource_missing", param: "id" });
}
