import { Deadline } from "../deadline.js";
import { AbortedError } from "../errors.js";

/** How long a store that does not answer holds up the end. What it claims after that is not begun. */
const LAST_LOOK_MS = 5_000;

interface Taker {
  /** Whether it has made no claim yet. */
  isLooking: boolean;
  ended: Promise<void>;
}

/**
 * Takes deliveries up with as many hands as are needed: each that has made a claim has another one look, so that an idle
 * process looks once at a time, and a busy one never waits for itself.
 */
export class Takers {
  readonly #most: number;
  readonly #take: (onClaim: () => void) => Promise<unknown>;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Taker>();
  #isOver = false;
  #onIdle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(most: number, take: (onClaim: () => void) => Promise<unknown>, signal: AbortSignal) {
    this.#most = most;
    this.#take = take;
    this.#signal = signal;
  }

  /** Resolves when one of them found nothing to take. Rejects when one could not look. */
  takeAll(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onIdle = { resolve, reject };
      this.#start();
    });
  }

  /** Resolves when all have ended what they were at, but for those that a store keeps looking. */
  async end(): Promise<void> {
    const all = Promise.all([...this.#running].map(({ ended }) => ended));
    // None of them rejects: what fails here is the time, and a store that keeps them looking is left behind.
    await new Deadline(LAST_LOOK_MS).race(all).catch(() => undefined);
    this.#isOver = true;
    const atWork = [...this.#running].filter(({ isLooking }) => !isLooking);
    await Promise.all(atWork.map(({ ended }) => ended));
  }

  readonly #start = (): void => {
    if (this.#signal.aborted || this.#running.size >= this.#most) return;
    const taker: Taker = { isLooking: true, ended: Promise.resolve() };
    this.#running.add(taker);
    taker.ended = this.#takeUntilIdle(taker)
      .then(
        () => this.#onIdle?.resolve(),
        (error: unknown) => this.#onIdle?.reject(error),
      )
      .finally(() => this.#running.delete(taker));
  };

  async #takeUntilIdle(taker: Taker): Promise<void> {
    const onClaim = () => {
      if (this.#isOver) throw new AbortedError("The work has ended; this is taken up by another process.");
      taker.isLooking = false;
      this.#start();
    };
    while (!this.#signal.aborted && (await this.#take(onClaim)) !== undefined) taker.isLooking = true;
  }
}
