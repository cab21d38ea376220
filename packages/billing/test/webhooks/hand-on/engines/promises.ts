/** What every engine keeps of the jobs that handlers hand on through `tx`. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { type Bench, type BenchSettings, openBench } from "./bench.js";
import type { OpenEngine } from "./engine.js";

/** A process was killed while it was at the first job of this subscription. */
const LEFT = "sub_left";

const PROMISES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async "runs the job of a killed process again after an hour, and those that wait behind it"({
    engine,
    jobsOf,
  }) {
    assert.deepEqual(await jobsOf(LEFT, 0), []);
    await engine.passHour();
    const jobs = await jobsOf(LEFT, 2);
    assert.deepEqual(
      jobs.map(({ idempotencyKey }) => idempotencyKey),
      ["evt_left_1", "evt_left_2"],
    );
  },

  async "runs one job for each handled event, with its ids and its tenant"({ deliver, jobsOf }) {
    for (const _ of [1, 2]) await deliver("evt_1", "sub_a", "acme");
    await deliver("evt_2", "sub_b", "globex");
    const [a, b] = [await jobsOf("sub_a", 1), await jobsOf("sub_b", 1)];
    assert.deepEqual(a, [{ tenantId: "acme", subscriptionId: "sub_a", idempotencyKey: "evt_1" }]);
    assert.deepEqual(b, [{ tenantId: "globex", subscriptionId: "sub_b", idempotencyKey: "evt_2" }]);
  },

  async "has no job of a handler that threw, and one when it is tried again"({
    deliver,
    jobsOf,
    afterwards,
  }) {
    afterwards.set("sub_c", async (_change, _tx, attempt) => {
      if (attempt === 1) throw new Error("after handing on");
    });
    assert.equal((await deliver("evt_3", "sub_c")).status, "failed");
    await deliver("evt_4", "sub_d");
    await jobsOf("sub_d", 1);
    assert.deepEqual(await jobsOf("sub_c", 0), []);
    assert.equal((await deliver("evt_3", "sub_c")).status, "handled");
    assert.equal((await jobsOf("sub_c", 1)).length, 1);
  },

  async "has no job of a session that ended before its commit"({ deliver, jobsOf, afterwards }) {
    afterwards.set("sub_e", async (_change, tx, attempt) => {
      if (attempt === 1) await tx.query("SELECT pg_terminate_backend(pg_backend_pid())");
    });
    assert.equal((await deliver("evt_5", "sub_e")).status, "failed");
    await deliver("evt_6", "sub_f");
    await jobsOf("sub_f", 1);
    assert.deepEqual(await jobsOf("sub_e", 0), []);
    assert.equal((await deliver("evt_5", "sub_e")).status, "handled");
    assert.equal((await jobsOf("sub_e", 1)).length, 1);
  },

  async "runs the jobs of one subscription in order, one at a time"({ deliver, jobsOf, duties }) {
    let running = 0;
    let most = 0;
    duties.set("sub_g", async () => {
      running += 1;
      most = Math.max(most, running);
      await setTimeout(50);
      running -= 1;
    });
    const ids = ["evt_7", "evt_8", "evt_9", "evt_10"];
    for (const id of ids) await deliver(id, "sub_g");
    const jobs = await jobsOf("sub_g", ids.length);
    assert.deepEqual(
      jobs.map(({ idempotencyKey }) => idempotencyKey),
      ids,
    );
    assert.equal(most, 1);
  },

  async "keeps for a month a job that failed for good, and those that wait behind it"({
    engine,
    deliver,
    duties,
    jobsOf,
  }) {
    if (engine.passMonth === undefined) return;
    duties.set("sub_i", async () => Promise.reject(new Error("always")));
    for (const id of ["evt_12", "evt_13"]) await deliver(id, "sub_i");
    await jobsOf("sub_i", 1);
    assert.equal(await engine.passMonth("sub_i"), 2);
  },

  // The last, since it ends the worker.
  async "tells the job at work that the worker stops, and leaves none locked"({
    engine,
    deliver,
    duties,
    jobsOf,
  }) {
    let wasTold: boolean | undefined;
    duties.set("sub_h", async (_change, signal) => {
      if (signal === undefined) return;
      wasTold = false;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      wasTold = true;
    });
    await deliver("evt_11", "sub_h");
    await jobsOf("sub_h", 1);
    await engine.stop();
    assert.notEqual(wasTold, false);
    assert.equal((await engine.countLocked?.()) ?? 0, 0);
  },
};

/** Ends this process by force while it is at a job that another one waits behind. */
export async function beKilled(open: OpenEngine, settings: BenchSettings): Promise<void> {
  const { deliver, duties } = await openBench(open, settings);
  duties.set(LEFT, async () => {
    await deliver("evt_left_2", LEFT);
    process.kill(process.pid, "SIGKILL");
  });
  await deliver("evt_left_1", LEFT);
  await setTimeout(110_000);
}

/** Resolves to the promises, each with how it was broken, or null. */
export async function runPromises(
  open: OpenEngine,
  settings: BenchSettings,
): Promise<Readonly<Record<string, string | null>>> {
  const bench = await openBench(open, settings);
  const results: Record<string, string | null> = {};
  for (const [name, run] of Object.entries(PROMISES)) {
    results[name] = await run(bench).then(
      () => null,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
  }
  await bench.close();
  return results;
}
