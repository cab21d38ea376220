import { AbortedError, DeadlineError } from "../errors.js";

export interface Deadline {
  readonly timeoutMs: number;
  /** What was not finished in time, to open the error's message. */
  readonly what: string;
  /** Other reasons to stop. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Runs work that is told to stop, and no longer waited for, at the deadline or when a signal aborts. What the work does
 * after that is not seen; a late rejection is not unhandled.
 *
 * @throws {DeadlineError} @throws {AbortedError} and whatever the work throws.
 */
export async function withinDeadline<T>(
  { timeoutMs, what, signals }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
  });
  const timer = setTimeout(
    () => stop.abort(new DeadlineError(`${what} did not finish within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  const abort = () => stop.abort(new AbortedError(`${what} was aborted.`));
  for (const signal of signals) signal?.addEventListener("abort", abort, { once: true });
  try {
    if (signals.some((signal) => signal?.aborted)) abort();
    return await Promise.race([stopped, stop.signal.aborted ? stopped : work(stop.signal)]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal?.removeEventListener("abort", abort);
  }
}
