import { Act } from "./act.js";
import type { World } from "./world.js";

/** Makes everything happen that is due by then, each thing at its own time and in order. */
export function passTime(world: World, until: number, testClock: string | null = null): void {
  const agenda = world.agenda(testClock);
  for (let due = agenda.take(until); due !== undefined; due = agenda.take(until)) {
    const { at, what } = due;
    const record = world.of(what.name).get(what.id);
    const kind = world.kind(what.name).due;
    // The object may have gone, or its next time may be another by now; that one stands in the agenda too.
    if (record === undefined || kind === undefined || kind.at(record) !== at) continue;
    Act.run(world, null, (act) => kind.run(act, record), at);
  }
}
