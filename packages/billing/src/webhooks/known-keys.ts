import { ConfigurationError } from "../errors.js";
import { suggestOption } from "../suggest-option.js";

/** @throws {ConfigurationError} when an object has a property that is no option; the message names both, and the option meant. */
export function assertKnownKeys(name: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ConfigurationError(`The options of ${name} must be an object.`);
  }
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const meant = suggestOption(key, known);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    throw new ConfigurationError(
      `${name} has no option "${key}"${hint}. Its options are ${known.join(", ")}.`,
    );
  }
}
