import { ConfigurationError } from "../errors.js";

/** A whole number between two bounds, or a ConfigurationError that names the option and the bounds. */
export function integerOption(name: string, value: number, range: { min: number; max: number }): number {
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new ConfigurationError(`${name} must be a whole number from ${range.min} to ${range.max}.`);
  }
  return value;
}
