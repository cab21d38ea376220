import { ConfigurationError } from "./errors.js";
import { suggestOption } from "./suggest-option.js";

/**
 * Refuses a property that is no option, also one that the object inherits, since that would be read as well.
 *
 * @throws {ConfigurationError} that names the call and the property, and the option that was meant.
 */
export function assertKnownKeys(name: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ConfigurationError(`The options of ${name} must be an object.`);
  }
  for (const key in given) {
    if (known.includes(key)) continue;
    const meant = suggestOption(key, known);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    throw new ConfigurationError(
      `${name} has no option "${key}"${hint}. Its options are ${known.join(", ")}.`,
    );
  }
}
