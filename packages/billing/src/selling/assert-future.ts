import { InvalidArgumentError } from "../errors.js";
import { toEpochSeconds } from "../views/epoch.js";

/** A customer or subscription, which may run on a test clock. */
interface OnClock {
  readonly test_clock?: unknown;
}

/**
 * Refuses a date that is not at least `leadMs` ahead. For an object on a test clock only Stripe knows the time, so Stripe
 * judges. Sends no request for a date in the future, else that of `read`.
 *
 * @throws InvalidArgumentError
 */
export async function assertFuture(
  date: Date | string | undefined,
  sentence: string,
  read: () => Promise<OnClock>,
  leadMs = 0,
): Promise<void> {
  // Stripe is sent whole seconds, so what is left of this one is over for it.
  if (!(date instanceof Date) || toEpochSeconds(date) * 1000 > Date.now() + leadMs) return;
  const { test_clock: testClock } = await read();
  if (!testClock) throw new InvalidArgumentError(sentence);
}
