import { ConfigurationError } from "../errors.js";
import { assertInteger } from "./assert-integer.js";
import { describeError } from "./error-text.js";
import { assertKnownKeys } from "./known-keys.js";
import type { Outcome } from "./outcome.js";
import type { WebhookLogger } from "./tell-outcome.js";

export interface WorkOptions {
  /** The most deliveries at work at once. Default 10. A Postgres inbox takes a connection for each. */
  readonly concurrency?: number | undefined;
  /** Ends the work: no more deliveries are taken up, and those at work are waited for. */
  readonly signal: AbortSignal;
  /** How long to wait, at most, before looking again for what is due. Default 1,000. */
  readonly pollMs?: number | undefined;
}

/**
 * Takes up what is due in the inbox until the signal aborts: what was stored, what failed before, and what was left by a
 * process that died. Resolves when the last handler has ended, so at most `handlerTimeoutMs` after the signal. While the
 * store cannot be reached, it tries again, with growing pauses.
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

export function toWork({ takeNext, waitForDue, logger }: Source): WorkLoop {
  return async (options) => {
    assertKnownKeys("work", options, ["concurrency", "signal", "pollMs"]);
    const { concurrency = 10, signal, pollMs = 1_000 } = options;
    assertInteger("concurrency", concurrency, { min: 1, max: 10_000 });
    assertInteger("pollMs", pollMs, { min: 1, max: 2 ** 31 - 1 });
    if (!(signal instanceof AbortSignal)) throw new ConfigurationError("signal must be an AbortSignal.");

    const takers = new Takers(concurrency, (onClaim) => takeNext(onClaim, signal), signal);
    let pauseMs = FIRST_PAUSE_MS;
    try {
      while (!signal.aborted) {
        try {
          await takers.takeAll();
          await waitForDue({ signal, pollMs });
          pauseMs = FIRST_PAUSE_MS;
        } catch (error) {
          if (signal.aborted) break;
          if (error instanceof ConfigurationError) throw error;
          if (pauseMs === FIRST_PAUSE_MS) {
            logger.warn("The webhook inbox cannot be reached; work goes on when it can.", {
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

/**
 * Takes deliveries up with as many hands as are needed: each that has made a claim has another one look, so that an idle
 * process looks once at a time, and a busy one never waits for itself.
 */
class Takers {
  readonly #most: number;
  readonly #take: (onClaim: () => void) => Promise<unknown>;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();
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

  /** Resolves when all have ended what they were at. */
  async end(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  readonly #start = (): void => {
    if (this.#signal.aborted || this.#running.size >= this.#most) return;
    const taking = this.#takeUntilIdle().then(
      () => this.#onIdle?.resolve(),
      (error: unknown) => this.#onIdle?.reject(error),
    );
    this.#running.add(taking);
    void taking.finally(() => this.#running.delete(taking));
  };

  async #takeUntilIdle(): Promise<void> {
    while (!this.#signal.aborted && (await this.#take(this.#start)) !== undefined);
  }
}

/** Resolves early, without an error, when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
