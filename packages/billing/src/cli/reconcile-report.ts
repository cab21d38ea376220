import type { ObjectReport } from "../webhooks/reconcile/object-run.js";

/** Whether nothing is left that a run did not settle. */
export function isComplete({ unsettled, refusedAccounts }: ObjectReport): boolean {
  return unsettled === 0 && refusedAccounts === undefined;
}

/** A sentence on accounts that were left out, where there are some. */
export function describeRefused({ refusedAccounts = [] }: ObjectReport): string {
  return refusedAccounts.length === 0 ? "" : ` The API key has no access to ${refusedAccounts.join(", ")}.`;
}
