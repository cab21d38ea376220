import { ConfigurationError } from "../errors.js";

/** @throws {ConfigurationError} unless the value is an AbortSignal. */
export function assertSignal(signal: unknown): asserts signal is AbortSignal {
  if (!(signal instanceof AbortSignal)) throw new ConfigurationError("signal must be an AbortSignal.");
}
