import { type ChildProcess, fork } from "node:child_process";

/** Ends the process in the handler, or takes more memory than the process may have. */
export type Poison = "exits" | "takes all memory";

export interface WorkerSettings {
  readonly store: "postgres" | "redis";
  readonly url: string;
  /** Of what it uses in the store, and of its connections. */
  readonly name: string;
  readonly journal: string;
  /** When it acknowledges a delivery. */
  readonly respond: "handled" | "stored";
  readonly leaseSeconds: number;
  /** Events that it takes up at once; it has two connections more to the database. */
  readonly concurrency: number;
  /** The most that a handler sleeps. */
  readonly handlerMs: number;
  /** Where it kills itself, after having been there so many times; or where it pauses itself so many times. */
  readonly failpoint?:
    | { readonly name: string; readonly times: number; readonly pauseMs?: number }
    | undefined;
  /** How far its clock is ahead; or it steps by hours, both ways, again and again. */
  readonly clock?: { readonly aheadMs: number } | "steps" | undefined;
  /** What one event does to whichever process handles it. */
  readonly poison?: Poison | undefined;
  /** After so many attempts an event is dead. */
  readonly maxAttempts?: number | undefined;
  /** Has it use another inbox, with these flaws. */
  readonly flaws?: readonly string[] | undefined;
}

type Message =
  | { readonly ready: true }
  | { readonly paused: true }
  | { readonly number: number; readonly status: string };

/** A process of the application, as Stripe and the operating system see it. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (status: string | undefined) => void>();
  readonly #errors: string[] = [];
  readonly settings: WorkerSettings;
  /** Resolves when it takes deliveries, and also when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves with the reason for its end, or with nothing where a SIGKILL was. */
  readonly ended: Promise<string | undefined>;
  /** How often it has paused itself. */
  pauses = 0;
  /** How many deliveries it has answered. */
  answered = 0;
  #isReady = false;
  #isGone = false;
  #isPaused = false;
  #isKilled = false;

  constructor(file: string, settings: WorkerSettings) {
    this.settings = settings;
    const child = fork(file, [JSON.stringify(settings)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: settings.poison === undefined ? [] : ["--max-old-space-size=64"],
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#errors.push(text));
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#isGone = true;
        for (const answer of this.#answers.values()) answer(undefined);
        resolve(signal === "SIGKILL" ? undefined : `exit ${signal ?? code}: ${this.#errors.join("")}`);
      });
    });
    this.ready = new Promise((resolve) => {
      child.on("message", (message: Message) => {
        if ("number" in message) {
          this.answered += 1;
          return this.#answers.get(message.number)?.(message.status);
        }
        if ("paused" in message) {
          this.pauses += 1;
          return;
        }
        this.#isReady = true;
        resolve();
      });
      void this.ended.then(() => resolve());
    });
  }

  get isAlive(): boolean {
    return this.#isReady && !this.#isGone && !this.#isKilled;
  }

  /** Whether the run has paused it. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Resolves to what the receiver said, or to nothing when there is no answer in time. */
  async deliver(number: number, body: string, timeoutMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const answer = (status: string | undefined) => {
        clearTimeout(timer);
        this.#answers.delete(number);
        resolve(status);
      };
      const timer = setTimeout(() => answer(undefined), timeoutMs);
      this.#answers.set(number, answer);
      if (!this.#child.connected) return answer(undefined);
      // It fails when the process was killed in this moment.
      this.#child.send({ number, body }, (error) => error && answer(undefined));
    });
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    this.#isPaused = name === "SIGSTOP";
    // Not only once it is gone, or two faults could kill one process and be counted as two.
    if (name === "SIGKILL") this.#isKilled = true;
    this.#child.kill(name);
  }
}
