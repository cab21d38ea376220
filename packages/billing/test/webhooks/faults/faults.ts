import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
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
  async inject(run) {
    const worker = await run.aWorker();
    await sleep(80 * run.random());
    worker.signal("SIGKILL");
    await worker.ended;
    return 1;
  },
};

/** Processes kill themselves at each of the steps of their work. */
export const failpoints: Fault = failpointsAt(FAILPOINTS);

export function failpointsAt(names: readonly string[]): Fault {
  let next = 0;
  return {
    name: names.length === 1 ? `SIGKILL when ${names[0]}` : "SIGKILL at each step",
    worker(run) {
      const name = names[next++ % names.length] ?? "";
      const times = 1 + Math.floor(3 * run.random());
      // Only a process that answers before it handles stores anything.
      return { failpoint: { name, times }, ...(name.includes("storing") ? { respond: "stored" } : {}) };
    },
    inject: (run) => run.someDeaths(),
  };
}

/** A process is paused for longer than its lease, and then goes on as if nothing had been. */
export const pause: Fault = {
  name: "SIGSTOP past the lease, then SIGCONT",
  async inject(run) {
    await sleep(20 * run.random());
    const worker = await run.aWorker();
    worker.signal("SIGSTOP");
    await sleep(250 + 250 * run.random());
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
  name: "pg_terminate_backend",
  async inject(run) {
    await sleep(50 * run.random());
    return run.database.endSessions(1);
  },
};

/** The database crashes and recovers. */
export const crash: Fault = {
  name: "crash and restart of the database",
  async inject(run) {
    await sleep(200 + 300 * run.random());
    await run.cluster.crash();
    await run.cluster.start();
    return 1;
  },
};

/** Somebody else takes all the connections that the server has, when the workers need new ones. */
export const exhaust: Fault = {
  name: "no connection left at the server",
  async inject(run) {
    await run.database.endSessions();
    const clients = Array.from({ length: MORE_THAN_THERE_ARE }, () =>
      new Client({ connectionString: run.cluster.url }).on("error", () => undefined),
    );
    // Those that come too late are refused.
    await Promise.allSettled(clients.map((client) => client.connect()));
    await run.database.endSessions();
    await sleep(200);
    await Promise.allSettled(clients.map((client) => client.end()));
    return 1;
  },
};

const MORE_THAN_THERE_ARE = 50;

/** A commit reaches the server, and its answer is lost. */
export const loseCommit: Fault = {
  name: "commit whose answer is lost",
  async inject(run) {
    await run.link.loseNextCommit();
    return 1;
  },
};

/** A connection goes silent and is not closed. */
export const silence: Fault = {
  name: "connection that goes silent",
  async inject(run) {
    await sleep(500 * run.random());
    return Number(run.link.silenceOne(run.random));
  },
};
