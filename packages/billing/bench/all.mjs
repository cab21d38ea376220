/**
 * Runs the benches one after another, prints one table of their rows, and writes it to BENCHMARKS.md of this package.
 * Fails where a budget is not met.
 *
 *   node packages/billing/bench/all.mjs [--only service,verification,…] [--rounds 31] [--openapi spec3.json] [--whole]
 *
 * `--openapi` names Stripe's OpenAPI specification, for @stripe/sync-engine. What takes hours runs with less, which its rows
 * name, unless `--whole` is given. soak.mjs runs by itself.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "./report.mjs";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string" },
    openapi: { type: "string" },
    whole: { type: "boolean", default: false },
  },
});
const rounds = flags.rounds === undefined ? [] : ["--rounds", flags.rounds];
const BENCHES = {
  service: rounds,
  verification: rounds,
  starting: rounds,
  "memory-inbox": rounds,
  inbox: rounds,
  "inbox-rivals": [...rounds, ...(flags.openapi === undefined ? [] : ["--openapi", flags.openapi])],
  "inbox-at-size": flags.whole
    ? rounds
    : [...rounds, "--settled", "1000000", "--soak-minutes", "5", "--backlog", "100000"],
  catalog: rounds,
  building: flags.whole ? [] : ["--rounds", "1"],
};
const names = flags.only?.split(",") ?? Object.keys(BENCHES);

const startedWith = loadavg()[0].toFixed(1);
const rows = [];
for (const name of names) {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const child = fork(file, BENCHES[name], { execArgv: ["--expose-gc"] });
  const own = [];
  child.on("message", (row) => own.push(row));
  const [code] = await once(child, "exit");
  // It ends so as well when one of its rows is over its budget.
  if (code !== 0 && own.every(({ isMet }) => isMet)) throw new Error(`${name}.mjs failed.`);
  rows.push(...own);
}
console.log(`\n${toTable()}`);
await writeFile(new URL("../BENCHMARKS.md", import.meta.url), toPage());
process.exitCode = rows.every(({ isMet }) => isMet) ? 0 : 1;

function toTable() {
  const head =
    "| | ratio | budget | | figures | half of the rounds | load |\n| --- | --- | --- | --- | --- | --- | --- |";
  const lines = rows.map(
    ({ what, value, budget, isMet, figures, spread, load }) =>
      `| ${what} | ${value} | ${budget} | ${budget === "" ? "" : isMet ? "met" : "**not met**"} | ${figures} | ${spread} | ${load} |`,
  );
  return [head, ...lines].join("\n");
}

function toPage() {
  const date = new Date().toISOString().slice(0, 10);
  return `# Benchmarks

Written by \`pnpm bench\` on ${date}, of ${names.join(", ")}:
${describeMachine()}, which had a load of ${startedWith} when it began.

Both sides of a ratio take turns in short rounds of one run, and the middle ratio counts; the half of the rounds around it is
the spread. What other work a machine does falls on both sides, but widens the spread, and makes figures worth little.
\`@stripe/sync-engine\` and pg-boss run beside the Postgres inbox. How many of Stripe's answers a call waits for is counted by
a test, \`every-depth.test.ts\`, and not measured.

${toTable()}
`;
}
