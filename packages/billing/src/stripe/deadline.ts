import { AbortedError, DeadlineError, InvalidArgumentError } from "../errors.js";

/** What every method takes: how long the whole call may last, and a signal that ends it early. */
export interface CallOptions {
  /** For the whole call, all its Stripe requests included. From 1 to 600,000; the service's `timeoutMs` by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One call's time: made when the call begins, asked before and during each of its requests. */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor(timeoutMs: number, signal?: AbortSignal) {
    this.#endsAtMs = performance.now() + timeoutMs;
    this.#signal = signal;
  }

  /** @throws DeadlineError | AbortedError when the time is already over. */
  remainingMs(): number {
    if (this.#signal?.aborted) throw aborted();
    const remainingMs = Math.ceil(this.#endsAtMs - performance.now());
    if (remainingMs <= 0) throw late();
    return remainingMs;
  }

  /** Settles as `work` does, or rejects when the time is over; what `work` does after that is ignored. */
  race<T>(work: T | Promise<T>): Promise<T> {
    const signal = this.#signal;
    return new Promise<T>((resolve, reject) => {
      if (!(work instanceof Promise)) {
        this.remainingMs();
        return resolve(work);
      }
      let timer: NodeJS.Timeout | undefined;
      const onAbort = () => settle(() => reject(aborted()));
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        act();
      };
      // Before anything else: where the time is over already, a failure of `work` must still be heard by someone.
      work.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
      timer = setTimeout(() => settle(() => reject(late())), this.remainingMs());
      signal?.addEventListener("abort", onAbort, { once: true });
    });
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
      // Or it would keep the process alive after an abort.
      clearTimeout(timer);
    }
  }
}

/** @throws InvalidArgumentError when the options are not what they say. */
export function startDeadline(options: CallOptions, defaultTimeoutMs: number): Deadline {
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  if (!isTimeoutMs(timeoutMs)) {
    throw new InvalidArgumentError("timeoutMs must be a whole number of milliseconds from 1 to 600000.");
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError("signal must be an AbortSignal.");
  }
  return new Deadline(timeoutMs, signal);
}

/** Whether an error says that a call's time was over. */
export function isLate(error: unknown): boolean {
  return error instanceof DeadlineError || error instanceof AbortedError;
}

export function isTimeoutMs(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 600_000;
}

const late = () => new DeadlineError("The call took longer than its timeoutMs allows. It is safe to repeat.");
const aborted = () => new AbortedError("The call's signal was aborted. It is safe to repeat.");
