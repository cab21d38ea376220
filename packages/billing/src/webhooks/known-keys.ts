import { ConfigurationError } from "../errors.js";

/** @throws {ConfigurationError} when an object has a property that is no option; the message names both. */
export function assertKnownKeys(name: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null) {
    throw new ConfigurationError(`The options of ${name} must be an object.`);
  }
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    throw new ConfigurationError(`${name} has no option "${key}". Its options are ${known.join(", ")}.`);
  }
}
