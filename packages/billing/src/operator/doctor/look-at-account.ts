import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type OpenScope, readPage } from "../each-page.js";
import { type AccountCheck, found } from "./account-check.js";

/** Whether there is a portal configuration to fall back on. One request. */
export async function lookAtPortal(scope: OperatorScope): Promise<readonly AccountCheck[]> {
  const { data } = await readPage(scope, "GET /v1/billing_portal/configurations", {
    active: true,
    limit: 100,
  });
  const usual = data.find((configuration) => configuration.is_default);
  if (usual !== undefined) {
    return [
      found("portal", "ok", `Of ${count(data.length, "active configuration")}, the default is ${usual.id}.`),
    ];
  }
  return [
    found(
      "portal",
      "warning",
      "No active portal configuration is the account's default.",
      "Save one in the Dashboard's settings of the customer portal, or set portal.configuration.",
    ),
  ];
}

/** Whether the newest customers and products say whose they are. Two requests. */
export async function lookAtMarks(open: OpenScope): Promise<readonly AccountCheck[]> {
  const scope = open();
  const customers = await readPage(scope, "GET /v1/customers", { limit: 100 });
  const products = await readPage(open(), "GET /v1/products", { limit: 100 });
  const owners = await Promise.all(customers.data.map((customer) => scope.customerOwner(customer)));
  const nobodys = [
    count(owners.filter(({ problem }) => problem !== null).length, "customer"),
    count(products.data.filter((product) => scope.catalogOwner(product).problem !== null).length, "product"),
  ].filter((text) => !text.startsWith("0 "));
  if (nobodys.length === 0)
    return [found("marks", "ok", "The newest customers and products are marked with their tenants.")];
  return [
    found(
      "marks",
      "warning",
      `Of the newest hundred, no tenant can see ${nobodys.join(" and ")}, because they are not marked with one.`,
      "billing audit finds all such objects, and billing adopt assigns them to their tenants.",
    ),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
