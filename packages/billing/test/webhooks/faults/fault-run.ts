import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../isolation/seeded-random.js";
import { bundleWorker } from "./bundle-worker.js";
import { type FaultyLink, openFaultyLink } from "./faulty-link.js";
import { judge } from "./judge.js";
import { StripeSender } from "./stripe-sender.js";
import type { TestedStore } from "./tested-store.js";
import type { Verdict } from "./verdict.js";
import { type Poison, WorkerProcess, type WorkerSettings } from "./worker-process.js";

/** One kind of fault. */
export interface Fault {
  readonly name: string;
  /** Does it once, and resolves to how many faults that was. */
  readonly inject: (run: FaultRun) => Promise<number>;
  /** Ends what is left of it when all were injected, before the processes end their work. */
  readonly end?: (run: FaultRun) => Promise<void>;
  /** How many are injected side by side. Default 1. */
  readonly lanes?: number;
  /** The fewest processes that it takes. */
  readonly workers?: number;
  /** Settings of a worker other than the usual. */
  readonly worker?: (run: FaultRun) => Partial<WorkerSettings>;
}

export interface RunOptions {
  readonly fault: Fault;
  /** Created and dropped by the run. */
  readonly store: TestedStore;
  /** Faults to inject. */
  readonly count: number;
  readonly seed: number;
  readonly flaws?: readonly string[] | undefined;
  /** What the first event does to its process, and after how many attempts it is dead. */
  readonly poison?: { readonly does: Poison; readonly maxAttempts: number } | undefined;
  /** How long nothing may move at the end before what is left counts as stuck. Default a minute: a machine may be busy. */
  readonly patienceMs?: number | undefined;
  /** Processes at once. Default 3. */
  readonly workers?: number | undefined;
  /** Deliveries on their way at once, for each process. Default 8. */
  readonly atOnce?: number | undefined;
  /** From one event to the next, at least. Default 0: as fast as they are acknowledged. */
  readonly paceMs?: number | undefined;
  /** Events that a process takes up at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** The most that a handler sleeps. Default 20. */
  readonly handlerMs?: number | undefined;
  /** Default 200. */
  readonly leaseMs?: number | undefined;
  /** Stops injecting after this. */
  readonly timeLimitMs?: number | undefined;
}

export interface Report {
  readonly faults: number;
  readonly events: number;
  /** Attempts that did not end with their effect. */
  readonly cut: number;
  readonly verdict: Verdict;
  readonly takeovers: readonly number[];
  readonly seconds: number;
}

const MOST_WAITING = 200;

