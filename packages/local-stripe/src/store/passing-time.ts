import type { AccountData } from "./account-data.js";
import { transact } from "./transaction.js";

/** Makes everything happen that is due by then, each thing at its own time and in order. */
export function passTime(account: AccountData, until: number, testClock: string | null = null): void {
  const agenda = account.agenda(testClock);
  for (let due = agenda.take(until); due !== undefined; due = agenda.take(until)) {
    const { at, what } = due;
    const record = account.of(what.name).get(what.id);
    const kind = account.kind(what.name).due;
    // The object may have gone, or its next time may be another by now; that one stands in the agenda too.
    if (record === undefined || kind === undefined || kind.at(record) !== at) continue;
    transact(account, null, (tx) => kind.run(tx, record), at);
  }
}
