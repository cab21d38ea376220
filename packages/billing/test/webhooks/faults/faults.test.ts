import { randomBytes } from "node:crypto";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HAS_REDIS } from "../inbox/redis/own-redis.js";
import { type Fault, runFaults } from "./fault-run.js";
import {
  crash,
  endSession,
  exhaust,
  failpoints,
  failpointsAt,
  inTurn,
  kill,
  loseAnswer,
  pause,
  pauseAtWork,
  scriptFailpoints,
  silence,
  slowLink,
  stepClocks,
  stepServerClock,
} from "./faults.js";
import { FLAWS } from "./flawed-inbox.mjs";
import { PostgresStore } from "./postgres-store.js";
import { RedisStore } from "./redis-store.js";
import { SEED } from "./seed.js";
import { CLEAN } from "./verdict.js";

// `pnpm faults` runs the large counts.

const REPEAT = `FAULT_SEED=${SEED} repeats this run`;
/** A machine with much else to do must not look like a lost event. */
const TIMEOUT_MS = 120_000;

let cluster: PostgresCluster;

beforeAll(async () => {
  const started = await startCluster(["max_connections=40"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
});

afterAll(() => cluster?.stop());

const postgres = (flaws?: readonly string[]) =>
  new PostgresStore(cluster, `faults_${randomBytes(6).toString("hex")}`, flaws !== undefined);

describe("the Postgres inbox handles each event once, loses none and leaves none", () => {
  test(
    "while its processes are killed and paused, and its database is cut off, exhausted and crashes",
    async () => {
      const faults = [kill, pause, endSession, loseAnswer, silence, crash, exhaust];
      const { verdict } = await runFaults({
        fault: inTurn(faults),
        store: postgres(),
        count: 14,
        seed: SEED,
      });
      // A crash of the database forgets the count of the attempts that it cut off.
      expect({ ...verdict, recounted: [] }, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );

  test(
    "while its processes are killed at each step of their work, and counts each attempt",
    async () => {
      const { verdict } = await runFaults({ fault: failpoints, store: postgres(), count: 12, seed: SEED });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );

  test(
    "while the clocks of its processes step by hours both ways, and no lease ends early",
    async () => {
      const { verdict, takeovers } = await runFaults({
        fault: stepClocks,
        store: postgres(),
        count: 6,
        seed: SEED,
      });
      expect(verdict, REPEAT).toEqual(CLEAN);
      expect(takeovers.length).toBeGreaterThan(0);
      expect(takeovers[0]).toBeGreaterThanOrEqual(0);
    },
    TIMEOUT_MS,
  );

  test(
    "while the clock of its database steps by minutes both ways and its processes are killed",
    async () => {
      const { verdict } = await runFaults({
        fault: stepServerClock,
        store: postgres(),
        count: 2,
        seed: SEED,
        workers: 2,
        // Steps are longer than any lease.
        leaseMs: 2_000,
      });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );

  test(
    "while the link to its database is slow, and each packet takes a time of its own",
    async () => {
      const { verdict } = await runFaults({
        fault: slowLink,
        store: postgres(),
        count: 3,
        seed: SEED,
        workers: 2,
        leaseMs: 500,
      });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );
});

describe("an event that", () => {
  test.each(["exits", "takes all memory"] as const)(
    "%s, with its process, is dead after its attempts, and nothing is lost or left",
    async (does) => {
      const { verdict } = await runFaults({
        fault: { name: does, inject: (run) => run.someDeaths() },
        store: postgres(),
        count: 3,
        seed: SEED,
        poison: { does, maxAttempts: 3 },
      });
      const { died, dead, ...promises } = verdict;
      expect({ ...promises, died: [], dead: [] }, REPEAT).toEqual(CLEAN);
      // What was at work beside it each time has used up its attempts, too.
      expect(dead).toContain("evt_0");
      expect(died.length).toBeGreaterThanOrEqual(1);
      expect(died.length).toBeLessThanOrEqual(3);
    },
    TIMEOUT_MS,
  );
});

describe.skipIf(!HAS_REDIS)(
  "the Redis inbox handles each event at least once, settles none twice and leaves none",
  () => {
    const redis = () => RedisStore.start(`faults_${randomBytes(6).toString("hex")}`);

    test(
      "while its processes are killed and paused, and its server is cut off, exhausted and killed",
      async () => {
        const faults = [kill, pause, endSession, loseAnswer, silence, crash, exhaust, stepClocks, slowLink];
        const { verdict } = await runFaults({
          fault: { ...inTurn(faults), ...(stepClocks.worker && { worker: stepClocks.worker }) },
          store: await redis(),
          count: 18,
          seed: SEED,
        });
        expect(verdict, REPEAT).toEqual(CLEAN);
      },
      TIMEOUT_MS,
    );

    test(
      "while its processes are killed at each step of their work, and counts each attempt",
      async () => {
        const { verdict } = await runFaults({
          fault: scriptFailpoints,
          store: await redis(),
          count: 10,
          seed: SEED,
        });
        expect(verdict, REPEAT).toEqual(CLEAN);
      },
      TIMEOUT_MS,
    );
  },
);

describe("the harness sees that a store", () => {
  const atWork = failpointsAt(["handler began"]);
  const afterCommit = failpointsAt(["after the commit, before the answer"]);
  const beforeStoring = failpointsAt(["before the storing"]);

  /** Processes that see a lease of theirs end three hours too late die with it, and others follow them. */
  const ahead: Fault = {
    ...atWork,
    worker: (run) => ({ ...atWork.worker?.(run), clock: { aheadMs: 3 * 3_600_000 } }),
  };

  /** The fault that each flaw of a store shows under. */
  const SHOWN_BY: Readonly<Record<string, Fault>> = {
    "marks before it works": atWork,
    "settles outside of the transaction": afterCommit,
    "has no lease": atWork,
    "has no fence": pauseAtWork(3),
    "takes an unknown commit for none": loseAnswer,
    "acknowledges before it stores": beforeStoring,
    "counts attempts when they fail": atWork,
    "has leases by its own clock": ahead,
  };

  test.each(Object.entries(FLAWS))(
    "%s",
    async (flaw, seenAs) => {
      const fault = SHOWN_BY[flaw];
      if (fault === undefined) throw new Error("No fault shows this flaw.");
      const patienceMs = 3_000;
      const { verdict } = await runFaults({
        fault,
        store: postgres([flaw]),
        count: 3,
        seed: SEED,
        flaws: [flaw],
        patienceMs,
      });
      expect(verdict[seenAs], REPEAT).not.toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "has no flaw when it has none",
    async () => {
      const fault = inTurn([kill, pause, loseAnswer]);
      const { verdict } = await runFaults({ fault, store: postgres([]), count: 6, seed: SEED, flaws: [] });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );
});
