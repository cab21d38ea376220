import { ConfigurationError } from "../errors.js";

/** @throws ConfigurationError unless the value is true, false or left out; the message names the option. */
export function assertFlag(name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new ConfigurationError(`${name} must be true or false.`);
}
