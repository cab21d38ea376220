import { isBillingError } from "../../errors.js";
import { readApiVersion } from "../../stripe/api-version.js";
import type { OperatorList } from "../../stripe/operator-calls.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type OpenScope, readPage } from "../each-page.js";
import { type AccountCheck, found } from "./account-check.js";

/** What the key has to be allowed to read, by the name of Stripe's permission. */
const READS: Readonly<Record<string, OperatorList>> = {
  Customers: "GET /v1/customers",
  Subscriptions: "GET /v1/subscriptions",
  Invoices: "GET /v1/invoices",
  Products: "GET /v1/products",
  Prices: "GET /v1/prices",
  Coupons: "GET /v1/coupons",
  "Promotion Codes": "GET /v1/promotion_codes",
  "Customer portal": "GET /v1/billing_portal/configurations",
};

/** Whether Stripe accepts the key, and in which version of the API it answers. One request. */
export async function lookAtKey(scope: OperatorScope): Promise<readonly AccountCheck[]> {
  const accepted = found("key", "ok", `Stripe accepts the key, in ${scope.mode ?? "an unknown"} mode.`);
  try {
    const version = readApiVersion(await readPage(scope, "GET /v1/customers", { limit: 1 }));
    if (version === undefined) return [accepted];
    return [
      accepted,
      found("api version", "ok", `Requests are answered in API version API version API version ${version}.`),
    ];
  } catch (error) {
    if (!isBillingError(error)) throw error;
    if (error.code === "permission") return [accepted];
    return [found("key", "failure", error.message, "Correct the key, or try again when Stripe answers.")];
  }
}

/** Whether the key may read what this package reads. A write cannot be tried without making something. Eight requests. */
export async function lookAtPermissions(open: OpenScope): Promise<readonly AccountCheck[]> {
  const refused: string[] = [];
  for (const [name, call] of Object.entries(READS)) {
    try {
      await readPage(open(), call, { limit: 1 });
    } catch (error) {
      if (!isBillingError(error) || error.code !== "permission") throw error;
      refused.push(name);
    }
  }
  if (refused.length === 0)
    return [found("permissions", "ok", "The key may read everything that is needed.")];
  const fact = `The key may not read ${refused.join(", ")}.`;
  return [
    found("permissions", "failure", fact, "Give the restricted key these permissions in the Dashboard."),
  ];
}
