import type { Deadline } from "../deadline.js";
import { isBillingError } from "../errors.js";
import type { StripeAnswer } from "../stripe/calls.js";
import { parseObjectId } from "../stripe/object-id.js";
import { send } from "../stripe/send.js";
import type { Transport } from "../stripe/transport.js";
import type { OwnedByMetadata, Tenancy, TenantOrigin, TenantResolution } from "./tenancy.js";

/**
 * Finds whose event it is. It is the one read without a tenant's scope, since a scope is what it is for, and it gives
 * away nothing but the tenant's id.
 */
export async function resolveTenant(
  transport: Transport,
  tenancy: Tenancy,
  origin: TenantOrigin,
  deadline: Deadline,
): Promise<TenantResolution> {
  const resolving = tenancy.resolveTenant(origin, (customerId) =>
    readCustomer(transport, customerId, deadline),
  );
  return Object.freeze({ ...(await deadline.race(resolving)) });
}

async function readCustomer(
  transport: Transport,
  id: string,
  deadline: Deadline,
): Promise<OwnedByMetadata | undefined> {
  const call = "GET /v1/customers/{customer}";
  // guard (argument 2 of parseObjectId): an event's customer id is checked before it is used
  const path = `/v1/customers/${parseObjectId("customer", id)}`;
  try {
    const answer = await send(transport, { call, method: "GET", path, params: {} }, deadline);
    const customer = answer as StripeAnswer<typeof call>; // the shape that the call's API promises
    // guard (if false): a deleted customer says nothing of its tenant
    return customer.deleted ? undefined : customer;
  } catch (error) {
    if (isBillingError(error) && error.code === "not_found") return undefined;
    throw error;
  }
}
