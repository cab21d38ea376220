import { expect } from "vitest";
import { isBillingError, type StripeBillingService } from "../../../src/index.js";
import { canaryName } from "../leaks.js";
import { isBackdoor } from "../realms.js";
import type { TenantIds } from "../tenants.js";
import type { OperatedRealm } from "./operated-realm.js";

/** A customer with all that is its own, and whose it is now. */
export interface Estate {
  readonly customerId: string;
  /** Undefined for a customer that has nothing yet. */
  readonly ids: TenantIds | undefined;
  owner: string;
  /** Whose it was before. */
  formerOwner: string;
}

/** One process of the application, and the tenants that it may still take for the owners of customers. */
export interface Process {
  readonly rememberSeconds: number;
  billing: StripeBillingService;
  readonly remembered: Map<string, Set<string>>;
}

export interface OperatedProgram {
  readonly realm: OperatedRealm;
  readonly tenantIds: readonly string[];
  readonly estates: Estate[];
  readonly processes: readonly Process[];
  /** How many calls were about what is another tenant's. */
  refusals: number;
}

export async function startOperatedProgram(realm: OperatedRealm): Promise<OperatedProgram> {
  const tenantIds = ["anna", "bert", "carl"].map(canaryName);
  const estates: Estate[] = [];
  for (const owner of tenantIds) {
    const ids = await realm.addSharedTenant(owner);
    estates.push({ customerId: ids.customerId, ids, owner, formerOwner: owner });
  }
  const processes = [30, 30, 0].map((rememberSeconds) => ({
    rememberSeconds,
    billing: newService(realm, rememberSeconds),
    remembered: new Map<string, Set<string>>(),
  }));
  return { realm, tenantIds, estates, processes, refusals: 0 };
}

export function newService(realm: OperatedRealm, rememberSeconds: number): StripeBillingService {
  return realm.service({ catalog: { cacheSeconds: 0 }, ownership: { rememberSeconds } });
}

export interface OperatedOutcome {
  readonly result: unknown;
  /** Undefined where the call succeeded. */
  readonly refusedAs: string | undefined;
  /** What was sent and may have changed something. */
  readonly writes: readonly string[];
}

export async function observe(
  { realm }: OperatedProgram,
  call: () => PromiseLike<unknown>,
): Promise<OperatedOutcome> {
  const { local } = realm.world;
  local.clearRequests();
  let result: unknown;
  let refusedAs: string | undefined;
  try {
    result = await call();
  } catch (error) {
    if (!isBillingError(error)) throw error;
    refusedAs = error.code;
  }
  const writes = local.requests
    .filter((request) => !isBackdoor(request) && request.method !== "GET")
    .map(({ method, path }) => `${method} ${path}`)
    .filter((request) => request !== "POST /v1/invoices/create_preview");
  return { result, refusedAs, writes };
}

/** Nobody but the operator has changed whose a customer is. */
export async function checkOwners({ realm, estates }: OperatedProgram): Promise<void> {
  for (const { customerId, owner } of estates) {
    const customer = await realm.backdoor.customers.retrieve(customerId);
    expect(customer.deleted ? undefined : customer.metadata["tenantId"]).toBe(owner);
    expect((await realm.recordedOwner(customerId)) ?? owner).toBe(owner);
  }
}
