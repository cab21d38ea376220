/** The longest delay of `setTimeout`; with a longer one it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Waiter {
  readonly untilMs: number;
  readonly done: () => void;
}

/** The server's time: the machine's, plus the time that a test has skipped. */
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
    // Text would be appended to the number.
    if (!Number.isFinite(milliseconds) || milliseconds < 0)
      throw new RangeError(
        "advanceBy needs a number of milliseconds of at least 0: the clock only moves forward",
      );
    this.#aheadMs += milliseconds;
    const due = [...this.#waiting].filter(({ untilMs }) => untilMs <= this.nowMs);
    for (const { done } of due.sort((one, other) => one.untilMs - other.untilMs)) done();
  }

  /** Resolves at that time, also when the clock is moved past it, or when the signal aborts; never synchronously. */
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
