/** What `setTimeout` can wait for at most; beyond it, it would not wait at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Waiter {
  readonly untilMs: number;
  readonly done: () => void;
}

/** The time of the server: the machine's, moved forward by as much as a test asked for. */
export class Clock {
  readonly #readMs: () => number;
  readonly #waiting = new Set<Waiter>();
  #aheadMs = 0;

  constructor(readMs: () => number = Date.now) {
    this.#readMs = readMs;
  }

  get nowMs(): number {
    return this.#readMs() + this.#aheadMs;
  }

  /** Unix time in whole seconds, as Stripe writes it. */
  get now(): number {
    return Math.floor(this.nowMs / 1000);
  }

  advanceBy(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new RangeError("time only moves forward");
    this.#aheadMs += milliseconds;
    const due = [...this.#waiting].filter(({ untilMs }) => untilMs <= this.nowMs);
    for (const { done } of due.sort((one, other) => one.untilMs - other.untilMs)) done();
  }

  /** Resolves when that time has come, by itself or because the clock was moved, or when the signal aborts; never at once. */
  async until(untilMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { untilMs, done };
      const timer = setTimeout(done, Math.min(Math.max(0, untilMs - this.nowMs), LONGEST_TIMER_MS));
      this.#waiting.add(waiter);
      signal.addEventListener("abort", done);
    });
  }
}
