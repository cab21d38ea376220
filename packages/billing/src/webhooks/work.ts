import { Deadline } from "../deadline.js";
import { ConfigurationError } from "../errors.js";
import { assertKnownKeys } from "../known-keys.js";
import { assertInteger } from "./assert-integer.js";
import { assertSignal } from "./assert-signal.js";
import { describeError } from "./error-text.js";
import type { Outcome } from "./outcome.js";
import { pause } from "./pause.js";
import { Takers } from "./takers.js";
import type { WebhookLogger } from "./tell-outcome.js";

export interface WorkOptions {
  /**
   * How many deliveries to handle at once. Default: 10. A Postgres inbox takes a connection for each, and always leaves
   * one free.
   */
  readonly concurrency?: number | undefined;
  /** Ends the work: no more deliveries are claimed, and those being handled are awaited. */
  readonly signal: AbortSignal;
  /** The longest pause before looking again for due deliveries, in milliseconds. Default: 1,000. */
  readonly pollMs?: number | undefined;
}

/**
 * Handles the deliveries that are due in the inbox until the signal aborts: stored ones, failed ones, and those left by
 * a process that died. Resolves once the last handler has ended and its result is recorded, so at most about
 * `handlerTimeoutMs` after the signal, if the store answers; a query for due deliveries that gets no answer is awaited
 * for five seconds. While the store cannot be reached, tries again with growing pauses.
 *
 * @throws {ConfigurationError} when an option is invalid, the inbox is not durable, or its tables are missing.
 */
export type WorkLoop = (options: WorkOptions) => Promise<void>;

/** What takes deliveries up. */
export interface Source {
  /** Handles the next delivery that is due, if there is one; calls `onClaim` once it is claimed. */
  readonly takeNext: (onClaim: () => void, signal: AbortSignal) => Promise<Outcome | undefined>;
  readonly waitForDue: (options: { readonly signal: AbortSignal; readonly pollMs: number }) => Promise<void>;
  readonly logger: WebhookLogger;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** The longest time of a timer: only the signal ends what has it. */
const NO_END_MS = 2 ** 31 - 1;

export function toWork({ takeNext, waitForDue, logger }: Source): WorkLoop {
  return async (options) => {
    assertKnownKeys("work", options, ["concurrency", "signal", "pollMs"]);
    const { concurrency = 10, signal, pollMs = 1_000 } = options;
    assertInteger("concurrency", concurrency, { min: 1, max: 10_000 });
    assertInteger("pollMs", pollMs, { min: 1, max: 2 ** 31 - 1 });
    assertSignal(signal);

    const takers = new Takers(concurrency, (onClaim) => takeNext(onClaim, signal), signal);
    const untilStopped = <T>(work: Promise<T>) =>
      new Deadline(NO_END_MS, [signal], { what: "Work" }).race(work);
    let pauseMs = FIRST_PAUSE_MS;
    try {
      while (!signal.aborted) {
        try {
          await untilStopped(takers.takeAll());
          await untilStopped(waitForDue({ signal, pollMs }));
          pauseMs = FIRST_PAUSE_MS;
        } catch (error) {
          if (signal.aborted) break;
          if (error instanceof ConfigurationError) throw error;
          if (pauseMs === FIRST_PAUSE_MS) {
            logger.warn("The webhook inbox cannot be reached; work resumes when it can.", {
              stack: describeError(error),
            });
          }
          await pause(pauseMs * (0.5 + Math.random() / 2), signal);
          pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
      }
    } finally {
      await takers.end();
    }
  };
}
