import { Deadline } from "../deadline.js";
import { InvalidArgumentError } from "../errors.js";

/** The options of every method: how long the whole call may last, and a signal that ends it early. */
export interface CallOptions {
  /**
   * The time limit of the whole call, all its Stripe requests included, in milliseconds; 1 to 600,000. Default: the
   * service's `timeoutMs`.
   */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws InvalidArgumentError when an option is malformed. */
export function startDeadline(options: CallOptions, defaultTimeoutMs: number): Deadline {
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  if (!isTimeoutMs(timeoutMs)) {
    throw new InvalidArgumentError("timeoutMs must be a whole number of milliseconds from 1 to 600000.");
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError("signal must be an AbortSignal.");
  }
  return new Deadline(timeoutMs, [signal]);
}

export function isTimeoutMs(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 600_000;
}
