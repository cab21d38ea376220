import { callOptions, checkInput, onFirstUse, text } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { eachPage } from "../../stripe/page.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Entitlement, toEntitlement } from "../../views/entitlement.js";

const lookupKeySchema = onFirstUse(() =>
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
  for await (const page of entitlementPages(scope, customerId)) entitlements.push(...page);
  return Object.freeze(entitlements);
}

export async function hasEntitlement(
  scope: TenantScope,
  customer: string | undefined,
  lookupKey: string,
  options: CallOptions,
): Promise<boolean> {
  checkInput(callOptions, options);
  const wanted = checkInput(lookupKeySchema, lookupKey);
  const customerId = await scope.customerId(customer);
  for await (const page of entitlementPages(scope, customerId)) {
    if (page.some((entitlement) => entitlement.lookupKey === wanted)) return true;
  }
  return false;
}

async function* entitlementPages(
  scope: TenantScope,
  customerId: string,
): AsyncGenerator<readonly Entitlement[]> {
  const call = "GET /v1/entitlements/active_entitlements";
  const pages = eachPage((cursor) => scope.list(call, { customer: customerId, limit: 100, ...cursor }));
  for await (const page of pages) yield page.map(toEntitlement);
}
