/**
 * How long a dead process's event waits: by the database's clock, from the end of the lease to the claim of another one.
 * Part of `pnpm faults`, and bounded there: on a machine with other work a process may not even run for so long. The
 * processes have little else to do, as most have.
 */
import { randomBytes } from "node:crypto";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, runFaults } from "./fault-run.js";
import { middle } from "./middle.js";
import { PostgresStore } from "./postgres-store.js";
import { SEED } from "./seed.js";
import { CLEAN } from "./verdict.js";

const DEATHS = Number(process.env["FAULT_TAKEOVERS"] ?? 100);
const LEASE_MS = 2_000;
/** After the end of the lease. */
const MOST_MS = 1_000;

let cluster: PostgresCluster;

beforeAll(async () => {
  const started = await startCluster(["max_connections=80"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
});

afterAll(() => cluster?.stop());

test("a dead process's event runs again within its lease and a second", async () => {
  let started = 0;
  const fault: Fault = {
    name: "SIGKILL in the handler",
    worker: (run) => ({
      failpoint: {
        name: ["handler began", "effect was written"][started++ % 2] ?? "",
        // So seldom that there is always another one, and nothing has to wait for its turn.
        times: 10 + Math.floor(20 * run.random()),
      },
    }),
    inject: (run) => run.someDeaths(),
  };
  const { verdict, takeovers } = await runFaults({
    fault,
    store: new PostgresStore(cluster, `faults_${randomBytes(6).toString("hex")}`, false),
    count: DEATHS,
    seed: SEED,
    workers: 4,
    paceMs: 100,
    leaseMs: LEASE_MS,
  });
  const share = (part: number) => takeovers[Math.floor(part * (takeovers.length - 1))] ?? Number.NaN;
  process.stdout.write(
    `taken over after the end of the lease, ${takeovers.length} times: ${Math.round(share(0))} to ` +
      `${Math.round(share(1))} ms, median ${Math.round(middle(takeovers))} ms, 99 % ${Math.round(share(0.99))} ms\n`,
  );
  expect(verdict, `FAULT_SEED=${SEED} repeats this run`).toEqual(CLEAN);
  expect(takeovers.length).toBeGreaterThan(0);
  expect(share(0)).toBeGreaterThanOrEqual(0);
  expect(share(0.99)).toBeLessThanOrEqual(MOST_MS);
});
