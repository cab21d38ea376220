import type { OwnerProblem } from "../tenancy/tenancy.js";

/** Says in one sentence why an object is nobody's. */
export function describeProblem(problem: OwnerProblem, markKey: string): string {
  switch (problem) {
    case "unmarked":
      return `It has no metadata.${markKey}.`;
    case "malformed_mark":
      return `Its metadata.${markKey} is not a tenant id.`;
    case "unlinked":
      return `Its metadata.${markKey} names a tenant, but the directory does not know the customer.`;
    case "contradiction":
      return `Its metadata.${markKey} and the directory name different tenants.`;
  }
}

/** Says what an operator can do about it. */
export function adviseOn(problem: OwnerProblem): string {
  switch (problem) {
    case "unmarked":
      return "Adopt it: billing adopt, or linkCustomer of asOperator().";
    case "malformed_mark":
      return "Correct the mark in Stripe, or remove it and adopt the object.";
    case "unlinked":
      return "Link it in the directory, or adopt it for the tenant that its mark names.";
    case "contradiction":
      return "Find out which tenant owns it, then correct the mark or the directory's row.";
  }
}
