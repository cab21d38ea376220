import type { Deadline } from "../../../deadline.js";
import type { ConnectedClient, ConnectingPool } from "./database.js";

/**
 * Lets one connection less than a pool has be held for long, so that what a handler, or a directory of tenants, asks of the
 * same pool meanwhile is answered. Otherwise each of many transactions could wait for a connection that another one holds.
 */
export class Seats {
  #free: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** @throws DeadlineError | AbortedError when the time to wait is over. */
  async take(wait: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    let sit: () => void = () => undefined;
    const seated = new Promise<void>((resolve) => {
      sit = resolve;
    });
    this.#waiting.add(sit);
    try {
      await wait.race(seated);
    } catch (error) {
      // One that was given in the same moment goes to the next.
      if (!this.#waiting.delete(sit)) this.leave();
      throw error;
    }
  }

  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}

const seatsOfPools = new WeakMap<object, Seats>();

/** The seats of a pool, shared by all inboxes on it. A pool of one has one, and one that tells no size has no end of them. */
export function seatsOf(pool: ConnectingPool<ConnectedClient>): Seats {
  const known = seatsOfPools.get(pool);
  if (known !== undefined) return known;
  const seats = new Seats(Math.max(1, (pool.options?.max ?? Number.POSITIVE_INFINITY) - 1));
  seatsOfPools.set(pool, seats);
  return seats;
}
