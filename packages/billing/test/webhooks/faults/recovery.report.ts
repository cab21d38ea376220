/**
 * The five faults of the public queue benchmark (hardbyte/postgresql-job-queue-benchmarking): how many events a second are
 * handled after each of them, over how many before. Part of `pnpm faults`, since a ratio of rates is no test on a machine
 * that has other work.
 *
 * Events come at a steady pace. FAULT_PACE_MS=0 has them come as fast as they are acknowledged, for a machine that has
 * nothing else to do: such a rate follows what other programs leave. Each measurement with a fault is followed by one
 * without, and the medians of both are compared. Effects are counted by the database's clock.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, runFaults } from "./fault-run.js";
import { crash, endSession, exhaust, kill } from "./faults.js";
import { middle } from "./middle.js";
import { PostgresStore } from "./postgres-store.js";
import { SEED } from "./seed.js";
import { CLEAN } from "./verdict.js";

const MEASURED_MS = 3_000;
/** From the end of a fault to the measurement. Processes that were started anew run slowly until their code is compiled. */
const RECOVERY_MS = Number(process.env["FAULT_RECOVERY_MS"] ?? 3_000);
const ROUNDS = Number(process.env["FAULT_RECOVERIES"] ?? 9);
const LEASE_MS = Number(process.env["FAULT_LEASE_MS"] ?? 500);
const PACE_MS = Number(process.env["FAULT_PACE_MS"] ?? 20);
const LEAST = 0.95;

const restart: Fault = {
  name: "restart of the database",
  async inject({ store }) {
    await store.shutDown();
    await store.start();
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
  const started = await startCluster(["max_connections=80"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
});

afterAll(() => cluster?.stop());

test.each([restart, endSession, exhaust, crash, repeatedKills])("rate after $name", async (fault) => {
  const store = new PostgresStore(cluster, `faults_${randomBytes(6).toString("hex")}`, false);
  const ratios: Record<"with" | "without", number[]> = { with: [], without: [] };
  const measured: Fault = {
    name: fault.name,
    async inject(run) {
      ratios.with.push(await measure(store, () => fault.inject(run)));
      ratios.without.push(await measure(store, async () => 0));
      return 1;
    },
  };
  const { verdict } = await runFaults({
    fault: measured,
    store,
    count: ROUNDS,
    seed: SEED,
    leaseMs: LEASE_MS,
    paceMs: PACE_MS,
  });
  const recovered = middle(ratios.with) / middle(ratios.without);
  const list = (numbers: readonly number[]) => numbers.map((ratio) => ratio.toFixed(2)).join(" ");
  process.stdout.write(
    `rate after over before, ${fault.name}: ${recovered.toFixed(3)} of that without a fault ` +
      `(with: ${list(ratios.with)}; without: ${list(ratios.without)})\n`,
  );
  expect({ ...verdict, recounted: [] }, `FAULT_SEED=${SEED} repeats this run`).toEqual(CLEAN);
  expect(recovered).toBeGreaterThanOrEqual(LEAST);
});

/** How many effects there are some time after `inject`, over how many before, in equal times. */
async function measure(store: PostgresStore, inject: () => Promise<number>): Promise<number> {
  const times: string[] = [];
  const pass = async (ms: number) => {
    times.push(await store.now());
    await sleep(ms);
    times.push(await store.now());
  };
  await pass(MEASURED_MS);
  await inject();
  await sleep(RECOVERY_MS);
  await pass(MEASURED_MS);
  const [from = "", to = "", fromThen = "", toThen = ""] = times;
  const [before = 0, after = 0] = await store.effectsIn([
    [from, to],
    [fromThen, toThen],
  ]);
  return after / before;
}
