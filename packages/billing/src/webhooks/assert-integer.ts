import { ConfigurationError } from "../errors.js";

/** @throws {ConfigurationError} unless the value is a whole number within the range; the message names the option. */
export function assertInteger(name: string, value: number, range: { min: number; max: number }): void {
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new ConfigurationError(`${name} must be a whole number from ${range.min} to ${range.max}.`);
  }
}
