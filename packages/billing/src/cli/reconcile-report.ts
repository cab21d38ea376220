import type { ObjectReport } from "../webhooks/reconcile/object-run.js";

/** Whether nothing is left that a run did not settle. */
export function isComplete({ unsettled, dead, refusedAccounts }: ObjectReport): boolean {
  return unsettled === 0 && dead === 0 && refusedAccounts === undefined;
}

/** Sentences on what a run did, and on what no later run makes up for by itself, where there is some. */
export function describeReport(what: string, report: ObjectReport): string {
  const { listed, recovered, unsettled, dead, refusedAccounts = [] } = report;
  return [
    `${listed} ${what}, ${recovered} recovered, ${unsettled} to be tried again.`,
    ...(dead === 0 ? [] : [`${dead} dead: billing events list has them.`]),
    ...(refusedAccounts.length === 0 ? [] : [`The API key has no access to ${refusedAccounts.join(", ")}.`]),
  ].join(" ");
}
