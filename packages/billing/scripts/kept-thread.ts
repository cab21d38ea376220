import {
  type PoolOptions,
  type PoolWorker,
  ThreadsPoolWorker,
  type VitestPlugin,
  type WorkerRequest,
} from "vitest/node";

/** As many runs as one thread makes: what a mutant leaves behind, such as a timer, does not stay for all of the others. */
const MOST_RUNS = 40;

/**
 * Keeps the thread for the next mutants, with all modules but those of tests loaded. Stryker switches mutants while they
 * run, and Vitest would load everything once for each, which takes longer than most tests that find a mutant.
 */
export function keepThread(): VitestPlugin {
  const kept: Thread = { worker: undefined, runs: 0 };
  return {
    name: "kept-thread",
    configureVitest({ project, vitest }) {
      project.config.pool = KeptThread.NAME;
      project.config.poolRunner = {
        name: KeptThread.NAME,
        createPoolWorker: (options) => new KeptThread(kept, options),
      };
      vitest.onClose(() => kept.worker?.stop());
    },
  };
}

interface Thread {
  worker: ThreadsPoolWorker | undefined;
  runs: number;
}

type Listener = (message: unknown) => void;

/** Behaves like a worker of one run, on the thread of the run before. */
class KeptThread implements PoolWorker {
  static readonly NAME = "kept-thread";
  readonly name = KeptThread.NAME;
  readonly #kept: Thread;
  readonly #worker: ThreadsPoolWorker;
  readonly #listeners: [event: string, listener: Listener][] = [];

  constructor(kept: Thread, options: PoolOptions) {
    this.#kept = kept;
    this.#worker = kept.worker ?? new ThreadsPoolWorker(options);
    kept.worker = undefined; // nobody else gets it meanwhile
  }

  async start(): Promise<void> {
    if (this.#kept.runs === 0) await this.#worker.start();
    this.#kept.runs += 1;
  }

  /** Stops the thread itself only if it has run often enough. */
  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners.splice(0)) this.#worker.off(event, listener);
    if (this.#kept.runs < MOST_RUNS) {
      this.#kept.worker = this.#worker;
      return;
    }
    this.#kept.runs = 0;
    await this.#worker.stop();
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    this.#worker.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#worker.off(event, listener);
  }

  /** Answers in the thread's place that it has stopped: it would hear no message after that. */
  send(message: WorkerRequest): void {
    if (message.type !== "stop") {
      this.#worker.send(message);
      return;
    }
    const answer = { type: "stopped", __vitest_worker_response__: true };
    for (const [event, listener] of this.#listeners) if (event === "message") listener(answer);
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}
