import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresCluster } from "@repo/test-kit/postgres-cluster";
import { seededRandom } from "../../isolation/seeded-random.js";
import { Database } from "./database.js";
import { type FaultyLink, openFaultyLink } from "./faulty-link.js";
import { StripeSender } from "./stripe-sender.js";
import type { Verdict } from "./verdict.js";
import { WorkerProcess, type WorkerSettings } from "./worker-process.js";

/** One kind of fault. */
export interface Fault {
  readonly name: string;
  /** Does it once, and resolves to how many faults that was. */
  readonly inject: (run: FaultRun) => Promise<number>;
  /** Settings of a worker other than the usual. */
  readonly worker?: (run: FaultRun) => Partial<WorkerSettings>;
}

export interface RunOptions {
  readonly fault: Fault;
  readonly cluster: PostgresCluster;
  /** Faults to inject. */
  readonly count: number;
  readonly seed: number;
  readonly flaws?: readonly string[] | undefined;
  /** How long nothing may move at the end before what is left counts as stuck. */
  readonly patienceMs?: number | undefined;
  /** Processes at once. Default 3. */
  readonly workers?: number | undefined;
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

const LEASE_SECONDS = 0.2;

/** Runs processes under faults, lets them end their work, and judges what is in the database then. */
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
  readonly cluster: PostgresCluster;
  readonly database: Database;
  #folder = "";
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
    const { cluster, seed, flaws } = options;
    this.random = seededRandom(seed);
    this.cluster = cluster;
    this.database = new Database(
      cluster.url,
      `faults_${randomBytes(6).toString("hex")}`,
      flaws !== undefined,
    );
  }

  /** The link between the processes and the database. */
  get link(): FaultyLink {
    if (this.#link === undefined) throw new Error("The run has not begun.");
    return this.#link;
  }

  async run(): Promise<Report> {
    const { fault, count, workers = 3, timeLimitMs = Number.POSITIVE_INFINITY } = this.#options;
    const startedAtMs = performance.now();
    await this.database.create();
    this.#folder = await mkdtemp(join(tmpdir(), "billing-faults-"));
    await writeFile(this.#journal, "");
    this.#link = await openFaultyLink(this.cluster.url);
    while (this.#workers.size < workers) this.#startWorker();
    await Promise.all([...this.#workers].map(({ ready }) => ready));

    const sender = new StripeSender(() => [...this.#workers], this.random);
    this.#sender = sender;
    const sending = sender.send();
    const passing = this.#passPauses();
    let faults = 0;
    while (faults < count && this.#died.length === 0 && performance.now() - startedAtMs < timeLimitMs) {
      faults += await fault.inject(this);
    }
    this.#isDraining = true;
    await this.#drain(sender);
    await sending;
    this.#isClosing = true;
    await passing;
    const { cut, ...judged } = await this.database.judge(sender.events, this.#journal);
    return {
      faults,
      events: sender.events,
      cut,
      verdict: { ...judged, died: this.#died },
      takeovers: await this.database.takeovers(),
      seconds: (performance.now() - startedAtMs) / 1_000,
    };
  }

  /** A random process that takes deliveries, while another one does so too. */
  async aWorker(): Promise<WorkerProcess> {
    for (;;) {
      const alive = [...this.#workers].filter(({ isAlive }) => isAlive);
      const worker = alive[Math.floor(this.random() * alive.length)];
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

  get #journal(): string {
    return join(this.#folder, "journal");
  }

  /** Starts a process, and another one when that has ended, as a supervisor does. */
  #startWorker(): void {
    const worker = new WorkerProcess({
      url: this.link.url,
      schema: this.database.schema,
      journal: this.#journal,
      // Half of them answer before they handle, and half of them after.
      respond: this.#started % 2 === 0 ? "handled" : "stored",
      leaseSeconds: LEASE_SECONDS,
      handlerMs: 20,
      flaws: this.#options.flaws,
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

  async #passPauses(): Promise<void> {
    while (!this.#isClosing) {
      // The database may be down.
      await this.database.passPauses().catch(() => undefined);
      await sleep(100);
    }
  }

  /** Waits until all is settled, or until nothing moves any more. */
  async #drain(sender: StripeSender): Promise<void> {
    const { patienceMs = 5_000 } = this.#options;
    sender.end();
    let before = "";
    let movedAtMs = performance.now();
    for (;;) {
      const { waiting, effects } = await this.database.progress();
      if (waiting === 0 && sender.acknowledged === sender.events) break;
      const now = `${waiting} ${effects} ${sender.acknowledged}`;
      if (now !== before) movedAtMs = performance.now();
      else if (performance.now() - movedAtMs > patienceMs) break;
      before = now;
      await sleep(50);
    }
    await sender.giveUp();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#sender?.giveUp();
    const workers = [...this.#workers];
    for (const worker of workers) worker.signal("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    await this.#link?.close();
    await this.database.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
