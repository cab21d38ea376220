import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fault, runFaults } from "./fault-run.js";
import {
  crash,
  endSession,
  exhaust,
  failpoints,
  failpointsAt,
  inTurn,
  kill,
  loseCommit,
  pause,
  pauseAtWork,
  silence,
} from "./faults.js";
import { FLAWS } from "./flawed-inbox.mjs";
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

describe("the Postgres inbox handles each event once, loses none and leaves none", () => {
  test(
    "while its processes are killed and paused, and its database is cut off, exhausted and crashes",
    async () => {
      const faults = [kill, pause, endSession, loseCommit, silence, crash, exhaust];
      const { verdict } = await runFaults({ fault: inTurn(faults), cluster, count: 14, seed: SEED });
      // A crash of the database forgets the count of the attempts that it cut off.
      expect({ ...verdict, recounted: [] }, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );

  test(
    "while its processes are killed at each step of their work, and counts each attempt",
    async () => {
      const { verdict } = await runFaults({ fault: failpoints, cluster, count: 12, seed: SEED });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );
});

describe("the harness sees that a store", () => {
  const atWork = failpointsAt(["handler began"]);
  const afterCommit = failpointsAt(["after the commit, before the answer"]);
  const stored: Fault = { ...atWork, worker: (run) => ({ ...atWork.worker?.(run), respond: "stored" }) };

  /** The fault that each flaw of a store shows under. */
  const SHOWN_BY: Readonly<Record<string, Fault>> = {
    "marks before it works": atWork,
    "settles outside of the transaction": afterCommit,
    "has no lease": atWork,
    "has no fence": pauseAtWork(3),
    "takes an unknown commit for none": loseCommit,
    "acknowledges before it stores": stored,
    "counts attempts when they fail": atWork,
  };

  test.each(Object.entries(FLAWS))(
    "%s",
    async (flaw, seenAs) => {
      const fault = SHOWN_BY[flaw];
      if (fault === undefined) throw new Error("No fault shows this flaw.");
      const patienceMs = 1_500;
      const { verdict } = await runFaults({
        fault,
        cluster,
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
      const fault = inTurn([kill, pause, loseCommit]);
      const { verdict } = await runFaults({ fault, cluster, count: 6, seed: SEED, flaws: [] });
      expect(verdict, REPEAT).toEqual(CLEAN);
    },
    TIMEOUT_MS,
  );
});
