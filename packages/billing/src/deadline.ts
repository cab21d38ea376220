import { AbortedError, DeadlineError } from "./errors.js";
import { isThenable } from "./is-thenable.js";
import { onAbort } from "./on-abort.js";

/** The words of a deadline's errors. */
export interface DeadlineWords {
  /** Opens the message, such as "The call". */
  readonly what: string;
  /** Closes it, such as "It is safe to repeat." */
  readonly advice?: string;
}

const CALL: DeadlineWords = { what: "The call", advice: "It is safe to repeat." };

/** The time that something may take, from when it is made; ends early when one of the signals aborts. */
export class Deadline {
  readonly #timeoutMs: number;
  readonly #endsAtMs: number;
  readonly #signals: readonly AbortSignal[];
  readonly #words: DeadlineWords;
  #holdsProcess = true;

  constructor(
    timeoutMs: number,
    signals: readonly (AbortSignal | undefined)[] = [],
    words: DeadlineWords = CALL,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#endsAtMs = performance.now() + timeoutMs;
    this.#signals = signals.filter((signal) => signal !== undefined);
    this.#words = words;
  }

  /** Lets the process end before the time is over, as for what nobody waits for. */
  unref(): this {
    this.#holdsProcess = false;
    return this;
  }

  /** @throws DeadlineError | AbortedError when the time is over. */
  remainingMs(): number {
    if (this.#signals.some((signal) => signal.aborted)) throw this.#aborted();
    const remainingMs = Math.ceil(this.#endsAtMs - performance.now());
    if (remainingMs <= 0) throw this.#late();
    return remainingMs;
  }

  /**
   * Settles as `work` does, or rejects when the time is over; a result or failure of `work` after that is ignored.
   *
   * @throws DeadlineError | AbortedError
   */
  race<T>(work: T | PromiseLike<T>): Promise<T> {
    return this.#race(work, () => undefined);
  }

  /** Does `work` in time, and aborts the signal that it gets when the time is over. @throws as {@link race}. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.remainingMs();
    const stop = new AbortController();
    return this.#race(work(stop.signal), (reason) => stop.abort(reason));
  }

  /** @throws DeadlineError | AbortedError when the time is over before. */
  async sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    try {
      await this.race(slept);
    } finally {
      // A timer that is left would keep the process alive after an abort.
      clearTimeout(timer);
    }
  }

  #race<T>(work: T | PromiseLike<T>, onStop: (reason: Error) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!isThenable(work)) {
        this.remainingMs();
        return resolve(work);
      }
      let timer: NodeJS.Timeout | undefined;
      let listening: readonly (() => void)[] = [];
      const settle = () => {
        clearTimeout(timer);
        for (const stopListening of listening) stopListening();
      };
      const stop = (reason: Error) => {
        settle();
        onStop(reason);
        reject(reason);
      };
      // Listen before looking at the clock, or a failure of `work` would be unhandled when the time is over already.
      work.then(
        (value) => {
          settle();
          resolve(value);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
      timer = setTimeout(() => stop(this.#late()), this.remainingMs());
      // Where timers are numbers, they cannot be told.
      if (!this.#holdsProcess && typeof timer === "object") timer.unref();
      listening = this.#signals.map((signal) => onAbort(signal, () => stop(this.#aborted())));
    });
  }

  #late(): DeadlineError {
    return new DeadlineError(this.#say(`did not finish within ${this.#timeoutMs} ms.`));
  }

  #aborted(): AbortedError {
    return new AbortedError(this.#say("was aborted."));
  }

  #say(happened: string): string {
    const { what, advice } = this.#words;
    return `${what} ${happened}${advice === undefined ? "" : ` ${advice}`}`;
  }
}

/** Whether work was stopped from outside, by its deadline or by a signal. */
export function wasStopped(error: unknown): boolean {
  return error instanceof DeadlineError || error instanceof AbortedError;
}
