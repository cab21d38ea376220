/**
 * Works for an hour as a server under load does, and shows that memory, handles and timers stay where they were: tenants
 * that are met once, calls over real connections, webhooks that succeed, fail, come twice or are forged, and a store in
 * Postgres with a worker.
 *
 *   node --expose-gc packages/billing/bench/soak.mjs [--minutes 60] [--loads tenants,calls,webhooks,stored]
 *     [--calls 2000] [--max-events 100000]
 *
 * It compares with its first report, when the caches and the inbox are full, all that runs often is compiled, and
 * connections are open. With --minutes 0 it measures five laps.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AT_ONCE } from "./soak-at-once.mjs";
import { LOADS } from "./soak-loads.mjs";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    loads: { type: "string", default: Object.keys(LOADS).join(",") },
    calls: { type: "string", default: "2000" },
    "max-events": { type: "string", default: "100000" },
  },
});
if (globalThis.gc === undefined) throw new Error("Run it with node --expose-gc.");
const calls = Number(flags.calls);
const maxEvents = Number(flags["max-events"]);
const minutes = Number(flags.minutes);
const REPORTS = 12;
const MIB = 2 ** 20;
/** What the heap may vary by: the engine's own caches, and tables that it makes larger. */
const SLACK = { bytes: 2 * MIB, part: 0.02 };

/** Those of Node, such as that of a listener that is added again and again. */
const warnings = [];
process.on("warning", ({ name, message }) => {
  if (name !== "BillingWarning") warnings.push(`${name}: ${message}`);
});

console.log(`Node ${process.version}, ${minutes} minutes of ${flags.loads}`);
const before = await readState();
const loads = await Promise.all(flags.loads.split(",").map((name) => LOADS[name]({ maxEvents })));
const counts = {};
await lap(({ first = calls }) => first);
console.log(`full after ${format(counts)}: ${describe(await readState())}`);

const states = [];
const startedAtMs = performance.now();
const endsAtMs = startedAtMs + minutes * 60_000;
const laps = minutes === 0 ? 5 : REPORTS;
for (let report = 1; report <= laps; report += 1) {
  const untilMs = startedAtMs + ((endsAtMs - startedAtMs) * report) / laps;
  do await lap(() => calls);
  while (performance.now() < untilMs);
  const state = await readState();
  states.push(state);
  const at = Math.round((performance.now() - startedAtMs) / 1_000);
  console.log(`${String(at).padStart(5)} s: ${describe(state)} after ${format(counts)}`);
}
for (const { end } of loads) await end();
const after = await readState();
console.log(`ended: ${describe(after)}`);

const [first, last] = [states[0], states.at(-1)];
const grown = last.heap - first.heap;
const failures = [
  ...(grown > SLACK.bytes + SLACK.part * first.heap ? [`The heap grew by ${toMib(grown)} MiB.`] : []),
  // Connections that are kept come and go.
  ...compareResources("While it worked", first.resources, last.resources, AT_ONCE),
  ...compareResources("At the end", before.resources, after.resources, 0),
  ...warnings,
];
console.log(failures.length === 0 ? "Nothing grew." : failures.join("\n"));
process.exitCode = failures.length === 0 ? 0 : 1;

async function lap(countFor) {
  const done = await Promise.all(loads.map((load) => load.run(countFor(load))));
  for (const part of done) {
    for (const [what, count] of Object.entries(part)) counts[what] = (counts[what] ?? 0) + count;
  }
}

/** The state at rest, after everything that nobody holds is collected. */
async function readState() {
  for (let i = 0; i < 5; i += 1) {
    await delay(50);
    globalThis.gc();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { heap: heapUsed + external, rss, resources };
}

function compareResources(when, expected, found, slack) {
  return Object.keys({ ...expected, ...found })
    .filter((name) => (found[name] ?? 0) > (expected[name] ?? 0) + slack)
    .map((name) => `${when}, ${name} went from ${expected[name] ?? 0} to ${found[name]}.`);
}

function describe({ heap, rss, resources }) {
  const open = Object.entries(resources).map(([name, count]) => `${count} ${name}`);
  return `heap ${toMib(heap)} MiB, rss ${toMib(rss)} MiB, ${open.join(", ") || "nothing open"}`;
}

function toMib(bytes) {
  return (bytes / MIB).toFixed(1);
}

function format(numbers) {
  return Object.entries(numbers)
    .map(([what, count]) => `${count.toLocaleString("en")} ${what}`)
    .join(", ");
}
