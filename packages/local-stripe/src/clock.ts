/** The time of the server: the machine's, moved forward by as much as a test asked for. */
export class Clock {
  readonly #readMs: () => number;
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
  }
}
