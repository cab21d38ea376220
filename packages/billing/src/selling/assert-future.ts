import { InvalidArgumentError } from "../errors.js";

/** Whatever may run by a test clock: a customer, or a subscription. */
interface OnClock {
  readonly test_clock?: unknown;
}

/**
 * Refuses a date that is not at least `leadMs` ahead. For an object on a test clock, real time says nothing, so Stripe is left to judge by
 * that clock. No request for a date in the future, else what `read` sends.
 *
 * @throws InvalidArgumentError
 */
export async function assertFuture(
  date: Date | string | undefined,
  sentence: string,
  read: () => Promise<OnClock>,
  leadMs = 0,
): Promise<void> {
  if (!(date instanceof Date) || date.getTime() > Date.now() + leadMs) return;
  const { test_clock: testClock } = await read();
  if (!testClock) throw new InvalidArgumentError(sentence);
}
