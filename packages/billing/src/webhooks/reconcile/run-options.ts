import { InvalidArgumentError } from "../../errors.js";
import { assertInteger } from "../assert-integer.js";
import { assertSignal } from "../assert-signal.js";
import type { ReconcileReport } from "./progress.js";

/** Ids of connected accounts, or a function that begins to read them. */
export type Accounts = readonly string[] | (() => Iterable<string> | AsyncIterable<string>);

/** The options of every run that compares with Stripe. */
export interface RunOptions {
  /**
   * The connected accounts to go through: their ids, or a function that starts reading them. Keep their order, so that
   * a stopped run can be continued; if they have changed, the run starts over. Default: only your own account.
   */
  readonly accounts?: Accounts | undefined;
  /**
   * The most list requests to send in a second, not counting the requests of handlers. Stripe allows 100 requests a
   * second in live mode and 25 in test mode. Default: 20.
   */
  readonly maxRequestsPerSecond?: number | undefined;
  /** Ends the run after the events being handled. It then rejects with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each page. The run waits for it, so that the cursor can be stored. */
  readonly onProgress?: ((report: ReconcileReport) => void | Promise<void>) | undefined;
}

export const RUN_OPTIONS: readonly string[] = ["accounts", "maxRequestsPerSecond", "signal", "onProgress"];

/** The options, checked and complete. @throws InvalidArgumentError | ConfigurationError */
export function readRunOptions({ accounts, maxRequestsPerSecond = 20, signal, onProgress }: RunOptions): {
  readonly openAccounts: () => Iterable<string | undefined> | AsyncIterable<string>;
  readonly maxRequestsPerSecond: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: RunOptions["onProgress"];
} {
  assertInteger("maxRequestsPerSecond", maxRequestsPerSecond, { min: 1, max: 1000 });
  if (signal !== undefined) assertSignal(signal);
  if (accounts !== undefined && typeof accounts !== "function" && !Array.isArray(accounts)) {
    throw new InvalidArgumentError(
      "accounts must be an array of account ids, or a function that begins to read them.",
    );
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new InvalidArgumentError("onProgress must be a function.");
  }
  const openAccounts = () => (typeof accounts === "function" ? accounts() : (accounts ?? [undefined]));
  return { openAccounts, maxRequestsPerSecond, signal, onProgress };
}
