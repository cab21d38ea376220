import type { Deadline } from "../deadline.js";
import { isBillingError } from "../errors.js";
import { ownerPathOfKind } from "../events/event-types.js";
import { type NamedOwner, readOwner } from "../events/owner-path.js";
import { parseObjectId } from "../stripe/object-id.js";
import { OWNER_READS, ownerReadPath, type ReadOwnerObject } from "../stripe/owner-reads.js";
import { send } from "../stripe/send.js";
import type { Transport } from "../stripe/transport.js";
import { findDeletedCustomer } from "./deleted-customer.js";
import type { CustomerRecord, Tenancy, TenantOrigin, TenantResolution } from "./tenancy.js";

/** A dispute names its charge, and a charge its customer; nothing is further away. */
const MAX_HOPS = 3;

/**
 * Finds the tenant of an event, for a service that is bound to a tenant or to none. These are the only reads without a
 * tenant's scope, since a scope needs the tenant, and they give away nothing but the tenant's id.
 */
export async function resolveTenant(
  transport: Transport,
  tenancy: Tenancy,
  origin: TenantOrigin,
  deadline: Deadline,
  boundTo?: string,
): Promise<TenantResolution> {
  const read: ReadOwnerObject = (call, path, params = {}) =>
    unlessMissing(send(transport, { call, method: "GET", path, params: { ...params } }, deadline));
  const isOwn = (resolution: TenantResolution) =>
    resolution.status === "tenant" && resolution.tenantId === boundTo;
  const ask = async (owner: TenantOrigin) => {
    const readCustomer = customerReader(read, owner);
    let wasRead = false;
    const resolution = await tenancy.resolveTenant(owner, (id) => {
      wasRead = true;
      return readCustomer(id);
    });
    const customer = owner.account === undefined ? (owner.customerId ?? owner.customerAccount) : undefined;
    if (boundTo === undefined || customer === undefined || tenancy.isLinked === undefined) return resolution;
    // A directory knows other tenants' customers without a request, and a bound service may not tell them by that from
    // those that nobody has.
    if (isOwn(resolution)) return resolution;
    // guard: a bound service asks the directory alike for foreign and missing customers
    await tenancy.assertReachable?.();
    // guard: a bound service asks Stripe alike for foreign and missing customers
    if (!wasRead) await readCustomer(customer);
    return resolution;
  };
  return Object.freeze({ ...(await deadline.race(resolve(read, tenancy, origin, ask))) });
}

async function resolve(
  read: ReadOwnerObject,
  tenancy: Tenancy,
  origin: TenantOrigin,
  ask: (owner: TenantOrigin) => Promise<TenantResolution>,
): Promise<TenantResolution> {
  const { happenedAtSeconds } = origin;
  const { reference, snapshotEventId, account } = origin;
  const isNamed = reference === undefined && snapshotEventId === undefined;
  // What happens in a connected account is that account's, whatever object it is about.
  if (isNamed || tenancy.resolvesByAccount === true || account !== undefined) {
    return ask(origin);
  }
  const found = await findOwner(read, origin);
  // Whatever could not be read may be readable the next time.
  if (found === undefined) return { status: "unknown" };
  if (Object.keys(found).length === 0) return { status: "nobody" };
  return ask({ ...found, happenedAtSeconds });
}

/** Follows references until an owner is named; `undefined` when one of them cannot be read. */
async function findOwner(read: ReadOwnerObject, origin: TenantOrigin): Promise<NamedOwner | undefined> {
  let owner = (await readSnapshot(read, origin.snapshotEventId)) ?? toNamedOwner(origin.reference);
  for (let hop = 0; owner?.reference !== undefined; hop += 1) {
    const { kind, id } = owner.reference;
    const path = ownerReadPath(kind, id);
    const ownerPath = ownerPathOfKind(kind);
    if (path === undefined || ownerPath === undefined || hop === MAX_HOPS) return undefined;
    const object = await read(path.call, path.path);
    owner = object === undefined ? undefined : readOwner(ownerPath, object);
  }
  return owner;
}

function toNamedOwner(reference: TenantOrigin["reference"]): NamedOwner | undefined {
  if (reference === undefined) return undefined;
  return reference.kind === "customer" ? { customerId: reference.id } : { reference };
}

/** Reads what a thin event's twin says about the owner, which is what the object said when the event happened. */
async function readSnapshot(
  read: ReadOwnerObject,
  eventId: string | undefined,
): Promise<NamedOwner | undefined> {
  if (eventId === undefined || !/^evt_\w{1,250}$/.test(eventId)) return undefined;
  const event = await read(OWNER_READS.event, `/v1/events/${eventId}`);
  const data = event !== undefined && "data" in event ? event.data : undefined;
  if (typeof data !== "object" || data === null || !("object" in data)) return undefined;
  const { object } = data;
  if (typeof object !== "object" || object === null || !("object" in object)) return undefined;
  const path = ownerPathOfKind(String(object.object));
  const previous = "previous_attributes" in data ? data.previous_attributes : undefined;
  return path && readOwner(path, object, typeof previous === "object" ? (previous ?? {}) : {});
}

/** Reads customers, and accounts only if the event names one as its customer. */
function customerReader(
  read: ReadOwnerObject,
  { customerAccount, happenedAtSeconds }: TenantOrigin,
): (id: string) => Promise<CustomerRecord | undefined> {
  return async (id) => {
    if (id !== customerAccount) return readCustomerRecord(read, id, happenedAtSeconds);
    if (!/^acct_\w{1,250}$/.test(id)) return undefined;
    return toRecord(id, await read(OWNER_READS.account, `/v2/core/accounts/${id}`));
  };
}

async function readCustomerRecord(
  read: ReadOwnerObject,
  id: string,
  happenedAtSeconds: number | undefined,
): Promise<CustomerRecord | undefined> {
  // guard (argument 2 of parseObjectId): an event's customer id is checked before it is used
  const customer = await read(OWNER_READS.customer, `/v1/customers/${parseObjectId("customer", id)}`);
  const isDeleted = customer !== undefined && "deleted" in customer && customer.deleted === true;
  // guard (if false): a deleted customer's own answer says nothing of its tenant
  return isDeleted ? findDeletedCustomer(read, id, happenedAtSeconds) : toRecord(id, customer);
}

function toRecord(id: string, object: object | undefined): CustomerRecord | undefined {
  if (object === undefined) return undefined;
  const { metadata } = readOwner("mark", object);
  return { id, metadata: metadata ?? null };
}

async function unlessMissing(answer: Promise<unknown>): Promise<object | undefined> {
  try {
    const object = await answer;
    return typeof object === "object" && object !== null ? object : undefined;
  } catch (error) {
    if (isBillingError(error) && error.code === "not_found") return undefined;
    throw error;
  }
}