/** Runs processes under faults, lets them end their work, and judges what is in the store then. */
export async function runFaults(options: RunOptions): Promise<Report> {
  const run = new FaultRun(options);
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

export class FaultRun {
  readonly #options: RunOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #died: string[] = [];
  readonly random: () => number;
  readonly store: TestedStore;
  readonly leaseMs: number;
  #folder = "";
  #workerFile = "";
  #link: FaultyLink | undefined;
  #sender: StripeSender | undefined;
  #isDraining = false;
  #isClosing = false;
  #started = 0;
  #deaths = 0;
  #toldDeaths = 0;
  #toldPauses = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    const { store, seed, leaseMs = 200 } = options;
    this.random = seededRandom(seed);
    this.store = store;
    this.leaseMs = leaseMs;
  }

  /** The link between the processes and the store. */
  get link(): FaultyLink {
    if (this.#link === undefined) throw new Error("The run has not begun.");
    return this.#link;
  }

  async run(): Promise<Report> {
    const { count, fault, workers = 3, atOnce = 8, paceMs = 0 } = this.#options;
    const startedAtMs = performance.now();
    await this.store.create();
    this.#folder = await mkdtemp(join(tmpdir(), "billing-faults-"));
    await writeFile(this.#journal, "");
    this.#workerFile = bundleWorker(this.#folder, this.store.kind);
    this.#link = await openFaultyLink(this.store.url, this.store.decisive);
    while (this.#workers.size < Math.max(workers, fault.workers ?? 0)) this.#startWorker();
    await Promise.all([...this.#workers].map(({ ready }) => ready));

    const sender = new StripeSender(() => [...this.#workers], this.random, { atOnce, paceMs });
    this.#sender = sender;
    const sending = sender.send();
    const passing = this.#keepGoing(sender);
    const faults = await this.#inject(count, startedAtMs);
    await fault.end?.(this);
    this.#isDraining = true;
    await this.#drain(sender);
    await sending;
    this.#isClosing = true;
    await passing;
    const { cut, ...judged } = await judge(this.store, sender.events, this.#journal);
    return {
      faults,
      events: sender.events,
      cut,
      verdict: { ...judged, died: this.#died },
      takeovers: await this.store.takeovers(),
      seconds: (performance.now() - startedAtMs) / 1_000,
    };
  }

  async #inject(count: number, startedAtMs: number): Promise<number> {
    const { fault, timeLimitMs = Number.POSITIVE_INFINITY } = this.#options;
    let faults = 0;
    const lane = async () => {
      while (faults < count && this.#died.length === 0 && performance.now() - startedAtMs < timeLimitMs) {
        const injected = await fault.inject(this);
        // Not in one expression, which would add to what it was before the wait, and so miss what other lanes did.
        faults += injected;
      }
    };
    await Promise.all(Array.from({ length: fault.lanes ?? 1 }, lane));
    return faults;
  }

  /** A random process that has done something, while another one takes deliveries too. */
  async aWorker(): Promise<WorkerProcess> {
    for (;;) {
      const alive = [...this.#workers].filter(({ isAlive, isPaused }) => isAlive && !isPaused);
      const working = alive.filter(({ answered }) => answered > 0);
      const worker = working[Math.floor(this.random() * working.length)];
      if (worker !== undefined && alive.length > 1) return worker;
      await sleep(5);
    }
  }

  /** Resolves to the number of processes that have ended since the last call, when there are any. */
  async someDeaths(): Promise<number> {
    while (this.#deaths === this.#toldDeaths) await sleep(5);
    const deaths = this.#deaths - this.#toldDeaths;
    this.#toldDeaths = this.#deaths;
    return deaths;
  }

  /** Resolves to the number of times that processes have paused themselves since the last call, when there are any. */
  async somePauses(): Promise<number> {
    const count = () => [...this.#workers].reduce((sum, { pauses }) => sum + pauses, 0);
    while (count() === this.#toldPauses) await sleep(5);
    const pauses = count() - this.#toldPauses;
    this.#toldPauses = count();
    return pauses;
  }

  /** Resolves when a delivery was acknowledged that was not yet when this was called, or nothing was for five seconds. */
  async anAcknowledgment(): Promise<void> {
    const before = this.#sender?.acknowledged ?? 0;
    const givenUpAtMs = performance.now() + 5_000;
    while ((this.#sender?.acknowledged ?? 0) === before && performance.now() < givenUpAtMs) await sleep(5);
  }

  get #journal(): string {
    return join(this.#folder, "journal");
  }

  /** Starts a process, and another one when that has ended, as a supervisor does. */
  #startWorker(): void {
    const worker = new WorkerProcess(this.#workerFile, {
      store: this.store.kind,
      url: this.link.url,
      name: this.store.name,
      journal: this.#journal,
      // Half of them answer before they handle, and half of them after.
      respond: this.#started % 2 === 0 ? "handled" : "stored",
      leaseSeconds: this.leaseMs / 1_000,
      concurrency: this.#options.concurrency ?? 4,
      handlerMs: this.#options.handlerMs ?? 20,
      flaws: this.#options.flaws,
      poison: this.#options.poison?.does,
      maxAttempts: this.#options.poison?.maxAttempts,
      ...(this.#isDraining ? {} : this.#options.fault.worker?.(this)),
    });
    this.#started += 1;
    this.#workers.add(worker);
    void worker.ended.then((reason) => {
      this.#workers.delete(worker);
      this.#deaths += 1;
      if (this.#isClosing) return;
      if (reason !== undefined) this.#died.push(reason);
      this.#startWorker();
    });
  }

  /** Lets pauses pass, and holds the sender back while much waits: only the faults are to make an event wait. */
  async #keepGoing(sender: StripeSender): Promise<void> {
    while (!this.#isClosing) {
      try {
        await this.store.passPauses();
        sender.isHeldBack = (await this.store.progress()).waiting > MOST_WAITING;
      } catch {
        // The server is down.
      }
      await sleep(100);
    }
  }

  async #drain(sender: StripeSender): Promise<void> {
    sender.end();
    const isSettled = await this.#untilSettled(sender);
    await sender.giveUp();
    // A request that was underway may have claimed an event in the moment in which it was settled, and undone that since.
    if (isSettled) await this.#untilSettled(sender);
  }

  /** Waits until all is settled, or until nothing moves any more; resolves to whether all is settled. */
  async #untilSettled(sender: StripeSender): Promise<boolean> {
    const { patienceMs = 60_000 } = this.#options;
    let before = "";
    let movedAtMs = performance.now();
    for (;;) {
      const { waiting, settled } = await this.store.progress();
      if (waiting === 0 && sender.acknowledged === sender.events) return true;
      const now = `${waiting} ${settled} ${sender.acknowledged}`;
      const isAnyoneThere = [...this.#workers].some(({ isAlive }) => isAlive);
      if (now !== before || !isAnyoneThere) movedAtMs = performance.now();
      else if (performance.now() - movedAtMs > patienceMs) return false;
      before = now;
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#sender?.giveUp();
    const workers = [...this.#workers];
    for (const worker of workers) worker.signal("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    await this.#link?.close();
    await this.store.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
