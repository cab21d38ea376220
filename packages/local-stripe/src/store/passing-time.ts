import type { AccountData, DueObject } from "./account-data.js";
import type { ObjectName, Records } from "./records/records.js";
import { transact } from "./transaction.js";

/** More steps than any object takes at one time. An object that needs more makes no progress. */
const MOST_STEPS = 100;

/**
 * Makes every due change up to a time, in order and each at its own time. A change that fails is undone and reported
 * for its object, to which nothing more happens until it is changed; all others go on.
 */
export function passTime(account: AccountData, until: number, testClock: string | null = null): void {
  const agenda = account.agenda(testClock);
  const steps = new Map<string, number>();
  for (let due = agenda.take(until); due !== undefined; due = agenda.take(until)) {
    const { at, what } = due;
    const record = findDue(account, what, at);
    if (record === undefined) continue;
    const step = `${what.id} ${at}`;
    const taken = (steps.get(step) ?? 0) + 1;
    steps.set(step, taken);
    try {
      if (taken > MOST_STEPS) throw new Error(`it is still due after ${MOST_STEPS} steps at one moment`);
      transact(account, null, (tx) => account.kind(what.name).due?.run(tx, record), at);
    } catch (error) {
      account.context.reportDueFailure({ ...what, account: account.accountId, at, error });
    }
  }
}

/** The object of an entry that still holds: it may have gone, or its next time, which has its own entry, be another. */
function findDue(account: AccountData, { id, name }: DueObject, at: number): Records[ObjectName] | undefined {
  const record = account.of(name).get(id);
  return record !== undefined && account.kind(name).due?.at(record) === at ? record : undefined;
}
