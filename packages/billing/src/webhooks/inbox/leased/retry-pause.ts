const FIRST_MS = 5_000;
const LONGEST_MS = 6 * 3_600_000;

/** Computes the pause after a failed attempt: 5 seconds, doubled each time, at most 6 hours; 20 attempts take two days. */
export function retryPauseMs(attempt: number): number {
  return Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
}
