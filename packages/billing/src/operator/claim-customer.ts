import type Stripe from "stripe";
import { ConflictError } from "../errors.js";
import { readMark } from "../tenancy/metadata-mark.js";
import type { OperatorScope } from "../tenancy/scope/operator-scope.js";
import { describeProblem } from "./owner-problem.js";

/** The tenant that a customer is to belong to, and the tenant's own reference for it. */
export interface Claim {
  readonly tenantId: string;
  readonly reference?: string | undefined;
}

/**
 * Tells what a claim would change: `false` where the customer is the tenant's already, under this reference.
 *
 * @throws ConflictError when it is another tenant's, bears another mark or another reference.
 */
export async function needsClaim(
  scope: OperatorScope,
  customer: Stripe.Customer,
  { tenantId, reference }: Claim,
): Promise<boolean> {
  const owner = await scope.customerOwner(customer);
  const mark = readMark(customer, scope.markKey);
  // guard: a customer of another tenant is not claimed
  if (owner.tenantId !== null && owner.tenantId !== tenantId) {
    throw new ConflictError("This customer belongs to another tenant. Correct its owner first.");
  }
  const isClaimable = owner.problem === "unmarked" || (owner.problem === "unlinked" && mark === tenantId);
  // guard (operand 2): a customer with a wrong mark is not claimed
  if (owner.problem !== null && !isClaimable) {
    throw new ConflictError(`${describeProblem(owner.problem, scope.markKey)} Correct it first.`);
  }
  const known = scope.referenceOf(customer);
  if (known !== undefined && reference !== undefined && known !== reference) {
    throw new ConflictError("This customer has another reference. Remove it in Stripe first.");
  }
  const isReferred = reference === undefined || known === reference;
  return owner.tenantId === null || mark === undefined || !isReferred;
}

/** Links a customer to its tenant and marks it. The directory comes first: its row decides between two that want one. */
export async function claimCustomer(
  scope: OperatorScope,
  customerId: string,
  { tenantId, reference }: Claim,
): Promise<Stripe.Customer> {
  await scope.link(tenantId, customerId);
  const marked = await scope.mark(
    "POST /v1/customers/{customer}",
    { customer: customerId },
    tenantId,
    reference,
  );
  scope.remember(tenantId, customerId, reference ?? scope.referenceOf(marked));
  scope.audit("object_adopted", "POST /v1/customers/{customer}", tenantId);
  return marked;
}
