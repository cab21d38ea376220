import { RateLimitedError } from "../errors.js";
import type { Deadline } from "./deadline.js";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Repeats `work` while Stripe is busy with the same object or key for another request, after pauses of growing random
 * length, so that those who wait for the same thing do not come back all at once.
 *
 * @throws DeadlineError | AbortedError when the time is over before.
 */
export async function whileBusy<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
      await deadline.sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }
}
