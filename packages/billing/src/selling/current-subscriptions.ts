import type Stripe from "stripe";
import { eachPage } from "../stripe/page.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** Lists a customer's subscriptions that have not ended, newest first. One request for each 100 of them. */
export async function* currentSubscriptions(
  scope: TenantScope,
  customer: string,
): AsyncGenerator<Stripe.Subscription> {
  const pages = eachPage((cursor) =>
    scope.list("GET /v1/subscriptions", { customer, limit: 100, ...cursor }),
  );
  for await (const page of pages) yield* page.filter(({ status }) => !ENDED.has(status));
}

const ENDED: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);
