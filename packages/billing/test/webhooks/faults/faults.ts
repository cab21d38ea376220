import { setTimeout as sleep } from "node:timers/promises";
import { FAILPOINTS } from "./failpoints.mjs";
import type { Fault } from "./fault-run.js";

/** Each of the faults, one after the other. */
export function inTurn(faults: readonly Fault[]): Fault {
  let next = 0;
  return {
    name: "all faults in turn",
    inject: async (run) => (await faults[next++ % faults.length]?.inject(run)) ?? 0,
  };
}

/** A process is killed at a random moment. */
export const kill: Fault = {
  name: "SIGKILL at a random moment",
  lanes: 3,
  async inject(run) {
    await sleep(80 * run.random());
    const worker = await run.aWorker();
    worker.signal("SIGKILL");
    await worker.ended;
    return 1;
  },
};

/** Processes kill themselves at each of the steps of their work. */
export const failpoints: Fault = failpointsAt(FAILPOINTS.postgres);
/** Those of Redis. */
export const scriptFailpoints: Fault = failpointsAt(FAILPOINTS.redis);

export function failpointsAt(names: readonly string[]): Fault {
  let next = 0;
  return {
    name: names.length === 1 ? `SIGKILL when ${names[0]}` : "SIGKILL at each step",
    worker(run) {
      const name = names[next++ % names.length] ?? "";
      const times = 1 + Math.floor((name.includes("script") ? 12 : 3) * run.random());
      // Only a process that answers before it handles stores anything.
      return { failpoint: { name, times }, ...(name.includes("storing") ? { respond: "stored" } : {}) };
    },
    inject: (run) => run.someDeaths(),
  };
}

/** A process is paused for longer than its lease, and then goes on as if nothing had been. */
export const pause: Fault = {
  name: "SIGSTOP past the lease, then SIGCONT",
  // A process that is paused costs nothing.
  lanes: 10,
  workers: 12,
  async inject(run) {
    await sleep(20 * run.random());
    const worker = await run.aWorker();
    worker.signal("SIGSTOP");
    await sleep(run.leaseMs * (1.25 + 1.25 * run.random()));
    worker.signal("SIGCONT");
    return 1;
  },
};

/** One process pauses itself while its handler is at work, for longer than its lease. */
export function pauseAtWork(count: number): Fault {
  let isGiven = false;
  return {
    name: "SIGSTOP past the lease when the effect was written",
    worker() {
      if (isGiven) return {};
      isGiven = true;
      return { failpoint: { name: "effect was written", times: count, pauseMs: 1_000 } };
    },
    inject: (run) => run.somePauses(),
  };
}

/** The server ends one of the workers' sessions. */
export const endSession: Fault = {
  name: "session ended by the server",
  async inject(run) {
    await sleep(50 * run.random());
    return run.store.endSessions(1);
  },
};

/** The server crashes and recovers. */
export const crash: Fault = {
  name: "crash and restart of the server",
  async inject(run) {
    // Or it would crash again and again before any process has come back to its work.
    await run.anAcknowledgment();
    await sleep(100 * run.random());
    await run.store.crash();
    await run.store.start();
    return 1;
  },
};

/** Somebody else takes all the connections that the server has, when the workers need new ones. */
export const exhaust: Fault = {
  name: "no connection left at the server",
  async inject(run) {
    await run.store.exhaust();
    return 1;
  },
};

/** A commit, or a script, reaches the server, and its answer is lost. */
export const loseAnswer: Fault = {
  name: "answer lost after the decisive step",
  async inject(run) {
    await run.link.loseNextAnswer();
    return 1;
  },
};

/** The clocks of the processes step by hours both ways, while some are killed. */
export const stepClocks: Fault = {
  ...kill,
  name: "clocks of the processes that step by hours",
  worker: () => ({ clock: "steps" }),
};

/** A connection goes silent and is not closed. */
export const silence: Fault = {
  name: "connection that goes silent",
  async inject(run) {
    await sleep(500 * run.random());
    return Number(run.link.silenceOne(run.random));
  },
};

/** The link is slow for a while, and each packet takes a time of its own. */
export const slowLink: Fault = {
  name: "slow link",
  async inject(run) {
    run.link.slowDown(() => 5 + 145 * run.random());
    await sleep(500 + 500 * run.random());
    run.link.slowDown();
    await sleep(200);
    return 1;
  },
};

const MOST_STEP_MS = 600_000;

/** The clock of the server steps by up to ten minutes both ways, again and again, and then a process is killed. */
export const stepServerClock: Fault = {
  name: "clock of the server that steps by minutes",
  async inject(run) {
    for (let steps = 0; steps < 8; steps += 1) {
      await run.store.setClock(Math.round((2 * run.random() - 1) * MOST_STEP_MS));
      await sleep(50);
    }
    return kill.inject(run);
  },
  // No event has to wait for longer than the clock had stepped by.
  end: (run) => run.store.setClock(MOST_STEP_MS),
};
