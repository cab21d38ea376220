import type { Deadline } from "../deadline.js";
import type { IdempotencyKey } from "./idempotency.js";
import { hasNoOutcome, isBusy, isRateLimited, type SdkError } from "./sdk-error.js";

const FIRST_PAUSE_MS = 50;
const GROWTH = 4;
const LONGEST_PAUSE_MS = 2_000;

/** What the budget holds when it is full, and at first. */
const RESERVED_RETRIES = 50;
/** How many requests earn one retry. */
const REQUESTS_PER_RETRY = 10;

/** The request that failed, as far as it matters for another try. */
interface Retried {
  readonly method: "GET" | "POST" | "DELETE";
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/**
 * Says when a failed request is sent again: one for each service, so that all its calls share one budget.
 *
 * - Where Stripe failed, did not answer or asked to slow down: up to `maxRetries` times.
 * - Where it is busy with another request for the same object or under the same key: for as long as the call has time.
 * - A write without an idempotency key whose outcome is unknown, what Stripe asks not to repeat, and a write that the SDK
 *   has repeated by itself: never. Nor is anything with `maxRetries` 0.
 *
 * Pauses are of a random length up to one that grows, so that those who failed together do not come back together. Of any
 * number of requests, a tenth may be retried, and 50 more: an outage is not made worse by those who wait for its end.
 */
export class Retries {
  readonly #maxRetries: number;
  readonly #random: () => number;
  /** In requests, so that the budget stays a whole number. */
  #earned = RESERVED_RETRIES * REQUESTS_PER_RETRY;

  constructor(maxRetries: number, random: () => number = Math.random) {
    this.#maxRetries = maxRetries;
    this.#random = random;
  }

  /** For every request, before its first try. */
  earn(): void {
    this.#earned = Math.min(this.#earned + 1, RESERVED_RETRIES * REQUESTS_PER_RETRY);
  }

  /**
   * How long to wait before the next try; undefined where there is none, because the failure stands, the call's time
   * would be over by then, or the budget is used up.
   */
  pauseMs(failed: SdkError, request: Retried, tries: number, deadline: Deadline): number | undefined {
    const mostTries = isBusy(failed) && this.#maxRetries > 0 ? Number.POSITIVE_INFINITY : this.#maxRetries;
    if (tries > mostTries || !mayRepeat(failed, request)) return undefined;
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * GROWTH ** (tries - 1));
    const pauseMs = failed.retryAfterMs + this.#random() * longestMs;
    return pauseMs < deadline.remainingMs() && this.#spend() ? pauseMs : undefined;
  }

  #spend(): boolean {
    if (this.#earned < REQUESTS_PER_RETRY) return false;
    this.#earned -= REQUESTS_PER_RETRY;
    return true;
  }
}

function mayRepeat(failed: SdkError, { method, idempotencyKey }: Retried): boolean {
  // A cut answer without a Request-Id, as a proxy gives it, looks like a closed connection; a read repeats without harm.
  if (failed.wasRepeated && method !== "GET") return false;
  if (failed.shouldRetry !== undefined) return failed.shouldRetry;
  if (hasNoOutcome(failed)) return method === "GET" || idempotencyKey !== undefined;
  return isBusy(failed) || isRateLimited(failed);
}
