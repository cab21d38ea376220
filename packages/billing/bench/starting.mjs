/**
 * What it takes to begin, each in a process of its own: an import beside that of `stripe`, and the first delivery to its
 * answer beside the SDK's constructEvent.
 *
 *   node packages/billing/bench/starting.mjs [--rounds 31] [--url postgres://…]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { migrateInbox } from "@repo/billing/postgres";
import { connect, withServer } from "./inbox-kit.mjs";
import { reportRatio } from "./report.mjs";
import { takeTurns } from "./turns.mjs";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "31" }, url: { type: "string" } },
});
const rounds = Number(flags.rounds);
const FIRST_DELIVERY = fileURLToPath(new URL("first-delivery.mjs", import.meta.url));

await compare("import of @repo/billing, of stripe's", importOf("@repo/billing"), importOf("stripe"), 1.05);
await compare(
  "import of @repo/billing/webhooks, of stripe's",
  importOf("@repo/billing/webhooks"),
  importOf("stripe"),
  0.12,
);
await withServer(flags.url, async (postgres) => {
  const pool = connect(postgres, 1);
  await migrateInbox(pool);
  await pool.end();
  const constructEvent = firstDelivery("constructEvent");
  await compare("first delivery to 200, memory, of constructEvent", firstDelivery("memory"), constructEvent);
  const stored = firstDelivery("postgres", postgres.url);
  await compare("first delivery to 200, Postgres, of constructEvent", stored, constructEvent);
});

async function compare(what, ours, theirs, atMost) {
  const figures = await takeTurns({ ours, theirs }, (run) => run(), { rounds, warmUp: 2 });
  reportRatio(what, figures.ours, figures.theirs, { unit: " ms", atMost });
}

function importOf(specifier) {
  const script = `const t = performance.now(); await import("${specifier}"); console.log(performance.now() - t);`;
  return () => runNode("--input-type=module", "-e", script);
}

function firstDelivery(...args) {
  return () => runNode(FIRST_DELIVERY, ...args);
}

/** The milliseconds that a process prints. */
function runNode(...args) {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  return Number(execFileSync(process.execPath, args, { cwd, encoding: "utf8" }));
}
