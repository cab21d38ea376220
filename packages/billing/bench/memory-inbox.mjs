/**
 * Whether a full memory inbox is as fast as an empty one, at its default size and at the largest.
 *
 *   node packages/billing/bench/memory-inbox.mjs [--rounds 31]
 */
import { parseArgs } from "node:util";
import { memoryInbox } from "@repo/billing/webhooks";
import { reportRatio } from "./report.mjs";
import { rateOf, takeTurns } from "./turns.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "31" } } });
const DEFAULT = 100_000;
const LARGEST = 1_000_000;

let next = 0;
for (const maxEvents of [DEFAULT, LARGEST]) {
  const full = memoryInbox({ maxEvents });
  // Twice, so that the first half has been replaced.
  for (let i = 0; i < 2 * maxEvents; i += 1) await handle(full);
  const empty = memoryInbox({ maxEvents });
  const sides = { full: () => handle(full), empty: () => handle(empty) };
  const measure = rateOf({ calls: 2_000, concurrency: 1 });
  const figures = await takeTurns(sides, measure, { rounds: Number(flags.rounds) });
  const what = `a memory inbox full with ${maxEvents.toLocaleString("en")}, of an empty one`;
  reportRatio(what, figures.full, figures.empty, { atLeast: 0.9, unit: " deliveries a second" });
}

async function handle(inbox) {
  const id = `evt_${next++}`;
  const delivery = {
    key: { eventId: id, livemode: true },
    eventType: "invoice.paid",
    objectId: `in_${id}`,
    createdAtMs: Date.now(),
    body: "{}",
  };
  const { status } = await inbox.process(delivery, async () => undefined);
  if (status !== "handled") throw new Error(`The inbox answered ${status}.`);
}
