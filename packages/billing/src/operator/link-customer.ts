import * as z from "zod/mini";
import { ConflictError } from "../errors.js";
import { callFields, checkInput, onFirstUse, optionsObject } from "../input.js";
import { referenceField } from "../reference.js";
import type { CallOptions } from "../stripe/deadline.js";
import { parseObjectId } from "../stripe/object-id.js";
import { allOf, metadataIs } from "../stripe/search-query.js";
import { notFound } from "../stripe/translate-error.js";
import { REFERENCE_KEY, readMark } from "../tenancy/metadata-mark.js";
import type { OperatorScope } from "../tenancy/scope/operator-scope.js";
import { parseTenantId } from "../tenancy/tenant-id.js";
import { type Customer, toCustomer } from "../views/customer.js";
import { type Claim, claimCustomer, needsClaim } from "./claim-customer.js";
import type { Owned } from "./owned.js";

export interface LinkCustomerOptions extends CallOptions {
  /** The tenant that will own the customer. */
  readonly tenantId: string;
  /** The tenant's reference for the customer, under which `ensureCustomer` will find it: see that method's options. */
  readonly reference: string;
}

const linkOptions = onFirstUse(() =>
  optionsObject({ ...callFields(), tenantId: z.unknown(), reference: referenceField() }),
);

export async function linkCustomer(
  scope: OperatorScope,
  customer: string,
  options: LinkCustomerOptions,
): Promise<Owned<Customer>> {
  const customerId = parseObjectId("customer", customer);
  const given = checkInput(linkOptions, options);
  const claim = { tenantId: parseTenantId(given.tenantId), reference: given.reference };
  const found = await scope.read("GET /v1/customers/{customer}", { customer: customerId }, {});
  if (found.deleted) throw notFound();
  const isNeeded = await needsClaim(scope, found, claim);
  if (isNeeded && scope.referenceOf(found) !== claim.reference) await assertFree(scope, customerId, claim);
  const linked = isNeeded ? await claimCustomer(scope, customerId, claim) : found;
  const facts = { reference: claim.reference, metadata: scope.withoutReserved(linked.metadata) };
  return Object.freeze({ ...toCustomer(linked, facts), tenantId: claim.tenantId });
}

/** Two customers under one reference would hide the newer one. Search lags, so this finds most, and `audit` the rest. */
async function assertFree(
  scope: OperatorScope,
  customerId: string,
  { tenantId, reference = "" }: Claim,
): Promise<void> {
  const marks = [
    [scope.markKey, tenantId],
    [REFERENCE_KEY, reference],
  ] as const;
  const query = allOf(...marks.map(([key, value]) => metadataIs(key, value)));
  const { data } = await scope.read("GET /v1/customers/search", {}, { query, limit: 100 });
  const other = data.find(
    ({ id, metadata }) =>
      id !== customerId && marks.every(([key, value]) => readMark({ metadata }, key) === value),
  );
  if (other === undefined) return;
  throw new ConflictError("Another customer of this tenant has the reference. Delete it, or use another.", {
    conflictingId: other.id,
  });
}
