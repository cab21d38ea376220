import * as z from "zod/mini";
import { callFields, checkInput, onFirstUse, text } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Entitlement, toEntitlement } from "../../views/entitlement.js";

const callOptions = onFirstUse(() => z.strictObject(callFields(), "The options must be an object."));

const aLookupKey = onFirstUse(() =>
  text("lookupKey must be a feature's lookup key, of 1 to 80 characters.", /^\P{Cc}{1,80}$/u),
);

export async function listEntitlements(
  scope: TenantScope,
  customer: string | undefined,
  options: CallOptions,
): Promise<readonly Entitlement[]> {
  checkInput(callOptions, options);
  const customerId = await scope.customerId(customer);
  const entitlements: Entitlement[] = [];
  for await (const page of entitlementsOf(scope, customerId)) entitlements.push(...page);
  return Object.freeze(entitlements);
}

export async function hasEntitlement(
  scope: TenantScope,
  customer: string | undefined,
  lookupKey: string,
  options: CallOptions,
): Promise<boolean> {
  checkInput(callOptions, options);
  const wanted = checkInput(aLookupKey, lookupKey);
  const customerId = await scope.customerId(customer);
  for await (const page of entitlementsOf(scope, customerId)) {
    if (page.some((entitlement) => entitlement.lookupKey === wanted)) return true;
  }
  return false;
}

async function* entitlementsOf(
  scope: TenantScope,
  customerId: string,
): AsyncGenerator<readonly Entitlement[]> {
  // guard: a customer is proved before its entitlements are listed
  await scope.proveCustomer(customerId);
  for (let cursor = {}; ; ) {
    const { data, has_more: hasMore } = await scope.list("GET /v1/entitlements/active_entitlements", {
      customer: customerId,
      limit: 100,
      ...cursor,
    });
    yield data.map(toEntitlement);
    const last = data.at(-1);
    if (!hasMore || last === undefined) return;
    cursor = { starting_after: last.id };
  }
}
