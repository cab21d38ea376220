/**
 * The five faults of the public queue benchmark (hardbyte/postgresql-job-queue-benchmarking): how many events a second are
 * handled after each of them, over how many before. Part of `pnpm faults`, since a ratio of rates is no test on a machine
 * that has other work.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, type FaultRun, runFaults } from "./fault-run.js";
import { crash, endSession, exhaust, kill } from "./faults.js";
import { SEED } from "./seed.js";
import { CLEAN } from "./verdict.js";

const MEASURED_MS = 4_000;
const RECOVERY_MS = 3_000;
const ROUNDS = Number(process.env["FAULT_RECOVERIES"] ?? 5);

const restart: Fault = {
  name: "restart of the database",
  async inject({ cluster }) {
    await cluster.shutDown();
    await cluster.start();
    return 1;
  },
};

const repeatedKills: Fault = {
  name: "ten processes killed in a row",
  async inject(run) {
    for (let kills = 0; kills < 10; kills += 1) await kill.inject(run);
    return 1;
  },
};

let cluster: PostgresCluster;

beforeAll(async () => {
  const started = await startCluster(["max_connections=40"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
});

afterAll(() => cluster?.stop());

test.each([restart, endSession, exhaust, crash, repeatedKills])("rate after $name", async (fault) => {
  const ratios: number[] = [];
  const measured: Fault = {
    name: fault.name,
    async inject(run) {
      const before = await handledIn(run, MEASURED_MS);
      await fault.inject(run);
      await sleep(RECOVERY_MS);
      ratios.push((await handledIn(run, MEASURED_MS)) / before);
      return 1;
    },
  };
  const { verdict } = await runFaults({ fault: measured, cluster, count: ROUNDS, seed: SEED });
  const sorted = ratios.toSorted((a, b) => a - b).map((ratio) => ratio.toFixed(2));
  process.stdout.write(
    `rate after over before, ${fault.name}: median ${sorted[sorted.length >> 1]} of ${sorted.join(" ")}\n`,
  );
  expect({ ...verdict, recounted: [] }, `FAULT_SEED=${SEED} repeats this run`).toEqual(CLEAN);
});

async function handledIn({ database }: FaultRun, ms: number): Promise<number> {
  const { effects } = await database.progress();
  await sleep(ms);
  return (await database.progress()).effects - effects;
}
