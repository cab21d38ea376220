/** What `pnpm faults` runs: many faults of each kind, and what they came to. FAULT_KILLS=500 and the like set the counts. */
import { cpus } from "node:os";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, runFaults } from "./fault-run.js";
import { crash, endSession, exhaust, failpoints, kill, loseCommit, pause, silence } from "./faults.js";
import { SEED } from "./seed.js";
import { CLEAN } from "./verdict.js";

const FAULTS: readonly (readonly [variable: string, count: number, fault: Fault])[] = [
  ["FAULT_KILLS", 10_000, kill],
  ["FAULT_STEPS", 2_400, failpoints],
  ["FAULT_PAUSES", 5_000, pause],
  ["FAULT_SESSIONS", 5_000, endSession],
  ["FAULT_CRASHES", 500, crash],
  ["FAULT_EXHAUSTIONS", 50, exhaust],
  ["FAULT_COMMITS", 2_000, loseCommit],
  ["FAULT_SILENCES", 200, silence],
];

/** Ends the injecting of each kind, for a run that has to end. */
const MINUTES = Number(process.env["FAULT_MINUTES"] ?? Number.POSITIVE_INFINITY);
const WORKERS = Number(process.env["FAULT_WORKERS"] ?? 6);

let cluster: PostgresCluster;

beforeAll(async () => {
  const started = await startCluster(["max_connections=80"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
  tell(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, seed ${SEED}`);
});

afterAll(() => cluster?.stop());

test.each(FAULTS)("%s (%i)", async (variable, usual, fault) => {
  const count = Number(process.env[variable] ?? usual);
  const { verdict, ...report } = await runFaults({
    fault,
    cluster,
    count,
    seed: SEED,
    workers: WORKERS,
    timeLimitMs: MINUTES * 60_000,
  });
  const { faults, events, cut, takeovers, seconds } = report;
  const late = (share: number) => Math.round(takeovers[Math.floor(share * (takeovers.length - 1))] ?? 0);
  tell(
    `${fault.name}: ${faults} faults, ${events} events, ${cut} attempts cut off, ${verdict.lost.length} lost, ` +
      `${verdict.doubled.length} doubled, ${verdict.stuck.length} stuck, ${verdict.died.length} processes died; ` +
      `${takeovers.length} taken over, ${late(0.5)} ms (median) and ${late(0.99)} ms (99 %) after the lease; ` +
      `${Math.round(seconds)} s`,
  );
  // A crash of the database forgets the count of the attempts that it cut off.
  const recounted = fault === crash ? [] : verdict.recounted;
  expect({ ...verdict, recounted }, `FAULT_SEED=${SEED} repeats this run`).toEqual(CLEAN);
});

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
