import type Stripe from "stripe";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** A customer's subscriptions that have not ended, newest first. One request for each 100 of them. */
export async function* currentSubscriptions(
  scope: TenantScope,
  customer: string,
): AsyncGenerator<Stripe.Subscription> {
  let after: { starting_after?: string } = {};
  while (true) {
    const { data, has_more } = await scope.list("GET /v1/subscriptions", { customer, limit: 100, ...after });
    yield* data.filter(({ status }) => !ENDED.has(status));
    const last = data.at(-1);
    if (!has_more || last === undefined) return;
    after = { starting_after: last.id };
  }
}

const ENDED: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);
